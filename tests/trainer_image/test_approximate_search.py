import numpy as np
import pytest

from recsflow_trainer.approximate_search import ApproximateSearch, build
from recsflow_trainer.keras import tf
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow

CUSTOMERS = {
    "household_id": tf.constant([1_003, 1_004], tf.int64),
    "segment": tf.constant(["old", "young"]),
}


@pytest.fixture(scope="module")
def model_folder(small_experiment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    declaration = declared()
    declaration.save(declaration.build(small_experiment.inputs), small_experiment.inputs, str(folder))
    return folder


def test_of_a_small_catalogue_it_finds_what_the_exact_search_finds(model_folder):
    build(model_folder)
    products, scores = ApproximateSearch.load(model_folder).recommend(CUSTOMERS, 10)
    exact = tf.saved_model.load(str(model_folder)).signatures["serving_default"](**CUSTOMERS)
    assert products.tolist() == exact["product_id"].numpy()[:, :10].tolist()
    np.testing.assert_allclose(scores, exact["score"].numpy()[:, :10], atol=1e-6)


def test_a_missing_index_says_how_to_build_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m recsflow_trainer\.approximate_search"):
        ApproximateSearch.load(tmp_path)
