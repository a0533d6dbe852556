"""What a plan says of a pipeline that trained before, and what the run after it then does."""

from __future__ import annotations

import json
import re
import sys

import pytest

from local_cloud.machine import Machine
from tests.e2e.dag_runs import PARAMETERS, Run, run

pytestmark = pytest.mark.e2e

STATES = {"re-used": "cached", "runs": "succeeded"}


def test_the_run_does_what_the_plan_said(machine: Machine, first: Run) -> None:
    conf = {**PARAMETERS, "learning_rate": 0.03}
    root = machine.settings.artifact_root
    before = sorted(root.rglob("*"))
    plan = machine.run(sys.executable, "-m", "scripts.plan", "quick_test", "--conf", json.dumps(conf))
    assert sorted(root.rglob("*")) == before
    planned = dict(re.findall(r"^    (\w+) +(re-used|runs)", plan, re.MULTILINE))
    assert planned["Transform"] == "re-used"
    assert planned["Trainer"] == "runs"
    # Beside the newest run on these rows, whichever test that was of.
    assert re.search(r"Trainer +runs: trainer_config: ", plan)

    done = run(machine, "quick_test", **conf).output
    components = ("ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform", "Trainer")
    ended = dict(re.findall(r"^    (\w+) (cached|succeeded) ?", done, re.MULTILINE))
    assert {name: STATES[planned[name]] for name in components} == {name: ended[name] for name in components}
    table = re.search(r"stage_dataset +re-used, (\S+) is there: ([\d,]+) rows", plan)
    assert table is not None
    assert f"{table[1]} (re-used): {table[2]} rows" in done
    assert "(compiled before)" in plan
    assert "pipeline compiled before" in done
