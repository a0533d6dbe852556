import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.cards.card import State
from include.cards.conditions import CardFilter
from include.cards.index import CardIndex, Readiness
from include.cards.refresh import IndexRefresh
from include.cards.search import find_cards
from include.cards.store import CardStore
from tests.include.cards.cards import card, experiment_id

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[3]


class CountingStore(CardStore):
    """Remembers which cards were read."""

    def __init__(self, layout):
        super().__init__(layout)
        self.asked = []

    def read_all(self, experiment_ids):
        listed = list(experiment_ids)
        self.asked.append(listed)
        return super().read_all(listed)


@pytest.fixture
def store(tmp_path):
    return CountingStore(ArtifactLayout(f"file://{tmp_path}/artifacts"))


@pytest.fixture
def index(store, tmp_path):
    return CardIndex(store, tmp_path / "index")


def found(index, **wanted):
    return [each.run_id for each in find_cards(index, CardFilter(**wanted), sort="created_at").cards]


def test_cards_are_found_once_they_were_read(store, index):
    for number in (1, 2, 3):
        store.write(card(number))
    assert found(index) == []
    assert index.status().state is Readiness.BUILDING

    assert index.update()

    assert found(index) == ["manual__1", "manual__2", "manual__3"]
    status = index.status()
    assert (status.state, status.cards, status.read, status.error) == (Readiness.READY, 3, 3, None)


def test_an_artifact_root_without_cards_is_ready(index):
    index.update()

    assert index.status().state is Readiness.READY
    assert found(index) == []


def test_only_what_changed_is_read_again(store, index):
    for number in (1, 2, 3):
        store.write(card(number))
    index.update()
    version = index.status().version
    store.asked.clear()

    index.update()
    assert store.asked == []
    assert index.status().version == version

    store.write(card(2, state=State.FAILED, error="no rows"))
    index.update()
    assert store.asked == [[experiment_id(2)]]
    assert found(index, state=("failed",)) == ["manual__2"]
    assert index.status().version > version


def test_a_card_that_is_written_twice_at_once_is_read_as_it_was_last(store, index):
    # Both in one tick of the clock and of one size, as far as a test can make it so.
    for name in ("aaaa", "bbbb"):
        store.write(card(1, name=name))
        index.update()

    assert find_cards(index, CardFilter()).cards[0].name == "bbbb"


def test_the_newest_cards_are_read_first(store, index, monkeypatch):
    monkeypatch.setattr("include.cards.index.CARDS_A_BATCH", 1)
    for number in (1, 2, 3):
        uri = store.write(card(number))
        # The second is the newest.
        seconds = {1: 100, 2: 300, 3: 200}[number]
        os.utime(storage.local_path(uri), (seconds, seconds))

    index.update()

    assert [batch[0] for batch in store.asked] == [experiment_id(2), experiment_id(3), experiment_id(1)]


def test_a_card_that_was_removed_is_found_no_more(store, index):
    for number in (1, 2):
        store.write(card(number))
    index.update()
    storage.remove(store.layout.card(experiment_id(1)).card)

    index.update()

    assert found(index) == ["manual__2"]
    assert index.status().read == 1


def test_a_file_that_is_no_card_hides_no_other_and_is_read_once(store, index):
    store.write(card(1))
    storage.write_text(store.layout.card(experiment_id(2)).card, "{")
    storage.write_text(store.layout.card(experiment_id(3)).card, storage.read_text(store.write(card(4))))
    storage.write_text(f"{store.layout.cards}/notes.txt", "not ours")

    index.update()
    store.asked.clear()
    index.update()

    assert found(index) == ["manual__1", "manual__4"]
    assert index.status().unreadable == 2
    problems = index.unreadable()
    assert problems.keys() == {experiment_id(2), experiment_id(3)}
    assert experiment_id(4) in problems[experiment_id(3)]
    assert store.asked == []


def test_a_card_that_is_repaired_is_found(store, index):
    storage.write_text(store.layout.card(experiment_id(1)).card, "{")
    index.update()
    store.write(card(1))

    index.update()

    assert found(index) == ["manual__1"]
    assert index.unreadable() == {}


