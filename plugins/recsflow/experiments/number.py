"""The number of a run: the nth of its DAG below this artifact root, taken once and kept.

Airflow's own rows cannot tell it: they are deleted after a while, and two runs that start together would
count the same. A file that only one of them can create does.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from include import storage
from include.experiment.resolve.identity import experiment_id, run_title
from recsflow.run_notes.keys import TITLE_KEY

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.artifacts.layout import ArtifactLayout
    from recsflow.settings import Settings

# A run that is cleared before it was resolved is among the newest ones.
_LOOKED_BACK = 200


def announce_run(context: Context, settings: Settings) -> int:
    """Take the run's number, put its title on its note before anything can go wrong, and return it."""
    dag_id = context["dag"].dag_id
    owner = experiment_id(dag_id, context["run_id"])
    number = take_number(settings.layout, dag_id, owner, again=_is_repeated(context))
    context["ti"].xcom_push(key=TITLE_KEY, value=title_of(context, number))
    return number


def title_of(context: Context, number: int) -> str:
    """Return the title of a run that is not resolved yet, by the configs that it names."""
    configs = [context["params"].get(name) for name in ("model", "features")]
    return run_title(context["dag"].dag_id, number, *(str(config) for config in configs if config))


def take_number(layout: ArtifactLayout, dag_id: str, owner: str, *, again: bool) -> int:
    """Return the number of a run, the next one of its DAG unless it has one.

    Args:
        layout: Where numbers are kept.
        dag_id: The run's DAG.
        owner: The run's experiment id.
        again: Whether the run may have a number already.
    """
    newest = _newest(layout, dag_id)
    if again:
        for number in range(newest, max(newest - _LOOKED_BACK, 0), -1):
            if _owner(layout, dag_id, number) == owner:
                return number
    return next(
        number
        for number in count(newest + 1)
        if storage.create_text(layout.run_number(dag_id, number).owner, owner)
    )


def _is_repeated(context: Context) -> bool:
    return context["ti"].try_number > 1 or bool(getattr(context.get("dag_run"), "clear_number", 0))


def _newest(layout: ArtifactLayout, dag_id: str) -> int:
    stems = (name.partition(".")[0] for name in storage.list_names(layout.numbers(dag_id)))
    return max((int(stem) for stem in stems if stem.isdecimal()), default=0)


def _owner(layout: ArtifactLayout, dag_id: str, number: int) -> str:
    try:
        return storage.read_text(layout.run_number(dag_id, number).owner)
    except FileNotFoundError:
        return ""
