"""Whether the accelerator that a run asks for is there."""

from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.keras import tf

CPU = "cpu"


def require_accelerator(name: str) -> None:
    """Refuses to train on CPU what pays for an accelerator, as TensorFlow does without a word.

    Args:
        name: The accelerator of the run; `cpu` needs none.

    Raises:
        TrainingConfigError: TensorFlow sees no GPU.
    """
    if name != CPU and not tf.config.list_physical_devices("GPU"):
        raise TrainingConfigError(
            f"trainer_config.accelerator is {name!r}, but TensorFlow sees no GPU; build the trainer image "
            "with --build-arg EXTRAS='--extra cuda', or choose cpu."
        )
