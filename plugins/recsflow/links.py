"""Buttons on a task that open what the task made.

A task publishes an address while it runs; Airflow reads it when the task ends, well or badly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from collections.abc import Mapping


class PublishedLink(BaseOperatorLink):
    """A link to an address that the task itself publishes."""

    title = ""

    @property
    def name(self) -> str:
        """Text of the button."""
        return self.title

    @classmethod
    def _key(cls) -> str:
        return f"url_{cls.title.lower().replace(' ', '_')}"

    @classmethod
    def publish(cls, context: Mapping[str, Any], url: str) -> None:
        """Keep the address of this run's thing."""
        context["ti"].xcom_push(key=cls._key(), value=url)

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the published address, empty where the task did not get that far."""
        from airflow.sdk.execution_time.xcom import XCom

        return XCom.get_value(ti_key=ti_key, key=self._key()) or ""


class ExperimentLink(PublishedLink):
    """The resolved experiment."""

    title = "Experiment"


class QueryLink(PublishedLink):
    """The rendered SQL."""

    title = "SQL"


class StagedTableLink(PublishedLink):
    """The staged rows."""

    title = "Staged table"


class QualityReportLink(PublishedLink):
    """The data quality report."""

    title = "Quality report"


class ModulesLink(PublishedLink):
    """The generated modules."""

    title = "Generated modules"


class PipelineJobLink(PublishedLink):
    """The pipeline job."""

    title = "Pipeline job"


class MlflowRunLink(PublishedLink):
    """The MLflow run."""

    title = "MLflow run"


ALL_LINKS: tuple[type[PublishedLink], ...] = (
    ExperimentLink,
    QueryLink,
    StagedTableLink,
    QualityReportLink,
    ModulesLink,
    PipelineJobLink,
    MlflowRunLink,
)
