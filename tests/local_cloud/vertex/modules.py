"""Modules where the orchestrator keeps what it generates."""

from pathlib import Path

from include.experiment.identity import content_hash
from local_cloud.settings import LocalSettings


def keep_module(settings: LocalSettings, name: str, text: str) -> Path:
    """Writes a module at the address of its text, and returns its path."""
    path = settings.artifact_root / "modules" / content_hash(text)[:12] / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
