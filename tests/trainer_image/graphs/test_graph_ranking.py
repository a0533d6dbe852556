"""A graph ranking model from its manifest to the saved model."""

from types import SimpleNamespace

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError, ManifestError
from recsflow_trainer.graphs.attention import GraphAttention
from recsflow_trainer.graphs.evaluation import customer_mean, global_mean
from recsflow_trainer.graphs.graph_ranking import GraphRanking, manifest_uri
from recsflow_trainer.graphs.graphs import INPUTS, Graphs
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.pairwise import PairwiseRankLoss
from recsflow_trainer.losses.rating import BinaryCrossentropy, MeanSquaredError
from recsflow_trainer.towers import Dense, LayerNorm
from tests.contracts.reported_metrics import check_reported
from tests.trainer_image.graphs.manifests import write_manifest

pytestmark = pytest.mark.tensorflow


def declared(loss=None, **changes):
    layers = [GraphAttention(4, heads=2), GraphAttention(4, heads=2)]
    head = [Dense(8, activation="relu"), LayerNorm()]
    return GraphRanking(layers, loss or MeanSquaredError(), head, transform="zscore", **changes)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("graphs")
    write_manifest(folder, graphs=64)
    return declared().read(SimpleNamespace(train_files=[f"{folder}/Split-train/*"]), None)


@pytest.fixture(scope="module")
def trained(inputs):
    return train(declared(), inputs)


def train(declaration, inputs):
    tf.keras.utils.set_random_seed(1)
    model = declaration.build(inputs)
    model.compile(optimizer=tf.keras.optimizers.legacy.Adam(0.01))
    model.fit(declaration.batches(inputs, "train", 16, seed=1, reshuffle=True).dataset, epochs=60, verbose=0)
    declaration.finish(model, inputs)
    return model


def test_sum_over_a_graph_is_learnt(inputs, trained):
    result = declared().evaluate(trained, inputs)
    assert result.test["rmse"] < 0.6 * result.baselines["global_mean"]["rmse"]
    assert result.test["spearman_all"] > 0.8
    assert result.baselines["global_mean"]["spearman_all"] == 0


def test_an_epoch_is_measured_on_eval_graphs(inputs, trained):
    untrained = declared().build(inputs)
    before, after = (declared().epoch_probe(inputs)(model) for model in (untrained, trained))
    assert {"val_mae", "val_pairwise_accuracy", "val_spearman", "val_spearman_all"} < set(after)
    # As `fit` reports them of any model.
    of_fit = {"loss", "val_loss", "learning_rate"}
    found = declared().evaluate(trained, inputs)
    check_reported(
        "graph_ranking",
        test={"loss", *found.test},
        epoch={*of_fit, *after},
        baselines=found.baselines,
        headline=found.headline.metric,
    )
    assert after["val_rmse"] < 0.8 * before["val_rmse"]
    assert after["val_score_std"] > 0.1


def test_pairwise_loss_learns_the_order_and_is_put_on_scale(inputs):
    declaration = declared(PairwiseRankLoss())
    result = declaration.evaluate(train(declaration, inputs), inputs)
    assert result.test["pairwise_accuracy_all"] > 0.75
    assert result.test["rmse"] < result.baselines["global_mean"]["rmse"]


def test_loaded_model_gives_the_same_scores(inputs, trained, tmp_path):
    declared().save(trained, inputs, str(tmp_path / "model"))
    answer = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    test = inputs.splits.test
    scores = answer(**test.inputs())["score"]
    np.testing.assert_allclose(scores, trained.scale.ratings(trained(test.inputs())), rtol=1e-5)
    one = test.take(np.array([3]))
    np.testing.assert_allclose(answer(**one.inputs())["score"], scores[3:4], rtol=1e-4)


def test_score_does_not_depend_on_the_batch(inputs, trained):
    test = inputs.splits.test
    alone = [trained(test.take(np.array([place])).inputs())[0] for place in range(test.rows)]
    np.testing.assert_allclose(trained(test.inputs()), alone, atol=1e-5)


