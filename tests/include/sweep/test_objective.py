import pytest

from include.experiment.config.models import MODEL_TYPES
from include.sweep.objective import TrialState, common_metrics, direction, judge
from include.tracking.training_metrics import Verdict

pytestmark = pytest.mark.unit


@pytest.fixture
def with_verdict(metrics, document, metrics_with):
    return lambda verdict: metrics_with(diagnosis={**document["diagnosis"], "verdict": verdict})


def test_a_healthy_training_has_the_metrics_value_and_its_best_baselines(metrics, document):
    judged = judge(metrics, "recall@100", "")
    assert judged.state is TrialState.COMPLETE
    assert judged.value == document["test"]["recall@100"]
    assert judged.baseline == document["comparison"]["recall@100"]["baseline_value"]


def test_a_measure_of_the_eval_rows_is_the_last_epochs_without_early_stopping(metrics_with, document):
    document["epochs"][-1]["metrics"]["val_loss"] = 6.1
    metrics = metrics_with(epochs=document["epochs"], early_stopping=None)
    assert judge(metrics, "val_loss", "").value == 6.1


def test_a_sweep_by_the_headline_takes_what_the_rows_of_a_trial_decide(metrics_with, document):
    headline = {**document["headline"], "metric": "recall@10"}
    judged = judge(metrics_with(headline=headline), "headline", "")
    assert (judged.metric, judged.value) == ("recall@10", document["test"]["recall@10"])
    older = judge(metrics_with(headline=None), "headline", "")
    assert (older.metric, older.value) == ("recall@100", document["test"]["recall@100"])


def test_a_measure_of_the_eval_rows_is_that_of_the_epoch_whose_weights_were_restored(metrics_with, document):
    for epoch, loss in zip(document["epochs"], (6.2, 6.9), strict=True):
        epoch["metrics"]["val_loss"] = loss
    stopping = {"metric": "val_loss", "patience": 1, "stopped_after": 2, "restored_epoch": 1}
    metrics = metrics_with(epochs=document["epochs"], early_stopping=stopping)
    assert judge(metrics, "val_loss", "").value == 6.2


@pytest.mark.parametrize("verdict", ["collapsed", "diverged", "dead_tower", "suspected_leakage"])
def test_a_broken_or_leaking_training_is_pruned(with_verdict, verdict):
    judged = judge(with_verdict(verdict), "recall@100", "")
    assert (judged.state, judged.verdict) == (TrialState.PRUNED, verdict)
    assert judged.reason


def test_a_training_that_diverged_and_then_raised_is_pruned_not_failed(with_verdict):
    assert judge(with_verdict("diverged"), "recall@100", "NaN").state is TrialState.PRUNED


@pytest.mark.parametrize("verdict", [Verdict.POPULARITY_ECHO, Verdict.UNKNOWN])
def test_a_poor_model_is_complete(with_verdict, verdict):
    assert judge(with_verdict(verdict.value), "recall@100", "").state is TrialState.COMPLETE


def test_what_stopped_a_trial_is_its_reason(metrics):
    assert judge(None, "recall@100", "no such column").reason == "no such column"
    assert judge(metrics, "recall@100", "stopped").state is TrialState.FAILED


def test_a_metric_that_training_does_not_report_fails_and_names_those_there_are(metrics):
    judged = judge(metrics, "novel_recall@5", "")
    assert judged.state is TrialState.FAILED
    assert "no finite novel_recall@5; it reports loss, recall@5" in judged.reason


def test_errors_are_made_small_and_the_rest_large():
    small = {
        name
        for each in MODEL_TYPES.values()
        for name in each.searched_metrics
        if direction(name) == "minimize"
    }
    assert small == {"rmse", "mae", "val_rmse", "val_loss"}


def test_models_of_several_types_share_only_some_metrics():
    assert common_metrics([MODEL_TYPES["retrieval"], MODEL_TYPES["multitask"]])[0] == "headline"
    assert common_metrics([MODEL_TYPES["retrieval"], MODEL_TYPES["ranking"]]) == ["val_loss"]
