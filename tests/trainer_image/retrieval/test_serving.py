import json
import subprocess
import sys

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.features import FeatureSet, Vocabulary
from recsflow_trainer.keras import tf
from recsflow_trainer.retrieval.bought_products import BoughtProducts
from recsflow_trainer.retrieval.serving import ProductCatalogue, RetrievalServer, raw_ids, save_server
from recsflow_trainer.towers import Tower
from tests.trainer_image.small_experiment import DEPARTMENTS, PRODUCTS_PER_DEPARTMENT, declared
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

CATALOGUE = len(DEPARTMENTS) * PRODUCTS_PER_DEPARTMENT

# Loads the model with plain TensorFlow: nothing of this library or of TFT may be needed.
LOAD = """
import json, sys, tensorflow as tf
recommend = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
answer = recommend(household_id=tf.constant([1003, 5], tf.int64), segment=tf.constant(["old", "?"]))
print(json.dumps({name: values.numpy().tolist() for name, values in answer.items()}))
assert not {"recsflow_trainer", "tensorflow_transform"} & set(sys.modules)
"""


@pytest.fixture
def inputs(small_experiment):
    return small_experiment.inputs


def test_saved_model_answers_raw_features_in_a_fresh_process(small_experiment, inputs, tmp_path):
    declaration = declared(normalize=True)
    model = declaration.build(inputs)
    folder = str(tmp_path / "model")
    declaration.save(model, inputs, folder)
    ran = subprocess.run([sys.executable, "-c", LOAD, folder], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    answer = json.loads(ran.stdout.splitlines()[-1])
    sold = {row["product_id"] for name in ("train", "eval") for row in small_experiment.rows[name]}
    for products, scores in zip(answer["product_id"], answer["score"], strict=True):
        assert set(products) == sold
        assert len(products) == len(sold)
        assert scores == sorted(scores, reverse=True)


def test_scores_are_those_of_the_trained_towers(small_experiment, inputs, tmp_path):
    declaration = declared()
    model = declaration.build(inputs)
    declaration.save(model, inputs, str(tmp_path))
    recommend = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    row = small_experiment.rows["train"][0]
    columns = {name: values[:1] for name, values in inputs.splits.train.columns.items()}
    answer = recommend(
        household_id=tf.constant([row["household_id"]], tf.int64), segment=tf.constant([row["segment"]])
    )
    expected = float(tf.reduce_sum(model.query(columns) * model.candidate(columns)))
    served = dict(zip(answer["product_id"].numpy()[0], answer["score"].numpy()[0], strict=True))
    assert served[row["product_id"]] == pytest.approx(expected, rel=1e-4)


def test_signatures_ask_for_the_columns_of_the_query_tower_alone(small_experiment, inputs, tmp_path):
    declared().save(declared().build(inputs), inputs, str(tmp_path))
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    columns = {"household_id": (tf.int64, [None]), "segment": (tf.string, [None])}
    options = {"k": (tf.int32, []), "exclude_bought": (tf.bool, [])}
    assert {
        name: {
            key: (spec.dtype, spec.shape.as_list())
            for key, spec in taken.structured_input_signature[1].items()
        }
        for name, taken in signatures.items()
    } == {"serving_default": columns, "embed": columns, "recommend": {**columns, **options}}


@pytest.fixture(scope="module")
def recommend(small_experiment, tmp_path_factory):
    """The saved model's `recommend` for one customer."""
    inputs = small_experiment.inputs
    folder = str(tmp_path_factory.mktemp("model"))
    declared().save(declared().build(inputs), inputs, folder)
    loaded = tf.saved_model.load(folder)

    def ask(household, k, exclude_bought):
        answer = loaded.signatures["recommend"](
            household_id=tf.constant([household], tf.int64),
            segment=tf.constant(["old"]),
            k=tf.constant(k),
            exclude_bought=tf.constant(exclude_bought),
        )
        return answer["product_id"].numpy()[0].tolist(), answer["score"].numpy()[0]

    return ask


def _bought(small_experiment, household):
    rows = [row for name in ("train", "eval") for row in small_experiment.rows[name]]
    return {row["product_id"] for row in rows if row["household_id"] == household}


def test_what_was_bought_is_left_out_where_the_caller_says_so(small_experiment, recommend):
    bought = _bought(small_experiment, 1_003)
    sold, _ = recommend(1_003, CATALOGUE, False)
    assert bought < set(sold)
    unbought = [product for product in sold if product not in bought]
    products, scores = recommend(1_003, CATALOGUE, True)
    assert products[: len(unbought)] == unbought
    assert np.isfinite(scores[: len(unbought)]).all()
    assert np.isneginf(scores[len(unbought) :]).all()
    assert set(products[len(unbought) :]) == bought


def test_k_is_the_length_of_the_answer(recommend):
    whole, scores = recommend(1_003, CATALOGUE, False)
    assert len(whole) == CATALOGUE
    products, best = recommend(1_003, 3, False)
    assert products == whole[:3]
    assert best.tolist() == scores[:3].tolist()


@pytest.mark.parametrize("k", [0, CATALOGUE + 1])
def test_k_out_of_range_is_refused(recommend, k):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"k is out of range; use 1 to {CATALOGUE}"):
        recommend(1_003, k, False)


