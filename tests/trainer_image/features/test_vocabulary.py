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
# What a text may hold that a line of a file, or a C string, may not; and values that look alike.
ODD = [
    *(
        b"\n",
        b"\r",
        b"two\nlines",
        b"two\rlines",
        b"two\r\nlines",
        b"two\\nlines",
        b"two\\\nlines",
        b"\\",
        b"\\n",
    ),
    *(b"\x00", b"nul\x00", b"nul\x00byte", b"bad \xff\xfe", b"\xe9", "\u2028".encode(), b"\xef\xbb\xbfbom"),
    *(b" ", b"  ", b"\t", b"odd", b"odd ", b" odd", b"o dd", b"o  dd", b"Odd", b"\x1f", b"-0", b"0", b"#"),
    *("\u00e9".encode(), "e\u0301".encode(), b"x" * 70_000, b"x" * 70_001),
]
ID = Vocabulary("odd", dim=4)


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    features = FeatureSet(query=[NUMBER, TOP], candidate=[TEXT, FREQUENT, NONE_LEFT, ID])
    columns = {"number": tf.int64, "text": tf.string, "odd": tf.string}
    odd = [{"number": None, "text": None, "odd": value} for value in ODD]
    return transform(features, columns, [*ROWS, *odd], tmp_path_factory.mktemp("vocabulary"))


def test_values_become_indices_most_frequent_first(transformed):
    assert transformed.column("number")[:6] == [0, 0, 0, 1, 1, 2]
    assert transformed.column("text")[:6] == [0, 0, 0, 1, 1, 3]
    assert NUMBER.values(transformed.output) == [b"7", b"8", b"9"]
    assert TEXT.values(transformed.output) == [b"c", b"b", b"two\nlines", b"a b"]


def test_every_text_is_a_value_of_its_own(transformed):
    """TFT keeps a vocabulary in lines, and leaves out what does not fit into one."""
    known = ID.values(transformed.output)
    assert sorted(known) == sorted(ODD)
    places = transformed.column("odd")[len(ROWS) :]
    assert [known[place] for place in places] == ODD
    assert transformed.apply([{"odd": value} for value in ODD])["odd"].numpy().tolist() == places


def test_missing_and_empty_values_are_out_of_vocabulary(transformed):
    assert transformed.column("text")[6:8] == [4, 4]
    assert transformed.column("number")[6] in {3, 4, 5}


def test_rare_and_surplus_values_are_out_of_vocabulary(transformed):
    assert transformed.column(FREQUENT.name)[:6] == [0, 0, 0, 1, 1, 2]
    assert transformed.column("top")[:6] == [0, 0, 0, 1, 1, 1]


def test_unseen_values_fill_the_out_of_vocabulary_buckets_and_no_more(transformed):
    found = transformed.apply(UNSEEN)
    assert set(found["number"].numpy().tolist()) == {3, 4, 5}
    assert set(found["text"].numpy().tolist()) == {4}


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
