"""Which files below an artifact root the layout of artifacts declares."""

from include.artifacts.experiment import ExperimentFolder
from include.artifacts.layout import ArtifactLayout
from include.artifacts.sweep import SweepFolder


def has_place(path: str, layout: ArtifactLayout) -> bool:
    """Whether the layout knows a path; in a run's or a sweep's folder, whether it declares that part."""
    artifact = layout.parse(path)
    if isinstance(artifact, ExperimentFolder | SweepFolder):
        inside = path.removeprefix(artifact.name)
        return any(inside == part.ending or inside.startswith(f"{part.ending}/") for part in artifact.parts)
    return artifact is not None
