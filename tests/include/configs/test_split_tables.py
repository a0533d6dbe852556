"""What the docs say of the split strategies, beside what a run does with them."""

from pathlib import Path

import pytest

from include.experiment.config.choices import SplitStrategy
from include.experiment.config.dataset_config import SplitDefaults
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[3]
PAGES = ("docs/datasets.md", "include/configs/README.md")


def table(page):
    """The rows below the heading row that begins with `strategy`, by their first cell."""
    lines = [line.strip() for line in (REPOSITORY / page).read_text().splitlines()]
    start = next(number for number, line in enumerate(lines) if line.startswith("| strategy |")) + 2
    rows = {}
    for line in lines[start:]:
        if not line.startswith("|"):
            return rows
        first, *others = (cell.strip() for cell in line.strip("|").split("|"))
        rows[first] = others
    return rows


@pytest.mark.parametrize("page", PAGES)
def test_every_strategy_has_a_row_that_says_what_each_split_gets(page):
    rows = table(page)
    described = {strategy for strategy in SplitStrategy for first in rows if f"`{strategy}`" in first}
    assert described == set(SplitStrategy)
    assert all(all(row) for row in rows.values())


def test_the_defaults_in_the_table_are_those_of_a_dataset():
    train, _, test = table("docs/datasets.md")["`time_holdout`"]
    assert f"({SplitDefaults().train_ratio:g})" in train
    assert f"({SplitDefaults().holdout_days})" in test


@pytest.mark.parametrize("page", PAGES)
def test_the_share_that_a_plain_split_holds_back_is_what_a_run_holds_back(page):
    split = resolved(split_strategy="custom", train_ratio=0.8, eval_ratio=0).split
    share = f"{100 * split.held_back / split.train_ratio:g} % of the train rows"
    assert share in " ".join((REPOSITORY / page).read_text().split())


def test_the_examples_in_the_table_are_what_a_run_makes():
    rows = table("include/configs/README.md")
    for first, parameters, said in (
        ("`random`", {"split_strategy": "random", "train_ratio": 0.8}, "80/10/10"),
        ("`custom`", {"split_strategy": "custom", "train_ratio": 0.6, "eval_ratio": 0.3}, "60/30/10"),
    ):
        split = resolved(**parameters).split
        shares = (split.train_share, split.eval_share, 1 - split.train_share - split.eval_share)
        assert "/".join(f"{100 * share:.0f}" for share in shares) == said
        assert said in rows[first][-1]
