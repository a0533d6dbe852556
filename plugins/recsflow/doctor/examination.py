"""Examines all that a run needs, whatever the one before has shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping

from recsflow.doctor.access import check_access
from recsflow.doctor.artifacts import check_artifacts
from recsflow.doctor.finding import Finding, Health, bad
from recsflow.doctor.image import check_image
from recsflow.doctor.quotas import check_quotas
from recsflow.doctor.services import check_build, check_mlflow, check_vertex
from recsflow.doctor.warehouse import check_warehouse
from recsflow.errors import Unfit
from recsflow.log import say
from recsflow.settings import Settings, load_settings

Check = Callable[[Settings], Iterable[Finding]]
LEVELS = {Health.GOOD: logging.INFO, Health.DOUBTFUL: logging.WARNING, Health.BAD: logging.ERROR}


def checks() -> Mapping[str, Check]:
    """Return what is examined, by its subject, in order."""
    return {
        "account": check_access,
        "artifacts": check_artifacts,
        "bigquery": check_warehouse,
        "vertex": check_vertex,
        "quota": check_quotas,
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


def log_findings() -> None:
    """Log each finding of the deployment at hand.

    Raises:
        Unfit: Something that a run needs is not as it should be; lists it.
    """
    failed = []
    for finding in examine(load_settings()):
        say("examine", str(finding), LEVELS[finding.health])
        if finding.health is Health.BAD:
            failed.append(f"{finding.subject}: {finding.said}")
    if failed:
        raise Unfit("\n".join(failed))
