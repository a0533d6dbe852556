import numpy as np
import pytest

from recsflow_trainer.keras import tf
from recsflow_trainer.retrieval.approximate_search import ApproximateSearch, Space, build, index_of
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
    with pytest.raises(FileNotFoundError, match=r"python -m recsflow_trainer\.retrieval\.approximate_search"):
        ApproximateSearch.load(tmp_path)


def test_vectors_have_the_dot_products_of_the_embeddings():
    random = np.random.default_rng(3)
    queries, products = random.normal(size=[4, 3]), random.normal(size=[50, 3]) * [1, 5, 0] - [0, 9, 2]
    space = Space.of(products.astype(np.float32))
    found = space.queries(queries) @ space.products(products).T + space.left_out(queries)
    np.testing.assert_allclose(found, queries @ products.T, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("times", [100, pytest.param(20_000, marks=pytest.mark.soak)])
def test_each_time_it_is_built_an_index_links_every_product(times):
    random = np.random.default_rng(4)
    for _ in range(times):
        products = random.normal(size=[48, 8]).astype(np.float32)
        queries = random.normal(size=[2, 8]).astype(np.float32)
        found = index_of(products).search(Space.of(products).queries(queries), 10).keys
        assert found.tolist() == np.argsort(-queries @ products.T, axis=1)[:, :10].tolist()


def test_a_bias_that_outweighs_everything_does_not_hide_products():
    random = np.random.default_rng(5)
    products = random.normal(size=[3_000, 8]).astype(np.float32)
    products[:, 7] = random.normal(size=3_000) - 50
    queries = np.column_stack([random.normal(size=[20, 7]), np.ones(20)]).astype(np.float32)
    index, space = index_of(products), Space.of(products)
    found = index.search(space.queries(queries), 10).keys
    exact = np.argsort(-queries @ products.T, axis=1)[:, :10]
    hits = [len(set(a) & set(b)) / 10 for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    assert np.mean(hits) > 0.9
