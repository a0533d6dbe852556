"""Suggests a trial of a sweep when it is its turn, so that only so many run at once.

Airflow's own limits count one task, and a trial is a chain of them: between two of its tasks another trial
could begin. So the first task of each trial waits until enough of those before it have ended. It is
rescheduled, holding no worker, and looks the less often the longer trials take and the further away its turn
is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator, PokeReturnValue

from recsflow.log import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from airflow.sdk import Context

    from include.sweep.plan import SweepPlan
    from include.sweep.trial import Trial

# States of a trial's last task in which nothing of the trial goes on.
ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
FIRST_FAILURES = 3
FURTHEST = 6
# A look is a task that starts, so it comes at tenths of a trial's time, and at most so much rarer.
LOOKS_A_TRIAL, RAREST = 10, 12


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

    def poke(self, context: Context) -> PokeReturnValue:
        """Suggest the trial if it is its turn."""
        from airflow.sdk.exceptions import AirflowSkipException

        from include.sweep.trial import read_trials, trial_uri, write_trial
        from recsflow.sweeps.files import folder_of, read_plan

        number: int = self.trial["number"]
        plan, folder = read_plan(self.trial["sweep"]), folder_of(self.trial["sweep"])
        trials = read_trials(folder, plan.trials)
        mine = trials.get(number)
        if mine is not None and mine.is_finished:
            raise AirflowSkipException(f"trial {number} is {mine.state.value} already")
        ended = self._ended_before(number, context)
        # Until one trial has ended, the first one goes alone: what it stages and transforms is there for all.
        at_once = plan.parallel_trials if _any_ended(trials) else 1
        away = number - len(ended) - at_once + 1
        if away > 0:
            self._next_look_s = self._patience_s(trials) * min(away, FURTHEST)
            return PokeReturnValue(is_done=False)
        _refuse_hopeless([trials[each] for each in ended if each in trials])
        if mine is None or mine.ended_at is not None:
            mine = mine.begun_again() if mine else self._suggest(plan, number, trials)
            write_trial(folder, mine)
        say(self.task_id, f"trial {number} of {plan.trials}: {mine.point}")
        return PokeReturnValue(is_done=True, xcom_value=trial_uri(folder, number))

    def _patience_s(self, trials: dict[int, Trial]) -> float:
        """Return the seconds between two looks of the trial that is next, by how long trials take."""
        from datetime import UTC, datetime

        now, shortest = datetime.now(UTC), float(self.poke_interval)
        longest = max(
            (((each.ended_at or now) - each.started_at).total_seconds() for each in trials.values()),
            default=0.0,
        )
        return min(max(longest / LOOKS_A_TRIAL, shortest), RAREST * shortest)

    def _suggest(self, plan: SweepPlan, number: int, trials: dict[int, Trial]) -> Trial:
        from datetime import UTC, datetime

        from include.sweep.parameters import run_parameters
        from include.sweep.sampler import suggest
        from include.sweep.trial import Trial

        point = suggest(plan, number, trials.values())
        return Trial(
            number=number,
            experiment_id=plan.trial_id(number),
            point=point,
            parameters=run_parameters(plan.parameters, point),
            started_at=datetime.now(UTC),
        )

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


def _any_ended(trials: dict[int, Trial]) -> bool:
    return any(each.ended_at is not None for each in trials.values())


def _refuse_hopeless(ended: list[Trial]) -> None:
    """Stop a sweep whose first trials all failed: what stopped them stops the rest too."""
    from include.sweep.objective import TrialState
    from recsflow.errors import SweepStopped

    failed = [each for each in ended if each.state is TrialState.FAILED]
    if len(failed) >= FIRST_FAILURES and len(failed) == len(ended):
        raise SweepStopped(
            f"All {len(failed)} trials so far failed, so the rest are not tried. The last one said: "
            f"{failed[-1].reason}"
        )
