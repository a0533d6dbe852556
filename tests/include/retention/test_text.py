import pytest

from include.retention.decision import decide
from include.retention.removal import Failure, Removal
from include.retention.text import RECORDS_STAY, render_decision, render_removal, size_text
from tests.include.retention.items import CUTOFF, OLD, item

pytestmark = pytest.mark.unit


def test_table_counts_sizes_and_dates_by_kind_and_tells_why_things_stay():
    items = [
        item("rows/rows_a", 40, size_bytes=3 * 2**20),
        item("rows/rows_b", 50, size_bytes=2**20),
        item("modules/m", 60, size_bytes=512),
        item(f"experiments/{OLD}", 90, size_bytes=2048),
        item("rows/rows_c", 1),
    ]
    needed = {f"experiments/{OLD}": "champion of retraining_weekly, version 3"}
    text = render_decision(decide(items, needed, CUTOFF, lambda *_: frozenset()), 30)
    rule = "-" * 72
    assert text.splitlines() == [
        rule,
        "not changed for 30 days, since 2026-03-01 12:00 UTC",
        rule,
        "may go                 count         size  oldest      newest",
        "exported rows              2      4.0 MiB  2026-02-08  2026-02-19",
        "generated modules          1        512 B  2026-01-29  2026-01-30",
        "total                      3      4.0 MiB  2026-01-29  2026-02-19",
        rule,
        "kept despite its age",
        "  champion of retraining_weekly, version 3:",
        "    experiments 1; 2.0 KiB",
        rule,
        "1 thing is younger than that",
        RECORDS_STAY,
        rule,
    ]


def test_nothing_to_do_is_said():
    text = render_decision(decide([], {}, CUTOFF, lambda *_: frozenset()), 30)
    assert "nothing is that old and not needed any more" in text


def test_what_could_not_be_removed_is_named():
    rows = item("rows/rows_a", 40)
    text = render_removal(Removal((), (item("rows/rows_b", 40),), (Failure(rows, "OSError: busy"),)))
    assert "nothing is removed" in text
    assert "spared, in use since: rows/rows_b" in text
    assert "NOT REMOVED rows/rows_a: OSError: busy" in text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 2**40, "5.0 TiB")]
)
def test_sizes_are_in_the_largest_unit_that_fits(size, text):
    assert size_text(size) == text
