"""The number of a run: stable, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from include.artifacts.layout import ArtifactLayout
from recsflow.experiments.number import announce_run, take_number
from recsflow.run_notes.keys import TITLE_KEY

pytestmark = pytest.mark.unit


@pytest.fixture
def layout(tmp_path):
    return ArtifactLayout(tmp_path.as_uri())


def test_runs_of_a_dag_are_counted_from_one_and_each_dag_for_itself(layout):
    taken = [take_number(layout, "quick_test", f"quick-{name}", again=False) for name in "abc"]
    assert taken == [1, 2, 3]
    assert take_number(layout, "sweep", "sweep-a", again=False) == 1


def test_run_that_is_repeated_keeps_its_number(layout):
    for name in "abc":
        take_number(layout, "quick_test", f"quick-{name}", again=False)
    assert take_number(layout, "quick_test", "quick-b", again=True) == 2
    # Its first try ended before it had one.
    assert take_number(layout, "quick_test", "quick-d", again=True) == 4


def test_runs_that_start_together_have_numbers_of_their_own(layout):
    with ThreadPoolExecutor(8) as pool:
        taken = pool.map(
            lambda name: take_number(layout, "quick_test", f"quick-{name}", again=False), range(24)
        )
        assert sorted(taken) == list(range(1, 25))


@pytest.mark.parametrize(
    ("params", "title"),
    [
        ({"model": "fast", "features": "basic", "epochs": 2}, "quick_test #1 · fast · basic"),
        ({"model": None}, "quick_test #1"),
    ],
)
def test_title_is_said_before_anything_can_go_wrong(layout, context, params, title):
    whole = {**context, "dag": SimpleNamespace(dag_id="quick_test"), "run_id": "manual__1", "params": params}
    assert announce_run(whole, SimpleNamespace(layout=layout)) == 1
    assert context["ti"].pushed == {TITLE_KEY: title}
    whole["dag_run"] = SimpleNamespace(clear_number=1)
    assert announce_run(whole, SimpleNamespace(layout=layout)) == 1
