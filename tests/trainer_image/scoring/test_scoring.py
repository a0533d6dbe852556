"""Saved models scored side by side: the measures of training again, from what is served."""

import json
from types import SimpleNamespace

import pytest

from recsflow_trainer.graphs.manifest import MANIFEST
from recsflow_trainer.history.declaration import History
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.rating import MeanSquaredError
from recsflow_trainer.multitask.declaration import Multitask
from recsflow_trainer.ranking.rating import Rating
from recsflow_trainer.scoring.__main__ import main
from tests.trainer_image.graphs.manifests import write_manifest
from tests.trainer_image.graphs.test_graph_ranking import declared as graph_ranking
from tests.trainer_image.graphs.test_graph_ranking import train as train_graphs
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


class Scoring:
    """What a scoring job is given and leaves."""

    def __init__(self, folder, examples):
        self.folder = folder
        self.examples = examples

    def save(self, name, declaration, inputs, epochs=1):
        """Trains and saves a model, and returns what the training run says about it."""
        tf.keras.utils.set_random_seed(1)
        model = declaration.build(inputs)
        model.compile(optimizer=tf.keras.optimizers.legacy.Adam(0.02))
        batches = declaration.batches(inputs, "train", 64, seed=1, reshuffle=True).dataset
        model.fit(batches, epochs=epochs, verbose=0)
        declaration.finish(model, inputs)
        measured = declaration.evaluate(model, inputs).test
        declaration.save(model, inputs, str(self.folder / name))
        return measured

    def run(self, *names, **options):
        """Scores saved models; returns the exit status and the scores."""
        options = {"customer": "household_id", "product": "product_id", **options}
        models = [word for name in names for word in ("--model", f"{name}={self.folder / name}")]
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        scores = self.folder / "scores.json"
        status = main(["--examples", str(self.examples), "--scores", str(scores), *models, *words])
        return status, json.loads(scores.read_text())


@pytest.fixture
def scoring(small_experiment, tmp_path):
    return Scoring(tmp_path, small_experiment.folder / "examples")


def test_two_models_are_scored_as_in_their_training_on_the_same_rows(small_experiment, scoring):
    inputs = small_experiment.inputs
    trained = {
        "champion": scoring.save("champion", declared(), inputs),
        "candidate": scoring.save("candidate", declared(loss="full", history=History()), inputs, epochs=3),
    }
    status, scores = scoring.run(*trained)
    assert (status, scores["error"], scores["rows"]) == (0, None, 300)
    assert list(scores["models"]) == list(trained)
    for name, measures in scores["models"].items():
        assert set(measures) == {
            f"{kind}@{k}" for kind in ("recall", "unbought_recall") for k in (5, 10, 50, 100)
        }
        assert measures == pytest.approx({measure: trained[name][measure] for measure in measures})
    assert scores["models"]["champion"] != scores["models"]["candidate"]


def test_a_model_that_recommends_and_rates_is_scored_in_both(small_experiment, scoring):
    rating = Rating("spent", loss=MeanSquaredError(), transform="zscore")
    declaration = Multitask(retrieval=declared(), rating=rating)
    trained = scoring.save("candidate", declaration, small_experiment.inputs)
    _, scores = scoring.run("candidate", label="spent")
    measures = scores["models"]["candidate"]
    assert {"recall@10", "rmse", "mae", "mean_error", "pairwise_accuracy", "spearman"} <= set(measures)
    assert measures == pytest.approx({name: trained[name] for name in measures}, rel=1e-4)


def test_graphs_are_scored_as_in_training(tmp_path):
    (tmp_path / "graphs").mkdir()
    write_manifest(tmp_path / "graphs", graphs=64)
    scoring, declaration = Scoring(tmp_path, tmp_path / "graphs"), graph_ranking()
    inputs = declaration.read(SimpleNamespace(train_files=[f"{scoring.examples}/Split-train/*"]), None)
    model = train_graphs(declaration, inputs)
    declaration.save(model, inputs, str(tmp_path / "candidate"))
    _, scores = scoring.run("candidate")
    assert scores["rows"] == inputs.splits.test.rows
    expected = declaration.evaluate(model, inputs).test
    assert scores["models"]["candidate"] == pytest.approx(expected, rel=1e-4)
    assert (scoring.examples / MANIFEST).exists()


def test_a_model_that_is_gone_is_named_with_its_folder(scoring, capsys):
    status, scores = scoring.run("champion")
    assert status == 1
    assert scores["models"] == {}
    assert f"Model 'champion' is not at {scoring.folder / 'champion'}" in scores["error"]["message"]
    assert "error: Model 'champion' is not at" in capsys.readouterr().err


def test_a_column_that_the_rows_lack_is_named_with_who_reads_it(small_experiment, scoring):
    scoring.save("champion", declared(), small_experiment.inputs)
    scoring.examples = scoring.folder / "others"
    (scoring.examples / "Split-test").mkdir(parents=True)
    example = tf.train.Example()
    for name in ("household_id", "product_id"):
        example.features.feature[name].int64_list.value.append(1)
    with tf.io.TFRecordWriter(str(scoring.examples / "Split-test" / "part.gz"), "GZIP") as writer:
        writer.write(example.SerializeToString())
    status, scores = scoring.run("champion")
    assert status == 1
    assert "model 'champion' reads column 'segment', which the test rows" in scores["error"]["message"]
