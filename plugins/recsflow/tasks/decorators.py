"""TaskFlow tasks that carry links."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk.bases.decorator import DecoratedOperator, task_decorator_factory

from recsflow.extensions.links import (
    BacktestLink,
    ExperimentLink,
    MlflowRunLink,
    ModulesLink,
    QualityReportLink,
    QueryLink,
    RegisteredModelLink,
    StagedTableLink,
    SweepLink,
)
from recsflow.extensions.telling import says_why

if TYPE_CHECKING:
    from airflow.sdk import Context


class TaskFunction(Protocol):
    """A decorated function: it takes and gives XComs, whatever its annotations."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add the task to the DAG at hand; returns its XCom."""

    def override(self, **kwargs: Any) -> TaskFunction:
        """Return the same task with other arguments of its operator."""


class TaskDecorator(Protocol):
    """Makes a task of a function."""

    def __call__(self, **kwargs: Any) -> Callable[[Callable[..., Any]], TaskFunction]:
        """Return the decorator for tasks with these arguments of their operator."""


class _LinkedTask(DecoratedOperator, PythonOperator):
    """A Python function as a task; subclasses say which links it has."""

    template_fields = ("op_args", "op_kwargs")
    custom_operator_name = "@task"

    def __init__(self, *, python_callable, op_args, op_kwargs, **kwargs) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003
        function = {"python_callable": python_callable, "op_args": op_args, "op_kwargs": op_kwargs}
        super().__init__(kwargs_to_upstream=function, **function, **kwargs)

    @says_why
    def execute(self, context: Context) -> Any:
        """Call the function."""
        return super().execute(context)


class ExperimentTask(_LinkedTask):
    """Resolves an experiment."""

    # The MLflow run is that of a refusal; what is resolved is recorded by the last task.
    operator_extra_links = (ExperimentLink(), MlflowRunLink())


class QueryTask(_LinkedTask):
    """Renders SQL."""

    operator_extra_links = (QueryLink(),)


class StagingTask(_LinkedTask):
    """Stages rows."""

    operator_extra_links = (StagedTableLink(),)


class QualityTask(_LinkedTask):
    """Checks staged rows."""

    operator_extra_links = (QualityReportLink(), StagedTableLink())


class ModulesTask(_LinkedTask):
    """Generates modules."""

    operator_extra_links = (ModulesLink(),)


class RecordTask(_LinkedTask):
    """Records a run."""

    operator_extra_links = (MlflowRunLink(),)


class PromotionTask(_LinkedTask):
    """Decides about a champion."""

    operator_extra_links = (RegisteredModelLink(),)


class SweepTask(_LinkedTask):
    """Plans a sweep, or tells what it found."""

    operator_extra_links = (SweepLink(), MlflowRunLink())


class BacktestTask(_LinkedTask):
    """Reports the runs of a schedule."""

    operator_extra_links = (BacktestLink(),)


plain_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=_LinkedTask)
experiment_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=ExperimentTask)
query_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=QueryTask)
staging_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=StagingTask)
quality_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=QualityTask)
modules_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=ModulesTask)
record_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=RecordTask)
promotion_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=PromotionTask)
sweep_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=SweepTask)
backtest_task: TaskDecorator = partial(task_decorator_factory, decorated_operator_class=BacktestTask)
