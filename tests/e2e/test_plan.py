"""What a plan says of a pipeline that trained before, and what the run after it then does."""

from __future__ import annotations

import re

import pytest

from tests.e2e.dag_runs import Plan, Run

pytestmark = pytest.mark.e2e

STATES = {"re-used": "cached", "runs": "succeeded"}
COMPONENTS = ("ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform", "Trainer")


def test_a_plan_writes_nothing(planned: Plan) -> None:
    assert planned.wrote == set()


def test_the_run_does_what_the_plan_said(planned: Plan, second: Run) -> None:
    plan, done = planned.output, second.output
    components = dict(re.findall(r"^    (\w+) +(re-used|runs)", plan, re.MULTILINE))
    assert components["Transform"] == "re-used"
    assert components["Trainer"] == "runs"
    # Beside the newest run on these rows, whichever test that was of.
    assert re.search(r"Trainer +runs: trainer_config: ", plan)

    ended = dict(re.findall(r"^    (\w+) (cached|succeeded) ?", done, re.MULTILINE))
    assert {name: STATES[components[name]] for name in COMPONENTS} == {
        name: ended[name] for name in COMPONENTS
    }
    table = re.search(r"stage_dataset +re-used, (\S+) is there: ([\d,]+) rows", plan)
    assert table is not None
    assert f"{table[1]} (re-used): {table[2]} rows" in done
    assert "(compiled before)" in plan
    assert "pipeline compiled before" in done