def test_an_unknown_customer_has_bought_nothing(recommend):
    everything = recommend(5, CATALOGUE, False)
    assert recommend(5, CATALOGUE, True)[0] == everything[0]
    assert np.isfinite(everything[1]).all()


def test_embeddings_find_the_same_products(small_experiment, inputs, tmp_path):
    declaration = declared()
    model = declaration.build(inputs)
    declaration.save(model, inputs, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    customers = {
        "household_id": tf.constant([1_003, 1_004], tf.int64),
        "segment": tf.constant(["old", "young"]),
    }
    embeddings = loaded.signatures["embed"](**customers)["embedding"].numpy()
    answer = loaded.signatures["serving_default"](**customers)
    scores = embeddings @ loaded.embeddings.numpy().T
    best = loaded.product_ids.numpy()[np.argsort(-scores, axis=1, kind="stable")]
    assert best[:, :5].tolist() == answer["product_id"].numpy()[:, :5].tolist()


def test_an_embedding_is_one_wider_where_products_have_a_bias(inputs):
    customers = {"household_id": tf.constant([1_003], tf.int64), "segment": tf.constant(["old"])}
    for options, width in (({}, 8), ({"product_bias": True, "loss": "full"}, 9)):
        declaration = declared(**options)
        server = declaration.server(declaration.build(inputs), inputs)
        assert server.signatures()["embed"](**customers)["embedding"].shape == [1, width]


def test_a_column_named_as_an_option_is_refused(small_experiment):
    with pytest.raises(DeclarationError, match="reads a column called 'k'"):
        RetrievalServer(
            small_experiment.tft_output,
            ["household_id", "k"],
            None,
            ProductCatalogue(np.arange(2), np.eye(2, dtype=np.float32)),
            bought=_nobody(2),
            customer="household_id",
        )


def _nobody(candidates):
    none = np.zeros(0, np.int64)
    return BoughtProducts(Purchases(none, none, none), 0, candidates)


def test_string_ids_and_columns_with_missing_values(tmp_path):
    rows = [
        {"user": "ann", "item": "it's"},
        {"user": "bob", "item": "b\u00e9b\u00e9"},
        {"user": None, "item": "two\nlines\r"},
    ]
    user, item = Vocabulary("user", dim=4), Vocabulary("item", dim=4)
    columns = {"user": tf.string, "item": tf.string}
    output = transform(FeatureSet([user], [item]), columns, rows, tmp_path / "transform").output
    tower = Tower([user]).build(output, name="query", embedding_dim=4, normalize=False)
    ids = raw_ids(item.values(output), np.array([2, 0, 1]), tf.string)
    catalogue = ProductCatalogue(ids, np.eye(3, 4, dtype=np.float32))
    server = RetrievalServer(output, ["user"], tower, catalogue, bought=_nobody(3), customer="user")
    save_server(server, str(tmp_path / "model"))
    answer = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"](
        user=tf.constant(["ann", ""])
    )
    assert [sorted(products) for products in answer["product_id"].numpy().tolist()] == [
        sorted([b"it's", "b\u00e9b\u00e9".encode(), b"two\nlines\r"])
    ] * 2


def test_ids_have_the_type_of_their_column():
    assert raw_ids([b"30", b"10"], np.array([1, 0]), tf.int64).tolist() == [10, 30]
    assert raw_ids([b"30", b"x"], np.array([1, 0]), tf.string).tolist() == [b"x", b"30"]
