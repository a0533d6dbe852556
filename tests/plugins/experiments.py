"""An experiment on the shipped configs, as resolve_experiment leaves it."""

from include import storage
from tests.include.complete_journey import resolved


def write_experiment(root, experiment_id, *, parent_experiment_id=None, **parameters):
    """Write an experiment under the artifact root and return its URI."""
    ids = {"experiment_id": experiment_id, "parent_experiment_id": parent_experiment_id}
    experiment = resolved(**{"learning_rate": 0.05, **parameters}).model_copy(update=ids)
    return storage.write_text(f"{root}/experiments/{experiment_id}/experiment.json", experiment.to_json())
