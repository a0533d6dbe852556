import numpy as np
import pytest

from recsflow_trainer.evaluation.cold_rows import cold_rows, cold_warnings, is_cold
from recsflow_trainer.metrics_file import ColdRows

pytestmark = pytest.mark.tensorflow


def test_who_has_no_train_row_or_no_id_of_her_own_is_cold():
    # Ids from 4 on are out of vocabulary; 2 is known and has no row.
    train, test = np.array([0, 1, 1, 3, 4]), np.array([0, 2, 3, 4, 7, 1])
    assert is_cold(train, test, 4).tolist() == [False, True, False, True, True, False]


def test_cold_rows_are_measured_apart_from_the_others():
    hits, cold = np.array([1.0, 0.0, 1.0, 1.0]), np.array([True, True, False, False])
    measured = cold_rows({"customers": cold}, lambda rows: {"recall@10": float(hits[rows].mean())})
    assert measured == {"customers": ColdRows(2, 0.5, {"recall@10": 0.5}, {"recall@10": 1.0})}


def test_no_cold_rows_have_no_measures():
    measured = cold_rows({"products": np.array([False])}, lambda rows: {"recall@10": 1.0})
    assert measured == {"products": ColdRows(0, 0.0, {}, {"recall@10": 1.0})}


def test_many_cold_rows_are_warned_about_in_words():
    few, many = ColdRows(10, 0.1, {}, {}), ColdRows(7_120, 0.712, {}, {})
    assert cold_warnings({"products": few}) == []
    assert cold_warnings({"customers": many, "products": few})[0].startswith(
        "71% of the test rows (7,120) belong to customers without a training row: they are recommended what "
        "customers buy on the whole"
    )
