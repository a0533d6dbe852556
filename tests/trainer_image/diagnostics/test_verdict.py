import math

import pytest

from recsflow_trainer.diagnostics.verdict import Reference, judge
from recsflow_trainer.metrics_file import EpochRecord, Histogram, TensorStatistics, TowerStatistics, Verdict

pytestmark = pytest.mark.tensorflow

LN_1024 = 6.9315
REFERENCE = Reference(
    uninformed_loss=LN_1024, initial_loss=7.0, initial_weight_norms={"query": 10, "candidate": 40}
)


def _statistics(norm: float) -> TensorStatistics:
    return TensorStatistics(norm, 0.0, 1.0, -1.0, 1.0, Histogram([], []))


def _epoch(
    number: int,
    loss: float,
    val_loss: float,
    gradient: float = 0.1,
    weight: float = 50.0,
    query: float | None = None,
    **measured: float,
) -> EpochRecord:
    norms = {"query": gradient if query is None else query, "candidate": gradient}
    towers = {name: TowerStatistics(_statistics(norm), _statistics(weight)) for name, norm in norms.items()}
    metrics = {"loss": loss, "val_loss": val_loss, "learning_rate": 0.1, **measured}
    return EpochRecord(number, 1.0, 1.0, metrics, towers)


def _verdict(*epochs: EpochRecord, steps: int = 300):
    return judge(epochs, steps, REFERENCE)


def test_falling_loss_is_healthy():
    diagnosis = _verdict(_epoch(1, 6.8, 6.6), _epoch(2, 6.1, 6.4))
    assert (diagnosis.verdict, diagnosis.epoch, diagnosis.evidence) == (Verdict.HEALTHY, 2, [])


def test_overfitting_is_not_divergence():
    assert _verdict(_epoch(1, 6.0, 6.5), _epoch(2, 3.0, 9.0)).verdict is Verdict.HEALTHY


def test_loss_of_equal_scores_with_moved_weights_is_collapsed():
    diagnosis = _verdict(_epoch(1, 7.3, LN_1024 + 0.004))
    assert (diagnosis.verdict, diagnosis.epoch) == (Verdict.COLLAPSED, 1)
    assert "val_loss 6.9355 is within 0.01 of 6.9315" in " ".join(diagnosis.evidence)
    assert "weight norm went from 10 to 50" in " ".join(diagnosis.evidence)
    assert "learning rate" in diagnosis.suggestion


def test_a_slow_first_epoch_is_a_collapse_only_if_the_next_one_is_no_better():
    reference = Reference(LN_1024, 7.0, {"query": 40.0, "candidate": 40.0})
    slow, again = (_epoch(number, LN_1024, LN_1024 + 0.001, weight=46.0) for number in (1, 2))
    first = judge([slow], 300, reference)
    assert first.verdict is Verdict.UNKNOWN
    assert "weight norm went from 40 to 46" in " ".join(first.evidence)
    assert first.suggestion.startswith("Lower the learning rate")
    assert judge([slow, again], 300, reference).verdict is Verdict.COLLAPSED
    assert judge([slow, _epoch(2, 6.8, 6.7, weight=46.0)], 300, reference).verdict is Verdict.HEALTHY


def test_first_small_steps_are_not_called_a_collapse():
    slow = _epoch(1, LN_1024, LN_1024, weight=40.0)
    reference = Reference(LN_1024, LN_1024, {"query": 40.0, "candidate": 40.0})
    diagnosis = judge([slow], 5, reference)
    assert diagnosis.verdict is Verdict.UNKNOWN
    assert "Raise the learning rate" in diagnosis.suggestion


def test_zero_gradients_are_collapsed_only_where_steps_were_counted():
    assert _verdict(_epoch(1, 6.5, 6.5, gradient=0.0), steps=300).verdict is Verdict.COLLAPSED
    assert _verdict(_epoch(1, 6.5, 6.5, gradient=0.0), steps=0).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    "epoch",
    [
        _epoch(1, math.nan, 6.5),
        _epoch(1, 6.5, math.inf),
        _epoch(1, 6.5, 6.5, gradient=math.nan),
        _epoch(1, 6.5, 6.5, weight=math.inf),
    ],
)
def test_anything_not_finite_is_diverged(epoch):
    diagnosis = _verdict(epoch)
    assert diagnosis.verdict is Verdict.DIVERGED
    assert "nan" in diagnosis.evidence[0] or "inf" in diagnosis.evidence[0]


def test_exploded_loss_is_diverged():
    assert _verdict(_epoch(1, 1e12, 1e12)).verdict is Verdict.DIVERGED


def test_loss_stuck_above_that_of_equal_scores_is_diverged():
    assert _verdict(_epoch(1, 9.0, 9.0), _epoch(2, 8.99, 9.0)).verdict is Verdict.DIVERGED
    assert _verdict(_epoch(1, 9.0, 9.0), _epoch(2, 8.0, 8.0)).verdict is Verdict.HEALTHY


def test_slow_learning_is_not_called_divergence():
    slow = [_epoch(1, 9.0, 9.0, weight=40.0), _epoch(2, 8.99, 9.0, weight=40.0)]
    diagnosis = judge(slow, 300, Reference(LN_1024, 9.0, {"query": 40.0, "candidate": 40.0}))
    assert diagnosis.verdict is Verdict.UNKNOWN
    assert "Raise the learning rate" in diagnosis.suggestion


def test_without_epochs_nothing_is_known():
    assert _verdict().verdict is Verdict.UNKNOWN


def test_one_tower_without_gradient_is_dead():
    diagnosis = _verdict(_epoch(1, 6.5, 6.5, query=0.0))
    assert diagnosis.verdict is Verdict.DEAD_TOWER
    assert diagnosis.evidence == ["query gradient norm is 0 over 300 steps"]
    assert _verdict(_epoch(1, 6.5, 6.5, query=0.0), steps=5).verdict is Verdict.HEALTHY


def test_one_tower_with_a_constant_output_is_dead_though_its_bias_learns():
    diagnosis = _verdict(_epoch(1, 6.5, 6.5, query_spread=1e-7, candidate_spread=0.9))
    assert diagnosis.verdict is Verdict.DEAD_TOWER
    assert "query gives all rows the same output" in diagnosis.evidence[0]


def test_two_towers_with_constant_outputs_are_a_collapse_whatever_the_loss_was():
    stuck = [_epoch(1, 9.0, 9.0), _epoch(2, 14.0, LN_1024 + 0.05, query_spread=0.0, candidate_spread=0.0)]
    assert _verdict(*stuck).verdict is Verdict.COLLAPSED


def test_small_losses_are_compared_with_a_tolerance_of_their_own():
    reference = Reference(1.0, 1.2, {"query": 10.0, "candidate": 40.0})
    assert judge([_epoch(1, 0.999, 0.9990)], 300, reference).verdict is Verdict.COLLAPSED
    assert judge([_epoch(1, 0.995, 0.9950)], 300, reference).verdict is Verdict.HEALTHY
