"""Suggests a trial of a sweep when it is its turn, so that only so many run at once.

Airflow's own limits count one task, and a trial is a chain of them: between two of its tasks another trial
could begin. So the first task of each trial waits until enough of those before it have ended. It is
rescheduled, holding no worker, and looks the less often the longer trials take and the further away its turn
is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator, PokeReturnValue

from recsflow.extensions.telling import says_why

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from airflow.sdk import Context


# States of a trial's last task in which nothing of the trial goes on.
ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})


class SuggestTrial(BaseSensorOperator):
    """Writes the trial's file when it is its turn, and returns the file's URI; skips a finished trial.

    Args:
        trial: What plan_sweep returns of it: `sweep`, the URI of the plan, and its `number`, which is also
            its map index.
        last_task_id: The task of the mapped group that ends a trial.
        poll_interval_s: Seconds, at least, between two looks of the trial that is next.
    """

    template_fields: Sequence[str] = ("trial",)
    ui_color = "#fef7e0"

    def __init__(
        self, *, trial: Any, last_task_id: str, poll_interval_s: float = 10.0, **kwargs: Any
    ) -> None:
        super().__init__(mode="reschedule", poke_interval=poll_interval_s, **kwargs)
        self.trial = trial
        self.last_task_id = last_task_id
        self._next_look_s = poll_interval_s

    @says_why
    def execute(self, context: Context) -> Any:
        """Look whether it is its turn."""
        return super().execute(context)

    def poke(self, context: Context) -> PokeReturnValue:
        """Suggest the trial if it is its turn."""
        from recsflow.sweeps.turn import TrialTurns

        ended = self._ended_before(self.trial["number"], context)
        turn = TrialTurns(self.trial, ended, float(self.poke_interval)).look(self.task_id)
        self._next_look_s = turn.next_look_s
        return PokeReturnValue(is_done=bool(turn.trial), xcom_value=turn.trial or None)

    def _ended_before(self, number: int, context: Context) -> list[int]:
        """Return which trials before this one have ended, in this run of the DAG."""
        ti: Any = context["ti"]
        states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[self.last_task_id], run_ids=[ti.run_id]).get(
            ti.run_id, {}
        )
        return [each for each in range(number) if states.get(f"{self.last_task_id}_{each}") in ENDED]

    def _get_next_poke_interval(
        self, started_at: datetime | float, run_duration: Callable[[], float], poke_count: int
    ) -> float:
        return self._next_look_s
