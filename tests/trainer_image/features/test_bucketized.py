from collections import Counter

import pytest

from recsflow_trainer.features import Bucketized, FeatureSet
from recsflow_trainer.keras import tf
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

PRICE = Bucketized("price", buckets=4, dim=3)
SAME = Bucketized("same", buckets=4, dim=3)
COUNT = Bucketized("count", buckets=2, dim=3)
ROWS = [{"price": float(n), "same": 5.0, "count": n} for n in range(100)] + [
    {"price": None, "same": 5.0, "count": 0}
]


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    columns = {"price": tf.float32, "same": tf.float32, "count": tf.int64}
    return transform(FeatureSet([PRICE, COUNT], [SAME]), columns, ROWS, tmp_path_factory.mktemp("bucketized"))


def test_buckets_hold_about_the_same_number_of_rows(transformed):
    counts = Counter(transformed.column("price")[:100])
    assert sorted(counts) == [0, 1, 2, 3]
    assert all(23 <= count <= 27 for count in counts.values())


def test_buckets_are_ordered(transformed):
    buckets = transformed.column("price")[:100]
    assert buckets == sorted(buckets)


def test_a_missing_value_has_a_bucket_of_its_own(transformed):
    assert transformed.column("price")[100] == 4


def test_values_outside_the_training_range_go_to_the_outer_buckets(transformed):
    found = transformed.apply(
        [{"price": -1e9, "same": 5.0, "count": 0}, {"price": 1e9, "same": 5.0, "count": 0}]
    )
    assert found["price"].numpy().tolist() == [0, 3]


@pytest.mark.parametrize("feature", [PRICE, SAME, COUNT], ids=lambda feature: feature.column)
def test_every_bucket_has_a_row_of_the_embedding(transformed, feature):
    layer = feature.input_layer(transformed.output)
    assert max(transformed.column(feature.name)) < layer.input_dim == feature.buckets + 1
    assert layer(transformed.batch()[feature.name]).shape == [101, 3]
