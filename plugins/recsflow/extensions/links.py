"""Buttons on a task that open what the task made.

A task publishes an address while it runs; when it ends, well or badly, Airflow asks the link for it and keeps
it for the web page. Both happen in one process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from collections.abc import Mapping

_published: dict[tuple[str, str], str] = {}


class PublishedLink(BaseOperatorLink):
    """A link to an address that the task itself publishes."""

    title = ""

    @property
    def name(self) -> str:
        """Text of the button."""
        return self.title

    @classmethod
    def publish(cls, context: Mapping[str, Any], url: str) -> None:
        """Keep the address of what this task instance made."""
        _published[str(context["ti"].id), cls.title] = url

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the published address, empty where the task did not get that far."""
        return _published.get((str(ti_key.id), self.title), "")


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


class CustomJobLink(PublishedLink):
    """The custom job."""

    title = "Custom job"


class SweepLink(PublishedLink):
    """The folder of a sweep."""

    title = "Sweep"


class MlflowRunLink(PublishedLink):
    """The MLflow run."""

    title = "MLflow run"


class RegisteredModelLink(PublishedLink):
    """The versions of a model, and which is the champion."""

    title = "Champion"


class ServedModelLink(PublishedLink):
    """The endpoint that serves a champion, or its model in the Model Registry."""

    title = "Served model"


class BacktestLink(PublishedLink):
    """All runs of a schedule side by side."""

    title = "Backtest"
