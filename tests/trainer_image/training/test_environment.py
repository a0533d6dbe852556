import pytest

import recsflow_trainer
from recsflow_trainer.training.environment import environment_versions

pytestmark = pytest.mark.tensorflow


def test_names_the_versions_that_matter():
    versions = environment_versions()
    assert set(versions) == {"python", "tensorflow", "tfx", "tensorflow_recommenders", "recsflow_trainer"}
    assert versions["tensorflow"].startswith("2.")
    assert versions["recsflow_trainer"] == recsflow_trainer.__version__
