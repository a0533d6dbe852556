from datetime import timedelta

import pytest

from include.plan.cache_hits import predict
from tests.include.plan.pipelines import PARAMETERS, SUBMITTED, TOPOLOGY, past, pipeline, spec, told

pytestmark = pytest.mark.unit


def expected(new, *runs, exists=lambda uri: True):
    found = predict(new, runs, exists)
    return {each.name: (each.runs, each.reason) for each in found.components}


def test_another_learning_rate_runs_the_trainer_alone_and_is_the_reason():
    slow = PARAMETERS["trainer_config"].replace("first", "second").replace("0.2", "0.02")
    assert expected(told(trainer_config=slow), past()) == {
        "Read": (False, "as in first"),
        "Prepare": (False, "as in first"),
        "Trainer": (True, "trainer_config: training.learning_rate 0.2 -> 0.02"),
    }


def test_the_same_again_runs_the_trainer_since_it_is_told_its_experiment():
    plan = expected(pipeline(), past())
    assert plan["Prepare"] == (False, "as in first")
    assert plan["Trainer"] == (
        True,
        "its experiment's name is a parameter of it, so no result is ever re-used",
    )


def test_another_module_is_told_by_its_first_other_line_and_reaches_what_reads_from_it():
    source = "FEATURES = FeatureSet(\n    brand,\n)\n"
    before = past(texts={"transform_module_uri": source})
    changed = told(transform_module_uri="/root/modules/m2/transform_module.py")
    texts = {"transform_module_uri": source.replace("brand", "department")}
    plan = expected(pipeline(parameters=changed.parameters, texts=texts), before)
    assert plan["Read"] == (False, "as in first")
    assert plan["Prepare"] == (True, "transform_module_uri: brand, -> department,")
    assert plan["Trainer"] == (True, "reads Prepare, which runs")


def test_the_engine_remembers_more_than_the_last_run():
    other_rows = past("other", parameters={**PARAMETERS, "rows_uri": "/root/rows/rows_bbbbbbbbbbbb"})
    prediction = predict(pipeline(), (other_rows, past()), lambda uri: True)
    assert [each.runs for each in prediction.components] == [False, False, True]
    assert prediction.components[0].reason == "as in first"
    # What is compared in words is the last run all the same.
    assert prediction.last.experiment_id == "other"


def test_no_more_runs_are_asked_for_than_needed():
    def runs():
        yield past()
        raise AssertionError("asked for a second run")

    assert predict(pipeline(), runs(), lambda uri: True).last.experiment_id == "first"


def test_without_a_run_before_everything_runs():
    plan = expected(pipeline())
    assert set(plan.values()) == {(True, "no earlier run of this pipeline is found")}
    assert list(plan) == ["Read", "Prepare", "Trainer"]
    assert expected(pipeline(spec=None)) == {}


def test_another_trainer_image_runs_everything_whether_or_not_it_is_compiled():
    newer = {"topology_key": "key2", "topology": {**TOPOLOGY, "trainer_image": "trainer:2"}}
    for compiled in (spec("trainer:2"), None):
        plan = expected(pipeline(**newer, spec=compiled), past())
        assert set(plan.values()) == {(True, "trainer_image trainer:1 -> trainer:2")}


def test_another_accelerator_is_the_trainers_alone():
    faster = {"topology_key": "key2", "topology": {**TOPOLOGY, "accelerator": "NVIDIA_L4"}, "spec": None}
    plan = expected(pipeline(**faster), past())
    assert plan["Prepare"] == (False, "as in first")
    assert plan["Trainer"] == (True, "accelerator cpu -> NVIDIA_L4")


def test_a_run_whose_pipeline_was_not_noted_is_compared_by_what_it_compiled():
    unnoted = past(topology_key=None, topology={})
    assert expected(pipeline(), unnoted)["Prepare"] == (False, "as in first")
    plan = expected(pipeline(topology_key="key2", spec=spec("trainer:2")), unnoted)
    assert plan["Prepare"] == (True, "executor.container.image trainer:1 -> trainer:2")


def test_a_failed_component_left_nothing():
    plan = expected(pipeline(), past(states={"Prepare": "failed", "Trainer": "not run"}))
    assert plan["Read"] == (False, "as in first")
    assert plan["Prepare"] == (True, "it is failed in first")
    assert plan["Trainer"][0]


def test_a_result_that_is_gone_is_made_again():
    plan = expected(pipeline(), past(), exists=lambda uri: uri != "/out/first/Read")
    assert plan["Read"] == (True, "its result is gone: /out/first/Read")
    assert plan["Prepare"] == (True, "reads Read, which runs")


@pytest.mark.parametrize(
    ("written", "reads_again"),
    [(None, True), (SUBMITTED + timedelta(hours=1), True), (SUBMITTED - timedelta(hours=1), False)],
)
def test_files_that_are_written_anew_are_read_again_although_their_address_is_the_same(written, reads_again):
    assert expected(pipeline(written={"rows_uri": written}), past())["Read"][0] is reads_again


def test_without_the_warehouse_it_is_not_known_rather_than_guessed():
    told_less = {name: value for name, value in pipeline().parameters.items() if name != "rows_uri"}
    plan = expected(pipeline(parameters=told_less), past())
    assert plan["Read"] == (None, "rows_uri is not known without the warehouse")
    assert plan["Prepare"] == (None, "reads Read, of which it is not known")
    # Whatever becomes of the rows, the Trainer runs.
    assert plan["Trainer"][0]


def test_a_component_that_the_earlier_pipeline_did_not_have_runs():
    graphs = past(states={"GraphGen": "succeeded"})
    del graphs.components["Read"], graphs.components["Prepare"]
    assert expected(pipeline(), graphs)["Read"] == (True, "first had no such component")
