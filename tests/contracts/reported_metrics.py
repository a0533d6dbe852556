"""What a trained model reports and what the orchestrator's catalogue declares of its type are the same names.

The trainer's tests hand each type's own training here, since the trainer cannot import `include`.
"""

from collections.abc import Collection

from include.experiment.config.models import MODEL_TYPES
from include.metrics import catalogue
from include.metrics.metric import Split


def check_reported(model_type: str, *, test: Collection[str], epoch: Collection[str]) -> None:
    """Fail where a name of one side is none of the other side's.

    Args:
        model_type: The trained type.
        test: Names of the metrics on the test rows.
        epoch: Names of the metrics of the epoch whose weights the model has.
    """
    tasks = MODEL_TYPES[model_type].tasks
    on_test = {each.name for each in catalogue.reported(tasks, Split.TEST)}
    of_epochs = [each for split in (Split.TRAIN, Split.EVAL) for each in catalogue.reported(tasks, split)]

    assert set(test) == on_test
    assert set(epoch) <= {each.name for each in of_epochs}
    assert {each.name for each in of_epochs if not each.is_optional} <= set(epoch)
