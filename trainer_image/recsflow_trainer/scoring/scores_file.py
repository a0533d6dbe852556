"""`scores.json`, what a scoring job leaves behind for the orchestrator; schema version 1.

Standard library only, so that it can be written and read where TensorFlow is not installed.
"""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from recsflow_trainer.json_file import to_json, write_text
from recsflow_trainer.metrics_file import ErrorRecord

SCHEMA_VERSION = 1


@dataclass
class Scores:
    """What is known about the models; the fields are those of the file.

    Attributes:
        rows: Rows, or graphs, that the models were scored on.
        models: For each model, by the name that the job was given for it, its measures by name.
        error: Why the job failed.
    """

    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    rows: int = 0
    models: dict[str, dict[str, float]] = field(default_factory=dict)
    error: ErrorRecord | None = None


def write_scores(scores: Scores, uri: str) -> None:
    """Writes the file in one step, to a local path, `file://` or what TensorFlow writes to."""
    write_text(to_json({"schema_version": SCHEMA_VERSION, **asdict(scores)}), uri)
