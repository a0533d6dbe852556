import pytest

from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.keras import tf
from recsflow_trainer.training.accelerator import require_accelerator

pytestmark = pytest.mark.tensorflow


def test_cpu_needs_nothing():
    require_accelerator("cpu")


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="this machine has a GPU")
def test_accelerator_that_tensorflow_does_not_see_is_refused():
    with pytest.raises(TrainingConfigError, match="accelerator is 'NVIDIA_L4', but TensorFlow sees no GPU"):
        require_accelerator("NVIDIA_L4")
