import json
import subprocess
import sys

import numpy as np
import pytest

from recsflow_trainer.features import FeatureSet, Vocabulary
from recsflow_trainer.keras import tf
from recsflow_trainer.retrieval import Retrieval
from recsflow_trainer.serving import ProductCatalogue, RetrievalServer, raw_ids, save_server
from recsflow_trainer.towers import Tower
from tests.trainer_image.small_experiment import declared
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

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


def test_signature_asks_for_the_columns_of_the_query_tower_alone(small_experiment, inputs, tmp_path):
    declared().save(declared().build(inputs), inputs, str(tmp_path))
    signature = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    _, inputs = signature.structured_input_signature
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in inputs.items()} == {
        "household_id": (tf.int64, [None]),
        "segment": (tf.string, [None]),
    }


def test_string_ids_and_columns_with_missing_values(tmp_path):
    rows = [
        {"user": "ann", "item": "it's"},
        {"user": "bob", "item": "b\u00e9b\u00e9"},
        {"user": None, "item": "c"},
    ]
    user, item = Vocabulary("user", dim=4), Vocabulary("item", dim=4)
    columns = {"user": tf.string, "item": tf.string}
    output = transform(FeatureSet([user], [item]), columns, rows, tmp_path / "transform").output
    declaration = Retrieval(
        Tower([user]), Tower([item]), customer_id="user", product_id="item", embedding_dim=4
    )
    tower = declaration.query.build(output, name="query", embedding_dim=4, normalize=False)
    ids = raw_ids(item.values(output), np.array([2, 0, 1]), tf.string)
    server = RetrievalServer(
        output, ["user"], tower, ProductCatalogue(ids, np.eye(3, 4, dtype=np.float32)), k=2
    )
    save_server(server, str(tmp_path / "model"))
    answer = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"](
        user=tf.constant(["ann", ""])
    )
    assert answer["product_id"].shape == [2, 2]
    assert set(answer["product_id"].numpy().ravel()) <= {b"it's", "b\u00e9b\u00e9".encode(), b"c"}


def test_ids_have_the_type_of_their_column():
    assert raw_ids([b"30", b"10"], np.array([1, 0]), tf.int64).tolist() == [10, 30]
    assert raw_ids([b"30", b"x"], np.array([1, 0]), tf.string).tolist() == [b"x", b"30"]
