"""What a scoring job says of saved models: `scores.json`, schema version 1."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from include import storage
from include.experiment.config.base import Frozen
from include.tracking.errors import InvalidMetricsFile

CANDIDATE, CHAMPION = "candidate", "champion"


class Scores(Frozen):
    """Measures of models on the same rows.

    Attributes:
        rows: Rows, or graphs, that the models were scored on.
        models: For each model, its measures by name; None for a number that is not finite.
    """

    schema_version: Literal[1]
    started_at: datetime
    rows: int
    models: dict[str, dict[str, float | None]]
    error: dict[str, str] | None

    def measure(self, model: str, name: str) -> float | None:
        """Return a measure of a model; None where it has none."""
        return self.models.get(model, {}).get(name)


def read_scores(uri: str) -> Scores:
    """Read the file.

    Raises:
        InvalidMetricsFile: It is not there, or does not follow the schema.
    """
    try:
        return Scores.model_validate_json(storage.read_text(uri))
    except FileNotFoundError:
        raise InvalidMetricsFile(f"{uri} does not exist; clear the task that scores the models.") from None
    except ValidationError as error:
        detail = error.errors()[0]
        field = ".".join(str(part) for part in detail["loc"])
        raise InvalidMetricsFile(f"{uri}: {field} is {detail['input']!r:.80}: {detail['msg']}.") from None
