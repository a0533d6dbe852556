"""What a sweep found, as a person reads it: a table of trials, and the winner ready to paste."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from include.experiment.config.models import MODEL_TYPES
from include.metrics.metric import Direction
from include.sweep.objective import TrialState, direction, of_eval_split
from include.sweep.plan import SweepPlan
from include.sweep.trial import Trial
from include.sweep.winner import SweepWinner

RULE = "-" * 60
_GAP = "  "


def trials_table(plan: SweepPlan, trials: Iterable[Trial], best: Trial | None) -> list[str]:
    """Return a line for each trial: the best one is marked, and what failed says why below."""
    listed = list(trials)
    test = _test_measure(plan, listed)
    header = ["", "trial", "state", _shown_metric(plan, listed), "lift", *(f"test {name}" for name in test)]
    header += ["verdict", "time", *plan.space]
    rows = [header, *(_row(plan, each, test, is_best=each is best) for each in listed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = [_aligned(row, widths) for row in rows]
    reasons = [
        f"trial {each.number} {each.state.value}: {_short(each.reason)}" for each in listed if each.reason
    ]
    return [*lines, *reasons, *_changed_source(listed)]


def _changed_source(trials: Iterable[Trial]) -> Iterator[str]:
    """Say that trials had rows of different states of the source, where they had."""
    numbers: dict[str, list[str]] = {}
    for each in trials:
        if each.source_state:
            numbers.setdefault(each.source_state, []).append(str(each.number))
    if len(numbers) < 2:
        return
    yield (
        f"warning: the source changed during the sweep: trials had rows of {len(numbers)} states of it, and "
        "their values do not compare; sweep again with source_as_of:"
    )
    yield from (f"  trials {', '.join(of)}: {state}" for state, of in numbers.items())


def _shown_metric(plan: SweepPlan, trials: Iterable[Trial]) -> str:
    """Return what the values are of: for a sweep by the headline, what its trials' rows made of it."""
    return next((each.metric for each in trials if each.metric), plan.metric)


def counted(trials: Iterable[Trial]) -> str:
    """Return how many trials ended how: `7 complete, 1 pruned`."""
    states = [each.state for each in trials]
    return ", ".join(f"{states.count(state)} {state.value}" for state in TrialState if state in states)


def measured_on(plan: SweepPlan) -> str:
    """Return on which rows the trials are compared, as a sentence."""
    if of_eval_split(plan.metric):
        return f"{plan.metric} is of the eval rows, of the epoch that is kept; the test rows chose nothing."
    return (
        f"{plan.metric} is of the days before the run's own test window, as one holdout earlier; no trial "
        "saw that window's rows."
    )


def winner_lines(winner: SweepWinner) -> list[str]:
    """Return the winner as the commands and files that use it."""
    asked = json.dumps(run_with(winner))
    return [
        f"best: trial {winner.trial}, {winner.metric} {winner.value:.4f}, experiment {winner.experiment_id}",
        *_warning(winner),
        "to measure it on the newest test window:",
        f"  make run PARAMS='{asked}'",
        "to train it by schedule, a file in include/configs/schedules:",
        *(f"  {line}" for line in schedule_yaml(winner).splitlines()),
        *(
            [f"or, to follow each new run of this sweep, `sweep: {winner.name}` in place of its parameters"]
            if winner.name
            else []
        ),
    ]


def _warning(winner: SweepWinner) -> Iterator[str]:
    if winner.baseline is None:
        return
    above = winner.value > winner.baseline
    if above is (direction(winner.metric) is Direction.MINIMIZE) or winner.value == winner.baseline:
        yield f"warning: not even the best trial beats the best baseline, {winner.baseline:.4f}"


def run_with(winner: SweepWinner) -> dict[str, Any]:
    """Return the run parameters of quick_test that train the winner again."""
    return {"dataset": winner.dataset, **winner.parameters}


def schedule_yaml(winner: SweepWinner) -> str:
    """Return a schedule that trains the winner each week, as YAML."""
    configs = {name: winner.parameters[name] for name in ("features", "model")}
    rest = {name: value for name, value in winner.parameters.items() if name not in configs}
    schedule: Mapping[str, Any] = {
        "description": f"Trial {winner.trial} of {winner.sweep_id}",
        "schedule": "0 5 * * 1",
        "dataset": winner.dataset,
        **configs,
        "parameters": rest,
    }
    text: str = yaml.safe_dump(schedule, sort_keys=False, width=100)
    return text


def _test_measure(plan: SweepPlan, trials: Iterable[Trial]) -> list[str]:
    """Return which measure of the test split stands beside one of the eval rows, for information."""
    known = {name for each in trials for name in each.test}
    usual = dict.fromkeys(each.judged_by for each in MODEL_TYPES.values())
    return [name for name in usual if name in known][:1] if of_eval_split(plan.metric) else []


def _row(plan: SweepPlan, trial: Trial, test: list[str], *, is_best: bool) -> list[str]:
    seconds = (trial.ended_at - trial.started_at).total_seconds() if trial.ended_at else None
    return [
        "*" if is_best else "",
        str(trial.number),
        trial.state.value,
        _number(trial.value),
        _lift(plan, trial),
        *(_number(trial.test.get(name)) for name in test),
        trial.verdict.replace("_", " "),
        "" if seconds is None else f"{seconds:.0f} s",
        *(_shown(trial.point[name]) for name in plan.space),
    ]


def _lift(plan: SweepPlan, trial: Trial) -> str:
    if not trial.value or not trial.baseline:
        return ""
    ratio = trial.value / trial.baseline
    return f"{ratio if plan.direction is Direction.MAXIMIZE else 1 / ratio:.2f} x"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _short(reason: str, limit: int = 160) -> str:
    words = " ".join(reason.split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def _aligned(row: list[str], widths: list[int]) -> str:
    return _GAP.join(_cells(row, widths)).rstrip()


def _cells(row: list[str], widths: list[int]) -> Iterator[str]:
    for text, width in zip(row, widths, strict=True):
        yield text.ljust(width)
