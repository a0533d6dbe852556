"""Which files below an artifact root the layout of artifacts declares."""

from include.artifacts.experiment import ExperimentFolder
from include.artifacts.layout import ArtifactLayout
from include.artifacts.sweep import SweepFolder


def has_place(path: str, layout: ArtifactLayout) -> bool:
    """Whether a path is of something that the layout knows, in these folders of a part that it declares."""
    artifact = layout.parse(path)
    if isinstance(artifact, ExperimentFolder | SweepFolder):
        inside = path.removeprefix(artifact.name)
        return any(inside == part.ending or inside.startswith(f"{part.ending}/") for part in artifact.parts)
    return artifact is not None
