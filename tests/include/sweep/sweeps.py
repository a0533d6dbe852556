"""Sweeps and trials for tests."""

from datetime import UTC, datetime, timedelta

from include.sweep.objective import TrialState
from include.sweep.parameters import run_parameters
from include.sweep.request import plan_sweep
from include.sweep.trial import Trial

LOGICAL_DATE = datetime(2018, 1, 1, tzinfo=UTC)
RATE = {"type": "log_uniform", "low": 0.01, "high": 1.0}
DIMS = {"type": "categorical", "choices": [16, 32]}
SPACE = {"learning_rate": RATE, "embedding_dim": DIMS}


def planned(*, root=None, **form):
    """The plan of a small space, unless the form says otherwise."""
    searched = form.get("search_space", SPACE) or {}
    configs = {"features": "basic", "model": "shallow"}
    shared = {name: value for name, value in configs.items() if name not in searched}
    form = {"search_space": SPACE, **shared, "trials": 8, **form}
    return plan_sweep(form, sweep_id="sweep-1", window_end=LOGICAL_DATE, root=root)


def trial(plan, number, value=None, state=TrialState.COMPLETE, **point):
    """A trial that ended, a minute after it began."""
    point = {"learning_rate": 0.1, "embedding_dim": 16, **point}
    return Trial(
        number=number,
        experiment_id=plan.trial_id(number),
        point=point,
        parameters=run_parameters(plan.parameters, point),
        state=state,
        value=value,
        metric="" if value is None else plan.metric.replace("headline", "recall@100"),
        baseline=0.2 if value is not None else None,
        verdict="healthy" if state is TrialState.COMPLETE else "",
        mlflow_run_id="run" if state is TrialState.COMPLETE else None,
        started_at=LOGICAL_DATE,
        ended_at=None if state is TrialState.RUNNING else LOGICAL_DATE + timedelta(minutes=1),
    )
