import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.tensorflow


def python(code):
    """A fresh interpreter that nobody has told which Keras to use."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_USE_LEGACY_KERAS"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )


def test_keras_2_is_chosen_even_after_tensorflow_was_imported():
    done = python(
        "import tensorflow; from recsflow_trainer.keras import tf, tf_keras; import tensorflow_recommenders;"
        "assert issubclass(tensorflow_recommenders.Model, tf_keras.Model)"
    )
    assert done.returncode == 0, done.stderr


def test_a_process_that_already_uses_keras_3_gets_the_remedy():
    done = python("import tensorflow; tensorflow.keras.Model; import recsflow_trainer.keras")
    assert done.returncode != 0
    assert "set TF_USE_LEGACY_KERAS=1" in done.stderr


def test_the_package_itself_imports_nothing_heavy():
    done = python(
        "import sys, recsflow_trainer; assert not {'tensorflow', 'tf_keras', 'tfx'} & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr
