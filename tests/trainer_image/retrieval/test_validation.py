"""What an epoch's recall says of the test's."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recsflow_trainer.history.declaration import History
from recsflow_trainer.keras import tf_keras
from recsflow_trainer.training.run_fn import train
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow

MEASURED = [f"{family}@{k}" for family in ("recall", "unbought_recall") for k in (10, 100)]


def _with_splits(inputs, **splits):
    return replace(inputs, splits=replace(inputs.splits, **splits))


def _first_purchases(inputs):
    """The inputs without rows of what a customer had bought before: nobody buys anything twice."""
    bought, kept = set(), {}
    for name in ("train", "eval", "test"):
        columns = inputs.splits[name].columns
        pairs = list(zip(columns["household_id"].tolist(), columns["product_id"].tolist(), strict=True))
        rows = [row for row, pair in enumerate(pairs) if not (pair in bought or bought.add(pair))]
        kept[name] = inputs.splits[name].take(np.array(rows, np.int64))
    return _with_splits(inputs, **kept)


def _trained(declaration, inputs, epochs):
    tf_keras.utils.set_random_seed(1)
    model = declaration.build(inputs)
    model.compile(optimizer=tf_keras.optimizers.Adam(0.05))
    batches = declaration.batches(inputs, "train", 300, seed=1, reshuffle=True)
    model.fit(batches.dataset, epochs=epochs, verbose=0)
    declaration.finish(model, inputs)
    return model


@pytest.mark.parametrize("make", [lambda inputs: inputs, _first_purchases])
def test_rows_are_measured_as_eval_rows_exactly_as_they_would_be_as_test_rows(small_experiment, make):
    inputs = make(small_experiment.inputs)
    declaration, rows = declared(loss="full"), inputs.splits.test
    model = _trained(declaration, inputs, 2)
    as_eval = declaration.epoch_probe(_with_splits(inputs, eval=rows))(model)
    nothing = inputs.splits.eval.take(np.zeros(0, np.int64))
    as_test = declaration.evaluate(model, _with_splits(inputs, eval=nothing)).test
    assert {name: as_eval[f"val_{name}"] for name in MEASURED} == pytest.approx(
        {name: as_test[name] for name in MEASURED}
    )


def test_where_nothing_is_bought_twice_early_stopping_goes_by_lists_without_what_was_bought(small_experiment):
    repeated = small_experiment.inputs
    inputs = _first_purchases(repeated)
    declaration = declared(loss="full")
    measured = declaration.epoch_probe(inputs)(_trained(declaration, inputs, 20))
    # Towers that know their train rows fill whole lists with them.
    assert measured["val_unbought_recall@10"] > measured["val_recall@10"] + 0.1
    assert declaration.monitored(inputs) == "val_unbought_recall@100"
    assert declaration.monitored(repeated) == "val_recall@100"


def test_whole_lists_of_a_model_with_a_history_are_measured_once_it_is_learnt(small_experiment, tmp_path):
    train(declared(loss="full", history=History()), small_experiment.fn_args(tmp_path, epochs=2))
    metrics = json.loads((tmp_path / "training_metrics.json").read_text())
    first, last = (epoch["metrics"] for epoch in metrics["epochs"])
    assert "val_recall@10" not in first
    assert "val_unbought_recall@10" in first
    # Eval rows are as old as train rows, so that they are somewhat easier than test rows.
    assert last["val_recall@10"] == pytest.approx(metrics["test"]["recall@10"], abs=0.15)