def test_towers_tell_attention_from_score_head(trained):
    statistics = trained.tower_statistics()
    assert set(statistics) == {"graph", "score_head"}
    assert all(tower.gradient.norm > 0 and tower.weight.norm > 0 for tower in statistics.values())
    owned = sum(len(tower.trainable_variables) for tower in trained.towers.values())
    assert owned == len(trained.trainable_variables)


def test_uninformed_loss_is_that_of_the_mean(inputs):
    model = declared().build(inputs)
    train = inputs.splits.train
    # Z-scored by the training graphs, their targets have a mean of 0 and a mean square of 1.
    features = {**train.inputs(), "target": tf.constant(train.targets)}
    assert float(model.uninformed_loss(features)) == pytest.approx(1.0, rel=1e-4)


def test_batches_hold_every_graph_of_a_test_once(inputs):
    batches = declared().batches(inputs, "test", 5, seed=1, reshuffle=False)
    together = {name: np.concatenate([b[name] for b in batches.dataset]) for name in (*INPUTS, "target")}
    for name, values in inputs.splits.test.inputs().items():
        np.testing.assert_array_equal(together[name], values)
    assert batches.rows == inputs.splits.test.rows == 16
    assert len(batches.dataset) == 4


def test_training_shuffles_anew_and_leaves_out_the_rest(inputs):
    batches = declared().batches(inputs, "train", 10, seed=1, reshuffle=True)
    passes = [np.concatenate([b["target"] for b in batches.dataset]) for _ in range(2)]
    assert batches.rows == len(passes[0]) == 30
    assert not np.array_equal(*passes)
    known = set(inputs.splits.train.targets.tolist())
    assert len(set(passes[0].tolist())) == 30
    assert set(passes[0].tolist()) < known


def test_means_by_hand():
    def graphs(targets, customers):
        empty = np.zeros([0, 1], np.float32)
        counts = np.zeros(len(targets), np.int32)
        return Graphs("x", empty, empty, empty, counts, counts, np.array(targets), np.array(customers))

    seen = [graphs([1.0, 3.0], ["a", "b"]), graphs([5.0], ["a"])]
    test = graphs([0.0] * 3, ["b", "z", "a"])
    assert global_mean(seen, test).tolist() == [3, 3, 3]
    assert customer_mean(seen, test).tolist() == [3, 3, 3]
    seen = [graphs([1.0, 9.0], ["a", "b"]), graphs([5.0], ["a"])]
    assert customer_mean(seen, test).tolist() == [9, 5, 3]


def test_overfit_sample_has_distinct_graphs_and_answers(inputs, trained):
    sample = declared().overfit_sample(inputs, 8)
    few = sample.inputs.splits.train
    assert few.rows == 8
    assert len(set(few.targets.tolist())) == 8
    (answer,) = sample.outputs(trained)
    assert answer.targets.shape == answer.scores.shape == (8,)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": []}, "layers is empty; give one GraphAttention or more"),
        ({"pooling": ["sum", "best"]}, "pooling is"),
        ({"transform": "sqrt"}, "transform is 'sqrt'; use one of: identity, log1p, zscore, minmax"),
        ({"loss": BinaryCrossentropy()}, "takes targets of 0 and 1 only"),
    ],
)
def test_wrong_declaration_is_refused(changes, message):
    arguments = {"layers": [GraphAttention(4)], "loss": MeanSquaredError(), **changes}
    with pytest.raises(DeclarationError, match=message):
        GraphRanking(**arguments)


def test_manifest_lies_at_the_root_of_the_examples():
    assert manifest_uri(["gs://b/GraphGen/7/Split-train/*"]) == "gs://b/GraphGen/7/manifest.csv"
    with pytest.raises(ManifestError, match="feed the Trainer with the output of GraphGen"):
        manifest_uri(["/tmp/train/*"])