@pytest.mark.parametrize("damage", ["text", "middle", "older", "empty"])
def test_a_file_that_is_of_no_use_is_made_anew(damage, store, index):
    for number in range(60):
        store.write(card(number))
    index.update()
    if damage == "text":
        index.path.write_text("no database" * 1000)
    elif damage == "middle":
        with sqlite3.connect(index.path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(index.path.read_bytes())
        content[4096:] = b"\xa5" * (len(content) - 4096)
        index.path.write_bytes(content)
    elif damage == "older":
        with sqlite3.connect(index.path) as connection:
            connection.execute("DROP TABLE cards")
            connection.execute("CREATE TABLE cards (experiment_id TEXT)")
            connection.execute("PRAGMA user_version = 0")
    else:
        index.path.write_bytes(b"")
    assert found(index) == []
    assert index.status().state is Readiness.BUILDING

    index.update()

    assert len(found(index)) == 50
    assert index.status().read == 60


def test_an_update_that_fails_says_why_and_takes_nothing_away(store, index, monkeypatch):
    store.write(card(1))
    index.update()

    class Away(CountingStore):
        def listed(self):
            raise ConnectionError("nobody answers")

    away = CardIndex(Away(store.layout), index.path.parent)
    with pytest.raises(ConnectionError):
        away.update()

    status = index.status()
    assert (status.state, status.error) == (Readiness.FAILED, "ConnectionError: nobody answers")
    assert found(index) == ["manual__1"]
    index.update()
    assert index.status().state is Readiness.READY


def test_one_root_does_not_show_the_cards_of_another(store, index, tmp_path):
    store.write(card(1))
    index.update()
    other = CardIndex(CardStore(ArtifactLayout(f"file://{tmp_path}/others")), index.path.parent)

    other.update()

    assert found(other) == []
    assert found(index) == ["manual__1"]


def test_while_one_updates_no_other_does(store, index):
    store.write(card(1))
    listing, go_on = threading.Event(), threading.Event()

    class Slow(CountingStore):
        def listed(self):
            listing.set()
            go_on.wait()
            return super().listed()

    slow = CardIndex(Slow(store.layout), index.path.parent)
    thread = threading.Thread(target=slow.update)
    thread.start()
    listing.wait()
    try:
        assert not index.update()
        assert found(index) == []
    finally:
        go_on.set()
        thread.join()
    assert index.update()
    assert found(index) == ["manual__1"]


LOOKS = """
import sys
from pathlib import Path
from include.artifacts.layout import ArtifactLayout
from include.cards.conditions import CardFilter
from include.cards.index import CardIndex
from include.cards.search import find_cards
from include.cards.store import CardStore

index = CardIndex(CardStore(ArtifactLayout(sys.argv[1])), Path(sys.argv[2]))
for _ in range(5):
    index.update()
    # Those of a whole update or of none, since they are fewer than a batch.
    assert find_cards(index, CardFilter()).total in {0, 120}
"""


def test_processes_share_the_file(store, index):
    for number in range(120):
        store.write(card(number))
    command = [sys.executable, "-c", LOOKS, store.layout.root, str(index.path.parent)]

    processes = [subprocess.Popen(command, cwd=REPOSITORY) for _ in range(2)]

    assert [process.wait() for process in processes] == [0, 0]
    index.update()
    assert index.status().read == 120


def test_the_index_is_brought_up_to_date_in_the_background(store, index):
    store.write(card(1))
    refresh = IndexRefresh(index, interval_s=0)

    refresh.ask()
    refresh.wait()

    assert found(index) == ["manual__1"]


def test_a_look_at_the_store_is_not_repeated_before_its_time(store, index):
    store.write(card(1))
    refresh = IndexRefresh(index, interval_s=3600)
    refresh.ask()
    refresh.wait()
    store.write(card(2))

    refresh.ask()
    IndexRefresh(CardIndex(store, index.path.parent), interval_s=3600).ask()
    refresh.wait()

    assert found(index) == ["manual__1"]
