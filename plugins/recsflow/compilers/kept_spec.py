"""A compiled pipeline's file, which says what was written into it, so that a change of it is seen."""

from __future__ import annotations

import json
import logging

from include import storage
from include.experiment.resolve.identity import content_hash
from recsflow.log import say

HASH = "contentHash"


def keep_spec(uri: str, text: str) -> None:
    """Keep a compiled pipeline with the hash of its content."""
    spec = json.loads(text)
    storage.write_text(uri, _as_text({HASH: content_hash(_as_text(spec)), **spec}))


def read_spec(uri: str) -> str | None:
    """Return a compiled pipeline, or None where there is none or another than was kept.

    It can be compiled again, so a file that was changed is no reason to stop; the log says so.
    """
    try:
        spec = json.loads(storage.read_text(uri))
        kept = spec.pop(HASH, "")
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError):
        spec, kept = None, ""
    text = _as_text(spec)
    if kept == content_hash(text):
        return text
    say(
        "pipeline",
        f"WARNING {uri} is not what was compiled: it was changed or is of an older version. The pipeline is "
        "compiled again.",
        logging.WARNING,
    )
    return None


def _as_text(spec: object) -> str:
    return json.dumps(spec, indent=2, sort_keys=True) + "\n"
