import json

import pytest

from include.cards.card import Card, ComponentStage, InvalidCard, Stage, State
from include.cards.fitting import fitted
from tests.include.cards.cards import card

pytestmark = pytest.mark.unit

LONG = "a word and another " * 300
FULL = {
    "number": 1234,
    "name": "n" * 300,
    "user": "somebody@example.com",
    "run_id": "scheduled__" + "9" * 239,
    "dag_id": "d" * 250,
    "experiment_id": "e" * 109 + "-0123456789",
    "sweep_id": "s" * 109 + "-0123456789",
    "parent_experiment_id": "p" * 109 + "-0123456789",
    "logical_date": "2026-01-05T12:00:00.123456Z",
    "ended_at": "2026-01-05T13:00:00.123456Z",
    "state": "failed",
    "stage": "wait_for_pipeline",
    "component": "Trainer",
    "stages": [(f"a_task_with_a_long_name_{n}", "success", 1234.5678) for n in range(30)],
    "components": [(f"Component{n}", "succeeded", 1234.5678, False) for n in range(12)],
    "error": LONG,
    "warnings": 40,
    "warning": LONG,
    "verdict": "below_baselines",
    "headline": {
        "metric": "recall@10",
        "value": 0.123456789,
        "baseline": "popularity",
        "baseline_value": 0.1,
        "better": True,
    },
    "metrics": {f"a_long_name_of_a_metric@{n}": n / 7 for n in range(120)},
    "curve": {"metric": "loss", "values": [1 / (n + 1) for n in range(200)]},
    "epochs": (200, 200),
    "params": {f"a_long_name_of_a_parameter_{n}": "x" * 200 for n in range(60)},
    "test_rows": {"key": "k" * 12, "first_day": "2026-01-01", "last_day": "2026-01-28", "rows": 1_000_000},
    "mlflow_run_id": "0" * 32,
}


def test_a_card_is_read_back_as_it_was_written():
    written = card(
        state=State.TRAINING,
        stages=(Stage("resolve_experiment", "success", 1.5),),
        components=(ComponentStage("Trainer", "running", None, False),),
        headline={
            "metric": "recall@10",
            "value": 0.3,
            "baseline": "popularity",
            "baseline_value": 0.2,
            "better": True,
        },
        params={"learning_rate": 0.01, "optimizer": "adagrad"},
        epochs=(3, 10),
    )

    read = Card.from_json(fitted(written))

    assert read == written
    assert read.headline
    assert read.headline.lift == 1.5


@pytest.mark.parametrize(
    "text", [LONG, "ü" * 3000, "\x00\x1f" * 2000, "😀" * 3000], ids=lambda text: text[:3]
)
def test_a_card_takes_two_kilobytes_at_most_whatever_it_is_told(text):
    told = Card(
        **{
            **FULL,
            **dict.fromkeys(("error", "warning", "name", "user", "dataset", "features", "model"), text),
            "created_at": "2026-01-05T12:00:00Z",
            "updated_at": "2026-01-05T12:00:00Z",
            "params": {f"{text[:60]}{n}": text for n in range(16)},
        }
    )

    written = fitted(told)

    assert len(written.encode()) <= 2048
    read = Card.from_json(written)
    assert (read.experiment_id, read.dag_id, read.run_id) == (told.experiment_id, told.dag_id, told.run_id)
    assert read.state is State.FAILED
    assert read.error


def test_what_a_list_needs_first_is_kept_of_a_long_run():
    told = card(
        **{
            **FULL,
            **{name: f"{name}-0123456789" for name in ("dag_id", "run_id", "name", "sweep_id")},
            "parent_experiment_id": None,
            "experiment_id": "quick-test-manual-2026-11-28t17-58-19-0123456789",
            "stages": [(f"one_of_twelve_tasks_{n}", "success", 1234.5678) for n in range(12)],
            "metrics": {f"recall@{n}": n / 7 for n in range(120)},
            "params": {f"learning_rate_{n}": n / 7 for n in range(60)},
        }
    )

    read = Card.from_json(fitted(told))

    assert read.headline == told.headline
    assert read.error
    assert read.error.startswith("a word and another")
    assert read.curve
    assert len(read.curve.values) >= 12
    # The first and the last epoch.
    assert (read.curve.values[0], read.curve.values[-1]) == (1.0, 0.005)


def test_a_short_card_is_not_shortened():
    told = card(warning="w" * 160, curve={"metric": "loss", "values": [0.5] * 40}, error="e" * 300)

    assert Card.from_json(fitted(told)) == told


def test_two_hundred_epochs_become_forty_points():
    told = card(curve={"metric": "loss", "values": [float(n) for n in range(200)]})

    assert told.curve
    assert len(told.curve.values) == 40
    assert told.curve.values[:2] == (0.0, 5.0)
    assert told.curve.values[-1] == 199.0


def test_a_sentence_stays_on_one_line():
    assert card(error="first\n  second").error == "first second"


def test_numbers_that_are_not_finite_are_not_known():
    told = card(metrics={"loss": float("nan"), "recall@10": 0.123456789})

    assert told.metrics == {"loss": None, "recall@10": 0.123457}


def test_a_changed_card_is_checked_like_a_new_one():
    assert card().changed(error="x" * 400).error == "x" * 299 + "…"
    with pytest.raises(ValueError, match="state"):
        card().changed(state="thriving")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "file: "),
        ("[]", "file: "),
        ('{"schema_version": 2}', "schema_version: "),
        ('{"experiment_id": "a"}', "dag_id: Field required"),
    ],
)
def test_a_file_that_is_no_card_is_said_to_be_none(text, said):
    with pytest.raises(InvalidCard, match=said):
        Card.from_json(text)


def test_a_card_with_fields_of_later_is_read():
    text = json.dumps({**json.loads(fitted(card())), "a_field_of_later": 1})

    assert Card.from_json(text) == card()


@pytest.mark.parametrize(
    ("value", "baseline", "better", "lift"),
    [
        (0.3, 0.2, True, 1.5),
        (0.1, 0.2, False, 0.5),
        # An error, of which half as much is twice as good.
        (0.5, 1.0, True, 2.0),
        (2.0, 1.0, False, 0.5),
        (0.3, None, None, None),
        (0.3, 0.0, True, None),
    ],
)
def test_the_lift_is_above_one_where_the_model_is_better(value, baseline, better, lift):
    headline = {"metric": "a", "value": value, "baseline_value": baseline, "better": better}

    assert card(headline=headline).headline.lift == lift
