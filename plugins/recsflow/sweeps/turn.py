"""Whose turn it is among the trials of a sweep, and what the one whose it is tries.

Until one trial has ended, the first one goes alone: what it stages and transforms is there for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

from include.artifacts.sweep import SweepFolder
from include.sweep.objective import TrialState
from include.sweep.parameters import run_parameters
from include.sweep.plan import SweepPlan
from include.sweep.sampler import suggest
from include.sweep.trial import Trial, read_trials, write_trial
from recsflow.errors import SweepStopped
from recsflow.log import say
from recsflow.sweeps.files import read_plan

if TYPE_CHECKING:
    from recsflow.handovers import TrialHandover

FIRST_FAILURES = 3
FURTHEST = 6
# A look is a task that starts, so it comes at tenths of a trial's time, and at most so much rarer.
LOOKS_A_TRIAL, RAREST = 10, 12


@dataclass(frozen=True)
class Turn:
    """What a trial found when it looked.

    Attributes:
        trial: URI of its file; empty where it is not its turn.
        next_look_s: Seconds until the next look then.
    """

    trial: str = ""
    next_look_s: float = 0.0


class TrialTurns:
    """The turns of one trial.

    Args:
        trial: What plan_sweep returns of it.
        ended_before: Which trials before it have ended, in this run of the DAG.
        shortest_s: Seconds, at least, between two looks of the trial that is next.
    """

    def __init__(self, trial: TrialHandover, ended_before: list[int], shortest_s: float) -> None:
        self._number = trial["number"]
        self._sweep = SweepFolder.holding(trial["sweep"])
        self._plan = read_plan(trial["sweep"])
        self._ended = ended_before
        self._shortest_s = shortest_s

    def look(self, task_id: str) -> Turn:
        """Suggest the trial if it is its turn.

        Raises:
            AirflowSkipException: The trial is finished.
            SweepStopped: All trials so far failed.
        """
        plan, number = self._plan, self._number
        trials = read_trials(self._sweep, plan.trials)
        mine = trials.get(number)
        if mine is not None and mine.is_finished:
            raise AirflowSkipException(f"trial {number} is {mine.state.value} already")
        at_once = plan.parallel_trials if _any_ended(trials) else 1
        away = number - len(self._ended) - at_once + 1
        if away > 0:
            return Turn(next_look_s=self._patience_s(trials) * min(away, FURTHEST))
        _refuse_hopeless([trials[each] for each in self._ended if each in trials])
        if mine is None or mine.ended_at is not None:
            mine = mine.begun_again() if mine else _suggested(plan, number, trials)
            write_trial(self._sweep, mine)
        say(task_id, f"trial {number} of {plan.trials}: {mine.point}")
        return Turn(self._sweep.trial(number))

    def _patience_s(self, trials: dict[int, Trial]) -> float:
        """Return the seconds between two looks of the trial that is next, by how long trials take."""
        now = datetime.now(UTC)
        longest = max(
            (((each.ended_at or now) - each.started_at).total_seconds() for each in trials.values()),
            default=0.0,
        )
        return min(max(longest / LOOKS_A_TRIAL, self._shortest_s), RAREST * self._shortest_s)


def _suggested(plan: SweepPlan, number: int, trials: dict[int, Trial]) -> Trial:
    point = suggest(plan, number, trials.values())
    return Trial(
        number=number,
        experiment_id=plan.trial_id(number),
        point=point,
        parameters=run_parameters(plan.parameters, point),
        started_at=datetime.now(UTC),
    )


def _any_ended(trials: dict[int, Trial]) -> bool:
    return any(each.ended_at is not None for each in trials.values())


def _refuse_hopeless(ended: list[Trial]) -> None:
    """Stop a sweep whose first trials all failed: what stopped them stops the rest too."""
    failed = [each for each in ended if each.state is TrialState.FAILED]
    if len(failed) >= FIRST_FAILURES and len(failed) == len(ended):
        raise SweepStopped(
            f"All {len(failed)} trials so far failed, so the rest are not tried. The last one said: "
            f"{failed[-1].reason}"
        )
