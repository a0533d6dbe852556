import pytest

from recsflow_trainer.features import FeatureSet, HashedCross
from recsflow_trainer.keras import tf
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

ROWS = [
    {"left": "a b", "right": "c", "number": 1},
    {"left": "a", "right": "b c", "number": 1},
    {"left": "a b", "right": "c", "number": 2},
    {"left": None, "right": "a", "number": 1},
    {"left": "a", "right": None, "number": 1},
]
PAIR = HashedCross(["left", "right"], buckets=10_000, dim=2)
TRIPLE = HashedCross(["left", "right", "number"], buckets=10_000, dim=2)
FEW = HashedCross(["left", "number"], name="few", buckets=2, dim=2)


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    columns = {"left": tf.string, "right": tf.string, "number": tf.int64}
    return transform(FeatureSet([PAIR], [TRIPLE, FEW]), columns, ROWS, tmp_path_factory.mktemp("cross"))


def test_equal_combinations_share_a_bucket_and_different_ones_do_not(transformed):
    pair = transformed.column("left_x_right")
    assert pair[0] == pair[2]
    assert len(set(pair)) == 4
    assert len(set(transformed.column("left_x_right_x_number"))) == 5


def test_serving_gives_the_same_buckets(transformed):
    found = transformed.apply(ROWS)
    for feature in (PAIR, TRIPLE, FEW):
        assert found[feature.name].numpy().tolist() == transformed.column(feature.name)


def test_every_bucket_has_a_row_of_the_embedding(transformed):
    assert set(transformed.column("few")) <= {0, 1}
    assert FEW.input_layer(transformed.output).input_dim == 2
