"""Modules where the orchestrator keeps what it generates."""

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.experiment.resolve.identity import short_hash
from local_cloud.settings import LocalSettings


def keep_module(settings: LocalSettings, name: str, text: str) -> str:
    """Writes a module at the address of its text, and returns that as a pipeline is told it."""
    uri = ArtifactLayout(settings.artifact_root_uri).module(short_hash(text)).source(name)
    return storage.local_path(storage.write_text(uri, text))
