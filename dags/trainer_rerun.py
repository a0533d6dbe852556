"""A finished experiment once more, from its transformed rows: other hyperparameters, or another model.

No row is read, checked or transformed again; only the Trainer runs, as a job of its own. Its result stands
below its parent in MLflow, and the last task compares the two. Type the id of a finished experiment and what
should differ; an empty field means 'as in that experiment':

    airflow dags trigger trainer_rerun --conf '{"experiment": "quick-test-…", "learning_rate": 0.02}'

| task | makes | link |
|---|---|---|
| resolve_rerun | the rerun's own `experiment.json`; finds the parent's transformed rows | Experiment |
| generate_modules | the training module, another one where the model is another | Generated modules |
| submit_trainer | the custom job: the trainer image's own command | Custom job |
| wait_for_trainer | nothing; follows the job and fails with its error | Custom job |
| cache_metrics | the MLflow run below its parent's, of a failed rerun too | MLflow run |

A rerun can be rerun. Other features, rows or splits need quick_test, since they change what is transformed.
Every task can be cleared: nothing is started or recorded twice. Clearing or failing wait_for_trainer while it
waits cancels the job; to start it anew, clear submit_trainer.
"""

from datetime import timedelta

from airflow.sdk import dag

from recsflow.extensions.retries import retries
from recsflow.forms.rerun import rerun_params
from recsflow.operators.submit_custom_job import SubmitTrainer
from recsflow.sensors.custom_job import CustomJobSensor
from recsflow.tasks.metrics import cache_metrics
from recsflow.tasks.modules import generate_modules
from recsflow.tasks.rerun import resolve_rerun


@dag(
    schedule=None,
    params=rerun_params(),
    doc_md=__doc__,
    description="A finished experiment's Trainer once more, with other parameters",
    tags=["experiment", "rerun"],
    max_active_runs=4,
)
def trainer_rerun() -> None:
    """A finished experiment's Trainer once more, with other parameters."""
    rerun = resolve_rerun()
    job = SubmitTrainer(
        task_id="submit_trainer",
        experiment=rerun["experiment"],
        rerun=rerun,
        modules=generate_modules(rerun["experiment"]),
        # Safe to repeat: a job that is there already is used.
        **retries(2, timedelta(minutes=1), execution_timeout=timedelta(minutes=10)),
    )
    wait = CustomJobSensor(
        task_id="wait_for_trainer",
        job=job.output,
        timeout=timedelta(hours=24),
        # A retry looks at the same job again, after an outage; a job that failed is not retried.
        **retries(2, timedelta(minutes=1)),
    )
    job >> wait >> cache_metrics(rerun["experiment"])


dag_object = trainer_rerun()
