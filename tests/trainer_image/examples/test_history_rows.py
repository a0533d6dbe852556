"""A sample of the small experiment, and the rows that it leaves out."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsflow_trainer.baselines.ratings import Ids, rating_baselines
from recsflow_trainer.errors import ExamplesError, ExportedRowsError
from recsflow_trainer.evaluation.retrieval import RetrievalTest
from recsflow_trainer.examples.history_rows import HistoryFiles, read_history
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.features.interaction import INTERACTION_DATE, INTERACTION_LABEL
from recsflow_trainer.history.declaration import History
from recsflow_trainer.keras import tf
from tests.exported_rows import mark_exported
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow

CUSTOMER, PRODUCT = Vocabulary("household_id"), Vocabulary("product_id")


def exported(rows, folder, columns=("household_id", "product_id", "bought_at", "spent")):
    """Writes rows as stage_dataset exports those outside a sample."""
    folder.mkdir(parents=True)
    table = pa.table({name: [row[name] for row in rows] for name in columns})
    pq.write_table(table, folder / "rows.parquet")
    mark_exported(folder)
    return HistoryFiles(uri=str(folder), date="bought_at", label="spent")


def first_rows(*ids):
    """The places of the first row of each value of each id."""
    return np.unique(np.concatenate([np.unique(values, return_index=True)[1] for values in ids]))


def sampled(experiment, percent, folder):
    """The inputs of the experiment with some train and eval rows, and the others as history."""
    whole = experiment.inputs
    chance, kept, left_out = np.random.default_rng(5), {}, []
    for name in ("train", "eval"):
        split = whole.splits[name]
        chosen = chance.random(split.rows) < percent / 100
        if name == "train":
            chosen[first_rows(split.columns["household_id"], split.columns["product_id"])] = True
        kept[name] = split.take(np.flatnonzero(chosen))
        left_out += [row for row, is_in in zip(experiment.rows[name], chosen, strict=True) if not is_in]
    files = exported(left_out, folder)
    history = read_history(files, whole.tft_output, (CUSTOMER, PRODUCT), labelled=True)
    return replace(whole, splits=replace(whole.splits, **kept), history=history)


@pytest.fixture(scope="module")
def samples(small_experiment, tmp_path_factory):
    """The whole experiment and samples of it, by percent."""
    folder = tmp_path_factory.mktemp("history")
    found = {percent: sampled(small_experiment, percent, folder / str(percent)) for percent in (5, 25)}
    return {**found, 100: small_experiment.inputs}


def measured(inputs):
    declaration = declared()
    candidates = declaration._candidates(inputs)
    test = RetrievalTest.of(inputs, candidates, declaration.customer, declaration.product)
    return test.rows.repeat.tolist(), test.baselines()


def test_novel_rows_and_baselines_do_not_depend_on_the_sample(samples):
    assert samples[5].splits.train.rows < samples[25].splits.train.rows < samples[100].splits.train.rows / 3
    whole = measured(samples[100])
    assert 0.5 < np.mean(whole[0]) < 1
    for percent in (5, 25):
        assert measured(samples[percent]) == whole


def test_the_sample_alone_would_count_more_novel_rows(samples):
    alone = replace(samples[5], history=None)
    assert sum(measured(alone)[0]) < sum(measured(samples[5])[0]) / 2


def test_means_of_ratings_do_not_depend_on_the_sample(samples):
    tft_output = samples[100].tft_output
    ids = [Ids(each.name, each.vocabulary_size(tft_output)) for each in (CUSTOMER, PRODUCT)]
    whole, *others = (
        rating_baselines(inputs.seen, inputs.splits.test, *ids)
        for inputs in (samples[100], samples[25], samples[5])
    )
    for other in others:
        for name, metrics in whole.items():
            assert other[name] == pytest.approx(metrics, rel=1e-6)


@pytest.mark.parametrize("history", [None, History()])
def test_a_product_bought_outside_the_sample_alone_is_left_out_of_the_answer(samples, history):
    inputs = samples[5]
    declaration = declared(loss="full", history=history)
    server = declaration.server(declaration.build(inputs), inputs)
    known = inputs.tft_output.vocabulary_by_name(CUSTOMER.vocabulary_name)
    names = ("household_id", "product_id")
    train, evaluated, outside = (
        set(zip(*(split.columns[name].tolist() for name in names), strict=True)) for split in inputs.seen
    )
    only_outside = outside - train - evaluated
    assert only_outside
    households = [int(known[customer]) for customer, _ in sorted(only_outside)]
    products = [int(PRODUCT.values(inputs.tft_output)[product]) for _, product in sorted(only_outside)]
    columns = {
        "household_id": tf.constant(households, tf.int64),
        "segment": tf.constant([("young", "old")[household % 2] for household in households]),
    }
    every = tf.constant(int(server.product_ids.shape[0]))
    for exclude in (False, True):
        answer = server.recommend(columns, every, tf.constant(exclude))
        of_product = answer["product_id"].numpy() == np.array(products)[:, None]
        assert np.isneginf(answer["score"].numpy()[of_product]).tolist() == [exclude] * len(products)


def test_ids_are_those_of_transform_whether_texts_or_integers(small_experiment, tmp_path):
    rows = small_experiment.rows["eval"]
    files = exported(rows, tmp_path / "history", ["segment", "product_id", "bought_at"])
    inputs = small_experiment.inputs
    ids = (Vocabulary("segment"), PRODUCT)
    read = read_history(files.model_copy(update={"label": None}), inputs.tft_output, ids, labelled=False)
    assert read.columns.keys() == {"segment", "product_id", INTERACTION_DATE}
    for name, values in read.columns.items():
        assert values.tolist() == inputs.splits.eval.columns[name].tolist()


def test_an_id_that_no_train_row_has_is_out_of_vocabulary(small_experiment, tmp_path):
    row = {"household_id": 7, "product_id": 8, "bought_at": 9, "spent": None}
    tft_output = small_experiment.tft_output
    files = exported([row], tmp_path / "history")
    read = read_history(files, tft_output, (CUSTOMER, PRODUCT), labelled=True)
    assert read.columns["household_id"] >= CUSTOMER.vocabulary_size(tft_output)
    assert read.columns["product_id"] >= PRODUCT.vocabulary_size(tft_output)
    assert np.isnan(read.columns[INTERACTION_LABEL])


def test_files_that_are_not_there_or_lack_a_column_are_named(small_experiment, tmp_path):
    tft_output = small_experiment.tft_output
    gone = HistoryFiles(uri=str(tmp_path / "gone"), date="bought_at")
    with pytest.raises(ExportedRowsError, match=r"/gone: no rows, or not all of them"):
        read_history(gone, tft_output, (CUSTOMER, PRODUCT), labelled=False)
    files = exported(small_experiment.rows["eval"], tmp_path / "short", ["household_id", "bought_at"])
    with pytest.raises(ExamplesError, match=r"rows.parquet: has no column 'product_id', only household_id"):
        read_history(files, tft_output, (CUSTOMER, PRODUCT), labelled=False)
