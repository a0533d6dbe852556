"""What registered models need: the champion whatever its age, other versions while they are young."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from include.retention.names import experiment_item, mentioned
from include.tracking.model_versions import RegisteredVersion


def needed_by_models(versions: Iterable[RegisteredVersion], root: str, cutoff: datetime) -> dict[str, str]:
    """Return why items are needed, by their name: the SavedModel and the experiment of a version.

    A version with an alias of any name is kept: somebody or something points at it.

    Args:
        versions: All versions that runs of ours made.
        root: The artifact root.
        cutoff: What was registered at this time or later stays.
    """
    needed: dict[str, str] = {}
    for version in sorted(versions, key=lambda each: not each.aliases):
        if not version.aliases and version.registered < cutoff:
            continue
        reason = _reason(version)
        for name in (experiment_item(version.experiment_id), *sorted(mentioned(version.model_uri, root))):
            needed.setdefault(name, reason)
    return needed


def _reason(version: RegisteredVersion) -> str:
    if version.aliases:
        return f"{' and '.join(version.aliases)} of {version.model}, version {version.version}"
    return f"version {version.version} of {version.model}, younger than the retention"
