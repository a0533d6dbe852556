import math

import numpy as np
import pytest

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.keras import tf
from recsflow_trainer.ranking.labels import LabelTransform, fit_transform

pytestmark = pytest.mark.tensorflow

LABELS = np.array([1.0, 3.0, 5.0, 7.0], np.float32)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (LabelTransform.IDENTITY, 3.0),
        (LabelTransform.LOG1P, math.log(4)),
        # Mean 4, standard deviation sqrt((9 + 1 + 1 + 9) / 4).
        (LabelTransform.ZSCORE, -1 / math.sqrt(5)),
        (LabelTransform.MINMAX, 2 / 6),
    ],
)
def test_transforms_by_hand(kind, expected):
    transform = fit_transform(kind, LABELS, "spent")
    assert float(transform.forward(tf.constant(3.0))) == pytest.approx(expected)


@pytest.mark.parametrize("kind", list(LabelTransform))
def test_inverse_gives_the_label_back_also_beyond_the_train_rows(kind):
    transform = fit_transform(kind, LABELS, "spent")
    labels = tf.constant([0.0, 1.0, 42.5, 1000.0])
    np.testing.assert_allclose(transform.inverse(transform.forward(labels)), labels, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", list(LabelTransform))
def test_missing_label_stays_missing(kind):
    assert math.isnan(float(fit_transform(kind, LABELS, "spent").forward(tf.constant(math.nan))))


def test_log_of_what_has_none_is_an_error_that_counts_the_rows():
    labels = np.array([-3.0, -1.0, 2.0], np.float32)
    with pytest.raises(ExamplesError, match=r"'spent' has 2 training rows of -1 or less, down to -3"):
        fit_transform(LabelTransform.LOG1P, labels, "spent")


@pytest.mark.parametrize("kind", [LabelTransform.ZSCORE, LabelTransform.MINMAX])
def test_label_without_spread_is_an_error(kind):
    with pytest.raises(ExamplesError, match="'spent' has the same value in all training rows"):
        fit_transform(kind, np.full(3, 2.0, np.float32), "spent")
