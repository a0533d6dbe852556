import pytest

from include.experiment.resolve.rerun import resolve_rerun
from include.plan.plan import KeptFile
from include.plan.rerun import RerunPlan, render_rerun_plan
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def lines(**parameters):
    parent = resolved(learning_rate=0.05).model_copy(update={"experiment_id": "quick-1"})
    rerun = resolve_rerun(parameters, parent, dag_id="trainer_rerun", run_id="plan")
    module = KeptFile("trainer_module", "abc", there=True)
    plan = RerunPlan(rerun, parent, "/root/examples", module, 86_400, None)
    return [" ".join(line.split()) for line in render_rerun_plan(plan, whole=True).splitlines()]


def test_only_what_the_trainer_is_told_otherwise_is_listed():
    said = lines(learning_rate=0.02)
    at = said.index("compared with quick-1")
    assert said[at + 1 : at + 3] == ["training.learning_rate 0.05 -> 0.02", "cost, at most"]
    assert "submit_trainer runs the Trainer on /root/examples" in said


def test_another_model_is_named():
    assert "model shallow -> deep" in lines(model="deep")


def test_the_trainer_alone_is_paid_for():
    said = lines()
    assert "Trainer (cpu) 24 h" in said
    assert not any(line.startswith(("staging query", "other components")) for line in said)
    assert said[said.index("compared with quick-1") + 1] == "nothing"
