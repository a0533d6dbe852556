import pytest

from recsflow_trainer.features import FeatureSet, Vocabulary
from recsflow_trainer.keras import tf
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

# Frequencies: 7 three times, 8 twice, 9 once; c three times, b twice, "a b" once.
ROWS = [
    {"number": 7, "text": "c"},
    {"number": 7, "text": "c"},
    {"number": 7, "text": "c"},
    {"number": 8, "text": "b"},
    {"number": 8, "text": "b"},
    {"number": 9, "text": "a b"},
    {"number": None, "text": None},
    {"number": 7, "text": ""},
    {"number": 8, "text": "two\nlines"},
]
UNSEEN = [{"number": n, "text": f"unseen {n}"} for n in range(1_000, 1_040)]

TEXT = Vocabulary("text", dim=4)
NUMBER = Vocabulary("number", dim=4, oov_buckets=3)
FREQUENT = Vocabulary("text", name="Frequent {text}", dim=4, min_frequency=2)
TOP = Vocabulary("number", name="top", dim=4, max_vocabulary=1)
NONE_LEFT = Vocabulary("text", name="none_left", dim=4, min_frequency=1_000)


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    features = FeatureSet(query=[NUMBER, TOP], candidate=[TEXT, FREQUENT, NONE_LEFT])
    columns = {"number": tf.int64, "text": tf.string}
    return transform(features, columns, ROWS, tmp_path_factory.mktemp("vocabulary"))


def test_values_become_indices_most_frequent_first(transformed):
    assert transformed.column("number")[:6] == [0, 0, 0, 1, 1, 2]
    assert transformed.column("text")[:6] == [0, 0, 0, 1, 1, 2]
    assert NUMBER.values(transformed.output) == [b"7", b"8", b"9"]
    assert TEXT.values(transformed.output) == [b"c", b"b", b"a b"]


def test_missing_empty_and_many_lined_values_are_out_of_vocabulary(transformed):
    assert transformed.column("text")[6:] == [3, 3, 3]
    assert transformed.column("number")[6] in {3, 4, 5}


def test_rare_and_surplus_values_are_out_of_vocabulary(transformed):
    assert transformed.column(FREQUENT.name)[:6] == [0, 0, 0, 1, 1, 2]
    assert transformed.column("top")[:6] == [0, 0, 0, 1, 1, 1]


def test_unseen_values_fill_the_out_of_vocabulary_buckets_and_no_more(transformed):
    found = transformed.apply(UNSEEN)
    assert set(found["number"].numpy().tolist()) == {3, 4, 5}
    assert set(found["text"].numpy().tolist()) == {3}


@pytest.mark.parametrize(
    "feature", [TEXT, NUMBER, FREQUENT, TOP, NONE_LEFT], ids=lambda feature: feature.name
)
def test_every_index_has_a_row_of_the_embedding(transformed, feature):
    layer = feature.input_layer(transformed.output)
    for batch in (transformed.batch(), transformed.apply(UNSEEN)):
        indices = batch[feature.name]
        assert int(tf.reduce_max(indices)) < feature.cardinality(transformed.output) == layer.input_dim
        assert layer(indices).shape == [len(indices), 4]


def test_size_is_the_first_out_of_vocabulary_index(transformed):
    assert NUMBER.vocabulary_size(transformed.output) == 3
    assert NUMBER.cardinality(transformed.output) == 6
    assert TOP.cardinality(transformed.output) == 2
