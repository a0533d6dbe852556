"""Keep a card within 2 KB: what is long is shortened, what matters least first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from include.cards.card import MAX_BYTES, Card, CardTooLarge, cut, thinned


def fitted(card: Card) -> str:
    """Return a card as JSON of at most 2 KB.

    Raises:
        CardTooLarge: Not even its ids fit.
    """
    text = card.to_json()
    for shorten in _steps():
        if len(text.encode()) <= MAX_BYTES:
            return text
        card = shorten(card)
        text = card.to_json()
    if len(text.encode()) > MAX_BYTES:
        raise CardTooLarge(f"card of {card.experiment_id}: its ids take more than {MAX_BYTES} bytes.")
    return text


def _steps() -> Iterator[Callable[[Card], Card]]:
    """Yield what shortens a card, one step after another."""
    yield _whole_seconds
    yield lambda card: _curve_of(card, 20)
    yield lambda card: card.model_copy(update={"warning": card.warning and cut(card.warning, 100)})
    yield lambda card: _numbers_of(card, metrics=8, params=12)
    yield lambda card: card.model_copy(update={"stages": card.stages[-12:]})
    yield lambda card: card.model_copy(update={"error": card.error and cut(card.error, 200)})
    yield lambda card: _curve_of(card, 12)
    yield lambda card: _numbers_of(card, metrics=5, params=8)
    yield lambda card: card.model_copy(update={"stages": (), "components": card.components[-8:]})
    yield lambda card: _curve_of(card, 0)
    yield lambda card: _numbers_of(card, metrics=1, params=4)
    yield lambda card: card.model_copy(update={"warning": None, "components": ()})
    yield lambda card: card.model_copy(update={"error": card.error and cut(card.error, 100), "params": {}})
    yield _bare


def _whole_seconds(card: Card) -> Card:
    def whole(seconds: float | None) -> float | None:
        return seconds if seconds is None else round(seconds)

    stages = tuple(each._replace(seconds=whole(each.seconds)) for each in card.stages)
    components = tuple(each._replace(seconds=whole(each.seconds)) for each in card.components)
    return card.model_copy(update={"stages": stages, "components": components})


def _curve_of(card: Card, count: int) -> Card:
    if card.curve is None or count == 0:
        return card.model_copy(update={"curve": None})
    shorter = card.curve.model_copy(update={"values": thinned(card.curve.values, count)})
    return card.model_copy(update={"curve": shorter})


def _numbers_of(card: Card, *, metrics: int, params: int) -> Card:
    kept = {
        "metrics": dict(list(card.metrics.items())[:metrics]),
        "params": dict(list(card.params.items())[:params]),
    }
    return card.model_copy(update=kept)


def _bare(card: Card) -> Card:
    """Return what tells which run it is, how it stands and why."""
    return Card(
        experiment_id=card.experiment_id,
        dag_id=card.dag_id,
        run_id=card.run_id,
        number=card.number,
        kind=card.kind,
        created_at=card.created_at,
        updated_at=card.updated_at,
        ended_at=card.ended_at,
        state=card.state,
        error=card.error,
        warnings=card.warnings,
    )
