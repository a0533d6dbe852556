import numpy as np
import pytest

from recsflow_trainer.diagnostics.leakage import label_leakage, product_leakage

pytestmark = pytest.mark.tensorflow


def _columns(seed: int, rows: int = 4_000) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    product = random.integers(0, 50, rows)
    label = random.lognormal(1, 1, rows).astype(np.float32)
    return {
        "product": product,
        "copy": (product * 7 + 3) % 50,
        "half": product // 2,
        "noise": random.integers(0, 20, rows),
        "cycle": np.stack([np.sin(product / 8), np.cos(product / 8)], axis=1).astype(np.float32),
        "label": label,
        "twice": label * 2,
        "size": (label > 3).astype(np.int64),
        "real_noise": random.random(rows),
    }


def test_a_feature_made_from_the_product_tells_it():
    leakage = product_leakage(_columns(1), _columns(2), ["copy", "half", "noise", "cycle"], "product")
    assert leakage["told_by_copy"] == 1
    assert leakage["told_by_half"] == pytest.approx(0.5, abs=0.05)
    assert leakage["told_by_noise"] < 0.1
    assert leakage["told_by_cycle"] == 1


def test_a_value_that_no_train_row_has_tells_nothing():
    train = {"f": np.array([0, 0, 1]), "product": np.array([5, 5, 6])}
    test = {"f": np.array([0, 9]), "product": np.array([5, 6])}
    assert product_leakage(train, test, ["f"], "product") == {"told_by_f": 0.5}


def test_a_feature_made_from_the_label_tells_it():
    leakage = label_leakage(_columns(1), _columns(2), ["twice", "size", "noise", "real_noise"], "label")
    assert leakage["told_by_twice"] > 0.99
    # Two groups of ranks explain at most three quarters.
    assert 0.6 < leakage["told_by_size"] < 0.76
    assert abs(leakage["told_by_noise"]) < 0.05
    assert abs(leakage["told_by_real_noise"]) < 0.1


def test_rows_without_a_label_do_not_count():
    columns = {"f": np.array([0, 0, 1, 1]), "label": np.array([1.0, np.nan, 3.0, np.nan])}
    assert label_leakage(columns, columns, ["f"], "label") == {"told_by_f": 1.0}
    nothing = {**columns, "label": np.full(4, np.nan)}
    assert label_leakage(nothing, nothing, ["f"], "label") == {}
