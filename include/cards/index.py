"""An index of all cards: a copy that is searched in milliseconds, and can be thrown away at any time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TypeVar

from include.cards.card import Card, InvalidCard, State
from include.cards.index_file import IndexFile, is_damage
from include.cards.row import COLUMNS, row_of
from include.cards.store import CardStore, StoredCard
from include.experiment.resolve.identity import short_hash

T = TypeVar("T")
# As many cards are read before they can be found.
CARDS_A_BATCH = 250
_INSERT = (
    f"INSERT OR REPLACE INTO cards ({', '.join(COLUMNS)}) "  # noqa: S608 (names of our own)
    f"VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
)
_TEXT = "INSERT OR REPLACE INTO texts VALUES (?, ?)"
_FILE = "INSERT OR REPLACE INTO files VALUES (?, ?, ?)"


class Readiness(StrEnum):
    """Whether the index has all cards."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class IndexStatus:
    """How far the index is.

    Attributes:
        state: `building` until all cards were read once; `failed` where the newest update failed, after which
            what was read before is found still.
        cards: How many cards there are, as last listed.
        read: How many of them are in the index.
        unreadable: How many of them are no cards.
        error: Why the newest update failed; None where it did not.
        updated_at: When the cards were last compared with the store; None before the first time.
        version: Counts up whenever a card was changed.
    """

    state: Readiness
    cards: int
    read: int
    unreadable: int
    error: str | None
    updated_at: datetime | None
    version: int


class CardIndex:
    """The index of the cards of an artifact root.

    Args:
        store: The cards.
        folder: Where the index's file is kept, on this machine; of each root there is another file.
    """

    def __init__(self, store: CardStore, folder: Path) -> None:
        self.store = store
        self._file = IndexFile(folder / f"cards-{short_hash(store.layout.root)}.sqlite")

    @property
    def path(self) -> Path:
        """The index's file."""
        return self._file.path

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return what a function finds in the index, or changes there.

        A file that turns out to be damaged is thrown away: then it is asked of an empty index, which the next
        update fills.
        """
        try:
            return self._asked(question)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._file.discard()
            return self._asked(question)

    def update(self) -> bool:
        """Read the cards that changed, newest first; False where another thread or process does so already.

        Raises:
            StorageUnavailable: The store did not answer; the index says so too.
        """
        with self._file.updating() as mine:
            if not mine:
                return False
            try:
                self._update()
            except Exception as error:
                self._note(error=f"{type(error).__name__}: {error}")
                raise
            return True

    def status(self) -> IndexStatus:
        """Return how far the index is."""
        noted, counted = self.ask(
            lambda connection: (
                dict(connection.execute("SELECT name, value FROM progress").fetchall()),
                connection.execute("SELECT COUNT(*), COUNT(problem) FROM files").fetchone(),
            )
        )
        updated, error = noted.get("updated"), noted.get("error")
        state = Readiness.READY if updated else Readiness.BUILDING
        return IndexStatus(
            state=Readiness.FAILED if error else state,
            cards=noted.get("listed", 0),
            read=counted[0],
            unreadable=counted[1],
            error=error,
            updated_at=datetime.fromtimestamp(updated, UTC) if updated else None,
            version=noted.get("version", 0),
        )

    def settle(self, states: Mapping[str, State]) -> None:
        """Note states by which cards are found until they are written anew, by experiment.

        Whoever runs an experiment may know of its end where its card, which nobody wrote any more, does not.
        """
        settled = [(state.value, each) for each, state in states.items()]
        statement = "UPDATE cards SET state = ? WHERE experiment_id = ?"
        self.ask(lambda connection: connection.executemany(statement, settled))

    def unreadable(self) -> dict[str, str]:
        """Return what is wrong with each file that is no card, by experiment."""
        problems = "SELECT experiment_id, problem FROM files WHERE problem IS NOT NULL"
        return self.ask(lambda connection: dict(connection.execute(problems).fetchall()))

    def _asked(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with self._file.opened() as connection:
            return question(connection)

    def _update(self) -> None:
        listed = self.store.listed()
        known = self.ask(lambda connection: _compared(connection, listed))
        changed = [card for card in listed if known.get(card.experiment_id) != card.version]
        changed.sort(key=_age)
        for batch in _batches(changed, CARDS_A_BATCH):
            self._read(batch)
        self._note(updated=time.time(), error=None)

    def _read(self, batch: list[StoredCard]) -> None:
        texts = self.store.read_all(card.experiment_id for card in batch)
        # One that is gone since it was listed is not there in the next list.
        there = [(card, texts[card.experiment_id]) for card in batch if card.experiment_id in texts]
        self.ask(lambda connection: _put_all(connection, there))

    def _note(self, **values: float | str | None) -> None:
        self.ask(lambda connection: _note(connection, **values))


def _compared(connection: sqlite3.Connection, listed: list[StoredCard]) -> dict[str, str]:
    """Remove what is not there any more, and return the version in which each card was read."""
    known = dict(connection.execute("SELECT experiment_id, version FROM files").fetchall())
    _remove(connection, known.keys() - {card.experiment_id for card in listed})
    _note(connection, listed=len(listed))
    return known


def _put_all(connection: sqlite3.Connection, cards: Iterable[tuple[StoredCard, bytes]]) -> None:
    for stored, text in cards:
        _put(connection, stored, text)
    _count_version(connection)


def _put(connection: sqlite3.Connection, stored: StoredCard, text: bytes) -> None:
    problem = None
    try:
        card = _card(text, stored.experiment_id)
        connection.execute(_INSERT, row_of(card))
        connection.execute(_TEXT, (stored.experiment_id, card.to_json()))
    except InvalidCard as error:
        problem = str(error)
        _forget(connection, [stored.experiment_id])
    connection.execute(_FILE, (stored.experiment_id, stored.version, problem))


def _card(text: bytes, experiment_id: str) -> Card:
    card = Card.from_json(text)
    if card.experiment_id != experiment_id:
        raise InvalidCard(f"experiment_id: is {card.experiment_id!r}, which is not that of its file")
    return card


def _remove(connection: sqlite3.Connection, gone: Iterable[str]) -> None:
    listed = list(gone)
    _forget(connection, listed)
    connection.executemany("DELETE FROM files WHERE experiment_id = ?", [(each,) for each in listed])
    if listed:
        _count_version(connection)


def _forget(connection: sqlite3.Connection, experiment_ids: list[str]) -> None:
    listed = [(each,) for each in experiment_ids]
    connection.executemany("DELETE FROM cards WHERE experiment_id = ?", listed)
    connection.executemany("DELETE FROM texts WHERE experiment_id = ?", listed)


def _note(connection: sqlite3.Connection, **values: float | str | None) -> None:
    connection.executemany("INSERT OR REPLACE INTO progress VALUES (?, ?)", list(values.items()))


def _count_version(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO progress VALUES ('version', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
    )


def _age(card: StoredCard) -> float:
    return -card.changed.timestamp() if card.changed else 0.0


def _batches(cards: Iterable[StoredCard], size: int) -> Iterator[list[StoredCard]]:
    rest = iter(cards)
    while batch := list(islice(rest, size)):
        yield batch
