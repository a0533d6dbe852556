import math

import pytest

from recsflow_trainer.features import FeatureSet, Numeric
from recsflow_trainer.features.numeric import SCALINGS
from recsflow_trainer.keras import tf
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

# Mean 3, variance 8/3 over the three values there are.
PRICES = [1.0, 3.0, 5.0, None, math.nan]
ROWS = [
    {"price": price, "count": count, "same": 5.0, "never": None}
    for price, count in zip(PRICES, [-1, 0, 9, 1, 1], strict=True)
]
COLUMNS = {"price": tf.float32, "count": tf.int64, "same": tf.float32, "never": tf.float32}


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    features = [
        Numeric(column, name=f"{column} {scaling}", scaling=scaling)
        for column in COLUMNS
        for scaling in SCALINGS
    ]
    return transform(FeatureSet(features, []), COLUMNS, ROWS, tmp_path_factory.mktemp("numeric"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("price zscore", [-1.2247449, 0, 1.2247449, 0, 0]),
        ("price minmax", [0, 0.5, 1, 0, 0]),
        ("price log", [0.6931472, 1.3862944, 1.7917595, 0, 0]),
        ("price none", [1, 3, 5, 0, 0]),
        ("count log", [-0.6931472, 0, 2.3025851, 0.6931472, 0.6931472]),
        ("count minmax", [0, 0.1, 1, 0.2, 0.2]),
        ("same zscore", [0] * 5),
        ("same minmax", [0] * 5),
        ("never zscore", [0] * 5),
        ("never minmax", [0] * 5),
    ],
)
def test_scalings(transformed, name, expected):
    assert transformed.column(name) == pytest.approx(expected, abs=1e-6)


def test_nothing_makes_a_number_that_is_not_finite(transformed):
    rows = [{"price": price, "count": 2**60, "same": -1e30, "never": price} for price in (1e30, -1e30, 0.0)]
    for values in transformed.apply(rows).values():
        assert bool(tf.reduce_all(tf.math.is_finite(values)))


def test_input_layer_makes_one_column(transformed):
    layer = Numeric("price").input_layer(transformed.output)
    assert layer(tf.constant([1.0, 2.0])).numpy().tolist() == [[1.0], [2.0]]
