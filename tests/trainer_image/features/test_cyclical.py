from datetime import UTC, datetime

import pytest

from recsflow_trainer.features import Cyclical, FeatureSet
from recsflow_trainer.features.cyclical import PERIODS
from recsflow_trainer.keras import tf
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

# A Monday at 06:59, a Sunday in December, no time at all, and 1 April 1969.
MOMENTS = [
    datetime(2017, 1, 2, 6, 59, tzinfo=UTC),
    datetime(2017, 12, 31, 18, tzinfo=UTC),
    None,
    datetime(1969, 4, 1, tzinfo=UTC),
]


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    rows = [{"at": moment and int(moment.timestamp())} for moment in MOMENTS]
    features = FeatureSet([Cyclical("at", period=period) for period in PERIODS], [])
    return transform(features, {"at": tf.int64}, rows, tmp_path_factory.mktemp("cyclical"))


@pytest.mark.parametrize(
    ("period", "row", "sine", "cosine"),
    [
        ("hour_of_day", 0, 1, 0),
        ("hour_of_day", 1, -1, 0),
        ("hour_of_day", 3, 0, 1),
        ("day_of_week", 0, 0, 1),
        ("day_of_week", 1, -0.7818315, 0.6234898),
        ("day_of_month", 0, 0.2012985, 0.9795299),
        ("day_of_month", 3, 0, 1),
        ("month_of_year", 0, 0, 1),
        ("month_of_year", 1, -0.5, 0.8660254),
        ("month_of_year", 3, 1, 0),
    ],
)
def test_a_moment_is_a_point_on_the_circle(transformed, period, row, sine, cosine):
    assert transformed.column(f"at_{period}")[row] == pytest.approx([sine, cosine], abs=1e-6)


@pytest.mark.parametrize("period", PERIODS)
def test_a_missing_moment_is_the_centre(transformed, period):
    assert transformed.column(f"at_{period}")[2] == [0, 0]


def test_input_layer_keeps_both_numbers(transformed):
    feature = Cyclical("at", period="hour_of_day")
    batch = transformed.batch()[feature.name]
    assert feature.input_layer(transformed.output)(batch).numpy().tolist() == batch.numpy().tolist()
