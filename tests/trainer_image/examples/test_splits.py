import numpy as np
import pytest

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples.splits import Split, read_split, sibling_split
from recsflow_trainer.keras import tf
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow

SPEC = {"a": tf.io.FixedLenFeature([], tf.int64), "b": tf.io.FixedLenFeature([2], tf.float32)}


def _split(rows: int) -> Split:
    return Split("train", {"a": np.arange(rows), "b": np.arange(2 * rows, dtype=np.float32).reshape(rows, 2)})


def _passes(dataset: tf.data.Dataset, count: int) -> list[list[int]]:
    return [np.concatenate([batch["a"].numpy() for batch in dataset]).tolist() for _ in range(count)]


def test_reads_each_split_of_the_transform_output_whole(small_experiment):
    spec = declared().transformed_spec()
    for name, rows in small_experiment.rows.items():
        split = read_split([small_experiment.files(name)], spec, name=name)
        assert split.rows == len(rows)
        assert set(split.columns) == set(spec)
    labels = small_experiment.tft_output.vocabulary_by_name("vocabulary_department")
    departments = [labels[index].decode() for index in split.columns["department"]]
    assert departments == [row["department"] for row in rows]


def test_a_pass_is_finite_and_has_every_row_once():
    dataset = _split(10).batches(5, seed=1, reshuffle=True).dataset
    assert dataset.cardinality().numpy() == 2
    assert [sorted(rows) for rows in _passes(dataset, 2)] == [list(range(10))] * 2


def test_training_has_a_new_order_each_epoch_and_validation_has_not():
    first, second = _passes(_split(100).batches(10, seed=1, reshuffle=True).dataset, 2)
    assert first != second
    first, second = _passes(_split(100).batches(10, seed=1, reshuffle=False).dataset, 2)
    assert first == second


def test_the_seed_decides_the_order():
    tf.random.set_seed(5)
    first = _passes(_split(100).batches(10, seed=1, reshuffle=True).dataset, 2)
    tf.random.set_seed(5)
    assert _passes(_split(100).batches(10, seed=1, reshuffle=True).dataset, 2) == first
    assert _passes(_split(100).batches(10, seed=2, reshuffle=True).dataset, 2) != first


def test_columns_stay_together_and_shapes_are_static():
    dataset = _split(64).batches(8, seed=1, reshuffle=True).dataset
    assert dataset.element_spec["a"].shape == [8]
    assert dataset.element_spec["b"].shape == [8, 2]
    for batch in dataset:
        assert batch["b"].numpy()[:, 0].tolist() == (2 * batch["a"].numpy()).tolist()


def test_a_split_smaller_than_a_batch_is_one_batch():
    assert [len(rows) for rows in _passes(_split(3).batches(8, seed=1, reshuffle=False).dataset, 1)] == [3]


def test_the_test_split_lies_beside_the_train_split():
    patterns = ["gs://bucket/Split-train-runs/Transform/7/Split-train/*"]
    assert sibling_split(patterns, "test") == ["gs://bucket/Split-train-runs/Transform/7/Split-test/*"]
    with pytest.raises(ExamplesError, match="no Split-"):
        sibling_split(["/rows/train/*"], "test")


def test_missing_and_empty_splits_are_errors_that_name_the_split(tmp_path):
    with pytest.raises(ExamplesError, match="Split 'test' has no files"):
        read_split([str(tmp_path / "*")], SPEC, name="test")
    with tf.io.TFRecordWriter(str(tmp_path / "rows")):
        pass
    with pytest.raises(ExamplesError, match="Split 'test' has no rows"):
        read_split([str(tmp_path / "*")], SPEC, name="test")


def test_examples_of_another_feature_set_are_an_error(small_experiment):
    with pytest.raises(ExamplesError, match="does not hold a, b as declared"):
        read_split([small_experiment.files("test")], SPEC, name="test")
