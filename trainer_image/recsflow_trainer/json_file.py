"""JSON files that another process reads while this one writes them.

Standard library only, so that they can be written and read where TensorFlow is not installed.
"""

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


def to_json(document: dict[str, Any]) -> str:
    """Returns a file's text. Numbers that are not finite become null, since JSON has none."""
    return json.dumps(_finite(document), indent=2, allow_nan=False) + "\n"


def write_text(text: str, uri: str) -> None:
    """Writes a file in one step: a reader sees the file before or after, never half of it.

    Args:
        text: What it holds.
        uri: A local path, `file://` or any URI that TensorFlow writes to, such as `gs://`.
    """
    path = local_path(uri)
    if path is None:
        _write_remote(uri, text)
    else:
        _replace(path, text)


def local_path(uri: str) -> Path | None:
    """Returns the path of a local URI; None for one on a remote store."""
    parts = urlparse(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in uri else Path(uri)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write_remote(uri: str, text: str) -> None:
    """Object stores publish an object as a whole when it is closed, so a plain write is already atomic."""
    from recsflow_trainer.keras import tf

    with tf.io.gfile.GFile(uri, "w") as stream:
        stream.write(text)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
