import numpy as np
import pytest

from recsflow_trainer.examples.distinct_rows import distinct_rows

pytestmark = pytest.mark.tensorflow


def test_distinct_rows_lead_back_to_every_row():
    features = {"a": np.array([1, 1, 2, 1]), "b": np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.5, 1.0]])}
    first, row = distinct_rows(features)
    for values in features.values():
        assert (values[first][row] == values).all()
    assert len(first) == 3


def test_the_first_of_equal_rows_stands_for_them():
    first, row = distinct_rows({"customer": np.array([2, 0, 2, 2, 0]), "hour": np.array([1, 1, 1, 9, 1])})
    assert sorted(first.tolist()) == [0, 1, 3]
    assert first[row].tolist() == [0, 1, 0, 3, 1]
