"""Modules where the orchestrator keeps what it generates."""

from include import storage
from include.experiment.resolve.identity import content_hash
from local_cloud.settings import LocalSettings


def keep_module(settings: LocalSettings, name: str, text: str) -> str:
    """Writes a module at the address of its text, and returns that as a pipeline is told it."""
    uri = f"{settings.artifact_root_uri}/modules/{content_hash(text)[:12]}/{name}.py"
    return storage.local_path(storage.write_text(uri, text))
