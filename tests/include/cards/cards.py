"""Cards for tests: what is not given is that of a small run that trained well."""

from datetime import UTC, datetime, timedelta

from include.cards.card import Card

DAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


def experiment_id(number: int) -> str:
    return f"quick-test-manual-{number}-{number:010x}"


def card(number: int = 1, /, **fields) -> Card:
    return Card(
        **{
            "experiment_id": experiment_id(number),
            "dag_id": "quick_test",
            "run_id": f"manual__{number}",
            "created_at": DAY + timedelta(minutes=number),
            "updated_at": DAY + timedelta(minutes=number + 1),
            "dataset": "complete_journey",
            "features": "basic",
            "model": "fast",
            **fields,
        }
    )
