"""Can this model learn 32 rows by heart? One that cannot has a bug, and no hyperparameter will help it.

The tasks are those of `quick_test`, on a small sample. The Trainer takes 32 rows that can be told apart, as
one batch, with dropout off and a higher learning rate, and goes over them 500 times. Trigger it with the
button above, or type:

    airflow dags trigger overfit_check --conf '{"features": "rich", "model": "deep"}'

| asked for | of |
|---|---|
| recall@1 above 0.9: a row's own product before those of the other rows | retrieval, multitask |
| pairwise accuracy above 0.9, Spearman above 0.8 | ranking, multitask, graph ranking |
| standard deviation of the scores above 0.1, or half that of the targets if this is less | all |
| gradient norm above 0.01 in some ten steps | all |
| a loss that falls by a tenth or more below that of knowing nothing | all |

A check that fails is a failed Trainer, so the run is red. Its error and its record name each red flag with
what was seen, where to look (loss, data or forward pass) and what to look for there. No model is saved.
"""

from airflow.sdk import dag

from recsflow.forms.overfit_check import overfit_check_params
from recsflow.workflow import experiment_workflow


@dag(
    schedule=None,
    params=overfit_check_params(),
    doc_md=__doc__,
    description="Whether a model can learn 32 rows by heart, and where to look if it cannot",
    tags=["experiment", "check"],
    max_active_runs=4,
)
def overfit_check() -> None:
    """Whether a model can learn a few rows by heart."""
    experiment_workflow()


dag_object = overfit_check()
