"""A card as a row of the index: what is filtered and sorted by."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from include.cards.card import Card

# Taken from the card as they are.
PLAIN = (
    *("experiment_id", "dag_id", "run_id", "number", "name", "kind", "user", "run_type"),
    *("dataset", "features", "model", "model_type", "schedule", "sweep_id", "trial"),
    *("parent_experiment_id", "state", "verdict", "warnings"),
)
TIMES = ("logical_date", "created_at", "updated_at", "ended_at")
WORKED_OUT = ("duration", "headline", "lift", "test_rows", "metrics", "searched")
COLUMNS = (*PLAIN, *TIMES, *WORKED_OUT)


def row_of(card: Card) -> dict[str, Any]:
    """Return the row of a card, by column."""
    end = card.ended_at or card.updated_at
    return {
        **{name: getattr(card, name) for name in PLAIN},
        **{name: _moment(getattr(card, name)) for name in TIMES},
        "duration": (end - card.created_at).total_seconds(),
        "headline": card.headline.value if card.headline else None,
        "lift": card.headline.lift if card.headline else None,
        "test_rows": card.test_rows.key if card.test_rows else None,
        "metrics": json.dumps(card.metrics),
        "searched": searched_text(card),
    }


def searched_text(card: Card) -> str:
    """Return what words are looked for in: names, ids, the user and params as `name=value`, folded."""
    names = (card.name, card.experiment_id, card.dag_id, card.run_id, card.user, card.dataset, card.features)
    others = (card.model, card.model_type, card.schedule, card.sweep_id, card.kind, card.run_type)
    number = f"#{card.number}" if card.number is not None else None
    params = (f"{name}={value}" for name, value in card.params.items())
    return "\n".join(str(each) for each in (number, *names, *others, *params) if each).casefold()


def _moment(moment: datetime | None) -> str | None:
    """Return a moment as text that sorts by time."""
    if moment is None:
        return None
    return (
        (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        .astimezone(UTC)
        .isoformat(timespec="microseconds")
    )
