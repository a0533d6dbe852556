"""The growing `training_metrics.json`, read while the Trainer writes it."""

from __future__ import annotations

import json
import logging
from typing import Any

from include import storage

log = logging.getLogger(__name__)


def read_metrics(uri: str) -> dict[str, Any] | None:
    """Read the file as it is now; None where there is none or it cannot be read.

    Progress is a courtesy: what goes wrong here must not disturb waiting for the job.
    """
    try:
        metrics = json.loads(storage.read_text(uri))
    except FileNotFoundError:
        return None
    except Exception:
        log.debug("Cannot read %s for progress.", uri, exc_info=True)
        return None
    return metrics if isinstance(metrics, dict) else None
