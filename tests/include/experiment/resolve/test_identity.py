import re

import pytest

from include.experiment.resolve.identity import content_hash, experiment_id, model_id, pipeline_name

pytestmark = pytest.mark.unit

RUNS = [
    ("quick_test", "manual__2026-01-02T03:04:05.678901+00:00"),
    ("quick_test", "manual__2026-01-02T03:04:05-678901+00:00"),
    ("quick-test", "manual__2026-01-02T03:04:05.678901+00:00"),
    ("quick", "test-manual"),
    ("quick-test", "manual"),
    ("1st", "x"),
    ("---", "___"),
    ("Ünïcode", "日本"),
    ("d" * 200, "r" * 200),
    ("d" * 200, "r" * 199),
]


@pytest.mark.parametrize(("dag_id", "run_id"), RUNS)
def test_experiment_id_is_a_vertex_job_id_with_room_for_a_resubmission(dag_id, run_id):
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,127}", f"{experiment_id(dag_id, run_id)}-12345")


def test_distinct_runs_have_distinct_ids():
    assert len({experiment_id(*run) for run in RUNS}) == len(RUNS)


def test_experiment_id_is_readable_and_stable():
    assert experiment_id("quick_test", "manual__1") == experiment_id("quick_test", "manual__1")
    assert experiment_id("quick_test", "manual__1").startswith("quick-test-manual-1-")


def test_pipeline_name_has_no_underscores():
    assert pipeline_name("complete_journey", "rich_v2") == "complete-journey-rich-v2"


@pytest.mark.parametrize("dag_id", ["retraining_weekly", "Ünïcode", "1st", "r" * 64, "a.b", ""])
def test_model_id_is_one_of_the_model_registry(dag_id):
    assert re.fullmatch(r"[a-z_][a-z0-9_-]{0,62}", model_id(dag_id))


def test_model_id_is_the_dags_own_wherever_it_may_be():
    assert model_id("retraining_weekly") == "retraining_weekly"
    assert len({model_id(each) for each in ("a.b", "a-b", "a_b", "r" * 64, "r" * 65)}) == 5


def test_hash_tells_parts_apart():
    assert content_hash("ab", "c") != content_hash("a", "bc")
    assert content_hash("") != content_hash("", "")
