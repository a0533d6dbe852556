"""A search for hyperparameters: many experiments on the same rows, and the best of them.

Choose a sweep, a file in `include/configs/sweeps`, or write a search space, and press the button above. An
empty field means 'as the sweep says'. Or type:

    airflow dags trigger sweep --conf '{"sweep": "history", "trials": 8}'
    airflow dags trigger sweep --conf '{"model": "shallow", "metric": "recall@10", "sweep": null,
        "search_space": {"learning_rate": {"type": "log_uniform", "low": 0.03, "high": 0.5}}}'

| task | makes | link |
|---|---|---|
| plan_sweep | the checked `sweep.json`, and the MLflow run that the trials lie below | Sweep |
| trial.suggest | the trial's values, by what earlier trials found; waits for its turn | |
| trial.resolve_trial to trial.cache_metrics | an experiment, as in `quick_test` | as there |
| trial.finish_trial | the trial's value; a training that collapsed or diverged counts as pruned | |
| summarize_sweep | the table of trials, the best one as run parameters and schedule, plots | Sweep |

No trial sees the run's own test window. Trials are compared on the days before it, as one holdout earlier, or
by a metric of the eval rows such as `val_recall@10`. So the test metrics of the winner's next run are honest.

The first trial goes alone: the rows that it stages and transforms are there for all others. A trial that
fails is red, but the sweep goes on, unless the first three all failed. After a crash clear what failed, or
trigger again with the sweep's id, `{"resume": "sweep-…"}`: finished trials are skipped.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import TriggerRule, dag, task_group

from recsflow.extensions.retries import retries
from recsflow.forms.sweep import sweep_params
from recsflow.sensors.trial_turn import SuggestTrial
from recsflow.tasks.sweep import finish_trial, plan_sweep, resolve_trial, summarize_sweep
from recsflow.workflow import train_and_record


@task_group(group_id="trial")
def try_point(trial: Any) -> None:
    """One trial: a point of the space, trained and recorded as an experiment."""
    suggested = SuggestTrial(
        task_id="suggest",
        trial=trial,
        last_task_id="trial.finish_trial",
        timeout=timedelta(days=30),
        **retries(2, timedelta(seconds=30)),
    )
    recorded, _ = train_and_record(resolve_trial(suggested.output), record_when=TriggerRule.ALL_DONE)
    finish_trial(suggested.output, recorded)


@dag(
    schedule=None,
    params=sweep_params(),
    doc_md=__doc__,
    description="A search for hyperparameters",
    tags=["experiment", "sweep"],
    max_active_runs=4,
)
def sweep() -> None:
    """A search for hyperparameters."""
    trials = plan_sweep()
    try_point.expand(trial=trials) >> summarize_sweep(trials)


dag_object = sweep()
