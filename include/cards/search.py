"""Find cards: filtered, sorted, page by page, and counted by what they have in common.

A page is asked for by where the one before it ended, not by a number of rows, so that cards that come
meanwhile neither repeat nor skip one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from include.cards.card import Card
from include.cards.conditions import CardFilter, Clause
from include.cards.index import CardIndex
from include.cards.order import Order

DEFAULT_SORT = "-created_at"
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
FACETS = ("state", "dataset", "features", "model", "verdict")
_MAX_VALUES = 200


@dataclass(frozen=True)
class CardPage:
    """Some of the cards that were asked for.

    Attributes:
        total: How many there are on all pages.
        next_cursor: What asks for the page after this one; None on the last.
    """

    cards: tuple[Card, ...]
    total: int
    next_cursor: str | None


@dataclass(frozen=True)
class FacetValue:
    """A value that cards have, and how many have it."""

    value: str
    count: int


def find_cards(
    index: CardIndex,
    wanted: CardFilter,
    *,
    sort: str = DEFAULT_SORT,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> CardPage:
    """Return a page of cards.

    Args:
        index: All cards.
        wanted: Which of them.
        sort: A field or a metric, with `-` before it for the largest first; cards without it come last.
        cursor: `next_cursor` of the page before, asked for with the same `sort`.
        limit: How many, 1 to 200.

    Raises:
        InvalidSearch: There is no such field, or the cursor is not of this order.
    """
    order, where = Order.of(sort), wanted.where()
    page = where.and_(order.after(cursor))
    count = max(1, min(limit, MAX_LIMIT))
    total = f"SELECT COUNT(*) FROM cards {where.sql}"  # noqa: S608 (names of our own)
    rows = (
        f"SELECT experiment_id, {order.expression} AS sorted FROM cards {page.sql} "  # noqa: S608
        f"ORDER BY {order.sql} LIMIT ?"
    )
    values = (*order.values, *page.values, *order.values * order.mentions, count + 1)

    def look(connection: sqlite3.Connection) -> CardPage:
        found = connection.execute(rows, values).fetchall()
        shown = found[:count]
        texts = _texts(connection, [row["experiment_id"] for row in shown])
        last = shown[-1] if len(found) > count else None
        return CardPage(
            cards=tuple(Card.from_json(text) for text in texts),
            total=connection.execute(total, where.values).fetchone()[0],
            next_cursor=order.cursor(last["sorted"], last["experiment_id"]) if last else None,
        )

    return index.ask(look)


def count_facets(
    index: CardIndex, wanted: CardFilter, fields: Iterable[str] = FACETS
) -> dict[str, list[FacetValue]]:
    """Return how many cards have each value of some fields, most frequent first.

    Each field is counted under the filters of all others, so that it shows what choosing another value would
    find.
    """
    listed = list(fields)
    return index.ask(lambda connection: {field: _values(connection, wanted, field) for field in listed})


def _values(connection: sqlite3.Connection, wanted: CardFilter, field: str) -> list[FacetValue]:
    where = wanted.without(field).where().and_(Clause(f"{field} IS NOT NULL"))
    rows = connection.execute(
        f"SELECT {field} AS value, COUNT(*) AS count FROM cards {where.sql} "  # noqa: S608 (names of our own)
        f"GROUP BY {field} ORDER BY count DESC, value LIMIT {_MAX_VALUES}",
        where.values,
    )
    return [FacetValue(row["value"], row["count"]) for row in rows]


def get_cards(
    index: CardIndex, experiment_ids: Iterable[str], readable: Collection[str] | None = None
) -> list[Card]:
    """Return the cards of some experiments, in the order given, without those that are not there.

    Args:
        index: All cards.
        experiment_ids: Of the experiments.
        readable: The DAGs whose cards may be seen; None for all.
    """
    listed = list(experiment_ids)
    seen = None if readable is None else frozenset(readable)
    where = CardFilter(experiment_id=tuple(listed), readable=seen).where()
    cards = f"SELECT experiment_id FROM cards {where.sql}"  # noqa: S608 (names of our own)

    def look(connection: sqlite3.Connection) -> list[Card]:
        found = {row["experiment_id"] for row in connection.execute(cards, where.values)}
        return [
            Card.from_json(text) for text in _texts(connection, [each for each in listed if each in found])
        ]

    return index.ask(look)


def _texts(connection: sqlite3.Connection, experiment_ids: list[str]) -> list[str]:
    """Return the cards of experiments as text, in their order."""
    rows = connection.execute(
        "SELECT experiment_id, card FROM texts WHERE experiment_id IN (SELECT value FROM json_each(?))",
        (json.dumps(experiment_ids),),
    )
    found = dict(rows.fetchall())
    return [found[each] for each in experiment_ids]
