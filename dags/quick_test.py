"""One experiment, from the warehouse to its record in MLflow.

Rows are staged and checked, a model is trained on them and compared with plain baselines. Trigger it
with the button above: the form offers every choice, and an empty field means 'as the config says'. Or type:

    airflow dags trigger quick_test --conf '{"features": "rich", "sample_percent": 100}'

| task | makes | link |
|---|---|---|
| resolve_experiment | one checked `experiment.json` out of configs and params | Experiment |
| render_query | the SQL that stages the rows | SQL |
| stage_dataset | the staged table, split in train, eval and test | Staged table |
| check_data_quality | the quality report; a critical failure stops the run here | Quality report |
| generate_modules | the preprocessing and the training module | Generated modules |
| submit_pipeline | the pipeline job | Pipeline job |
| wait_for_pipeline | nothing; follows the job and fails with its error | Pipeline job |
| cache_metrics | the MLflow run, of a failed experiment too | MLflow run |

Every task can be cleared: nothing is started or recorded twice. Clearing or failing wait_for_pipeline while
it waits cancels the job; to start it anew, clear submit_pipeline.
"""

from airflow.sdk import dag

from recsflow.forms.experiment import experiment_params
from recsflow.workflow import experiment_workflow


@dag(
    schedule=None,
    params=experiment_params(),
    doc_md=__doc__,
    description="One experiment, from the warehouse to MLflow",
    tags=["experiment"],
    max_active_runs=4,
)
def quick_test() -> None:
    """One experiment, from the warehouse to MLflow."""
    experiment_workflow()


dag_object = quick_test()
