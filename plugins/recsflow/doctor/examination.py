"""Examines all that a run needs, whatever the one before has shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from recsflow.doctor.finding import Finding, bad

if TYPE_CHECKING:
    from recsflow.settings import Settings

Check = Callable[["Settings"], Iterable[Finding]]


def checks() -> Mapping[str, Check]:
    """Return what is examined, by its subject, in order; importing Google's clients takes seconds."""
    from recsflow.doctor.access import check_access
    from recsflow.doctor.artifacts import check_artifacts
    from recsflow.doctor.image import check_image
    from recsflow.doctor.services import check_build, check_mlflow, check_vertex
    from recsflow.doctor.warehouse import check_warehouse

    return {
        "account": check_access,
        "artifacts": check_artifacts,
        "bigquery": check_warehouse,
        "vertex": check_vertex,
        "image": check_image,
        "compiler": check_build,
        "mlflow": check_mlflow,
    }


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield each finding as soon as it is made; nothing is spent, and what is written is removed again."""
    for subject, check in checks().items():
        try:
            yield from check(settings)
        except Exception as error:
            # Whatever a client raises is what a run would end with.
            yield bad(subject, " ".join(str(error).split()) or type(error).__name__)
