import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.cards.beginning import RunFacts, resolved_card
from include.cards.card import State
from include.cards.fitting import fitted
from include.cards.training import ended, with_training
from include.tracking.outcome import ComponentOutcome, PipelineOutcome
from include.tracking.training_metrics import TrainingMetrics, parse_training_metrics
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "contracts" / "training_metrics_v2.json"
COMPONENTS = (ComponentOutcome("ExampleGen", "cached", 0.0), ComponentOutcome("Trainer", "succeeded", 60.0))


@pytest.fixture
def experiment():
    return resolved()


@pytest.fixture
def card(experiment):
    return resolved_card(experiment, RunFacts("quick_test", "manual__1", "manual", NOW, "ann"), NOW)


@pytest.fixture
def metrics():
    return parse_training_metrics(EXAMPLE.read_bytes())


def running(metrics, epochs):
    """What the file said after some epochs."""
    values = {"status": "running", "finished_at": None, "test": {}, "comparison": {}, "headline": None}
    values |= {
        "diagnosis": {"verdict": "unknown", "epoch": None, "evidence": [], "suggestion": None, "measures": {}}
    }
    text = json.dumps({**metrics.model_dump(mode="json"), **values})
    whole = TrainingMetrics.model_validate_json(text)
    return whole.model_copy(update={"epochs": whole.epochs[:epochs]})


def test_epochs_are_told_while_they_are_trained(card, metrics):
    first = with_training(card, running(metrics, 1))

    assert first.epochs == (1, 2)
    assert first.curve
    assert first.curve.values == (6.64,)
    assert first.verdict is None
    assert first.headline is None
    second = with_training(first, running(metrics, 2))
    assert second.epochs == (2, 2)
    assert second.curve
    assert len(second.curve.values) == 2


def test_a_run_that_went_well_says_how_good_its_model_is(card, experiment, metrics):
    end = ended(card, experiment, metrics, PipelineOutcome("succeeded", components=COMPONENTS), NOW)

    assert metrics.headline
    compared = metrics.comparison[metrics.headline.metric]
    assert end.headline
    assert (end.headline.metric, end.headline.value) == (metrics.headline.metric, compared.value)
    assert (end.headline.baseline, end.headline.better) == (compared.best_baseline, compared.better)
    assert next(iter(end.metrics)) == metrics.headline.metric
    assert (end.state, end.stage, end.error, end.ended_at) == (State.SUCCEEDED, None, None, NOW)
    assert end.verdict == metrics.diagnosis.verdict
    assert [(each.name, each.cached) for each in end.components] == [("ExampleGen", True), ("Trainer", False)]
    assert end.test_rows
    assert end.test_rows.rows == 113_390
    assert len(fitted(end).encode()) <= 2048


def test_a_failed_component_is_named_with_its_own_words(card, experiment):
    failed = (COMPONENTS[0], ComponentOutcome("Transform", "failed", 3.0, "KeyError: 'brand'"))
    outcome = PipelineOutcome("failed", "component Transform failed:\nKeyError: 'brand'", components=failed)

    end = ended(card.changed(stage="wait_for_pipeline"), experiment, None, outcome, NOW)

    assert (end.state, end.stage, end.component) == (State.FAILED, "wait_for_pipeline", "Transform")
    assert end.error == "component Transform failed: KeyError: 'brand'"


def test_a_trainer_that_failed_says_itself_why(card, experiment, metrics):
    error = {"type": "ValueError", "message": "no finite loss", "traceback": ""}
    said = TrainingMetrics.model_validate({**metrics.model_dump(), "error": error, "status": "failed"})

    end = ended(card, experiment, said, PipelineOutcome("failed", "component Trainer failed:\n…"), NOW)

    assert end.error == "ValueError: no finite loss"


@pytest.mark.parametrize(
    ("status", "state"),
    [("cancelled", State.CANCELLED), ("timed_out", State.FAILED), ("not_submitted", State.FAILED)],
)
def test_only_success_is_success(status, state, card, experiment):
    assert ended(card, experiment, None, PipelineOutcome(status, "why"), NOW).state is state


def test_a_metric_that_few_epochs_have_makes_no_curve(card, metrics):
    first, last = metrics.epochs
    last = last.model_copy(update={"metrics": {**last.metrics, "val_loss": 6.0, "val_recall@10": 0.1}})

    told = with_training(card, metrics.model_copy(update={"epochs": (first, last)}))

    assert told.curve
    assert told.curve.metric == "val_loss"
    first = first.model_copy(update={"metrics": {**first.metrics, "val_recall@10": 0.05}})
    both = with_training(card, metrics.model_copy(update={"epochs": (first, last)}))
    assert both.curve
    assert (both.curve.metric, both.curve.values) == ("val_recall@10", (0.05, 0.1))


def test_losses_are_among_the_metrics_of_a_model_that_has_many(card, metrics):
    recall = {f"{kind}recall@{k}": 0.1 for kind in ("", "repeat_", "novel_") for k in (5, 10, 50, 100)}
    headline = {"metric": "recall@100", "reason": "", "families": ["recall", "repeat_recall", "novel_recall"]}
    told = TrainingMetrics.model_validate(
        {**metrics.model_dump(), "test": {**recall, "loss": 5.0}, "headline": headline}
    )

    listed = list(with_training(card, told).metrics)

    assert listed[0] == "recall@100"
    assert set(listed[:4]) == {"recall@5", "recall@10", "recall@50", "recall@100"}
    assert listed[4:6] == ["loss", "val_loss"]
    assert len(listed) == 12
