"""What a config holds, in a line, for whoever chooses among them; cheap, since DAG files show it in forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from include.configs import config_root
from include.experiment.config.choices import DEFAULT_LEARNING_RATE

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MODELS = "models"


def config_summary(kind: str, name: str, root: Path | None = None) -> str:
    """Return a config's name with its description, of a model with its learning rate too.

    What is wrong with a file is for the run to say; here its name is enough.
    """
    try:
        text = ((root or config_root()) / kind / f"{name}.yaml").read_text()
        written = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (OSError, ValueError, yaml.YAMLError):
        return name
    if not isinstance(written, dict):
        return name
    described = str(written.get("description") or "").rstrip(".")
    rate = written.get("learning_rate", DEFAULT_LEARNING_RATE)
    # First, since a form cuts off the end.
    named = f"{name} (learning rate {rate})" if kind == _MODELS else name
    return f"{named}: {described}" if described else named
