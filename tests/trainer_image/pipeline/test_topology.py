import json

import pytest

from include.experiment.config import accelerators as choices
from recsflow_trainer.pipeline.errors import TopologyError
from recsflow_trainer.pipeline.resources import MACHINES
from recsflow_trainer.pipeline.topology import Accelerator, Topology, TrainerInput

pytestmark = pytest.mark.unit

VALUES = {
    "pipeline_name": "shop-basic",
    "trainer_image": "local/recsflow-trainer:1",
    "project": "local",
    "location": "us-central1",
    "beam_args": ["--runner=DirectRunner"],
}


def parse(**changes):
    return Topology.from_json(json.dumps({**VALUES, **changes}), source="topology.json")


def test_topology_is_parsed():
    topology = parse()
    assert topology.beam_args == ("--runner=DirectRunner",)
    assert topology.accelerator is Accelerator.CPU


def test_trainer_input_is_parsed():
    assert parse().trainer_input is TrainerInput.EXAMPLES
    assert parse(trainer_input="graphs").trainer_input is TrainerInput.GRAPHS


def test_accelerator_is_parsed():
    assert parse(accelerator="NVIDIA_L4").accelerator is Accelerator.L4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pipeline_name": "shop_basic"}, "pipeline_name is 'shop_basic'; use 1 to 128 of a-z"),
        ({"project": ""}, "project is ''; use a text"),
        ({"location": None}, "location is None; use a text"),
        ({"beam_args": "--runner=DirectRunner"}, "beam_args is '--runner=DirectRunner'; use a list of flags"),
        (
            {"beam_args": ["--runner", "DirectRunner"]},
            "beam_args[1] is 'DirectRunner'; use a list of flags",
        ),
        (
            {"accelerator": "L4"},
            "accelerator is 'L4'; use cpu, NVIDIA_TESLA_T4, NVIDIA_L4, NVIDIA_",
        ),
        ({"trainer_input": "rows"}, "trainer_input is 'rows'; use examples or graphs"),
        ({"accelerator": None}, "accelerator is None; use cpu"),
        ({"accelerator": ["cpu"]}, "accelerator is ['cpu']; use cpu"),
        ({"epochs": 3}, "epochs is unknown; use one of: pipeline_name"),
    ],
)
def test_mistake_is_named_with_its_remedy(changes, message):
    with pytest.raises(TopologyError, match=r"^topology\.json: ") as refused:
        parse(**changes)
    assert message in str(refused.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(TopologyError) as refused:
        parse(pipeline_name="A", location="", extra=1)
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize("text", ["{", "[]"])
def test_other_than_an_object_is_refused(text):
    with pytest.raises(TopologyError, match="use an object with pipeline_name"):
        Topology.from_json(text, source="topology.json")


def test_a_run_may_choose_every_accelerator_and_no_other():
    assert set(choices.Accelerator) == set(Accelerator)


@pytest.mark.parametrize("name", ["NVIDIA_TESLA_T4", "NVIDIA_L4"])
def test_a_pipelines_trainer_gets_the_machine_of_a_rerun(name):
    cpus, _ = MACHINES[Accelerator(name)]
    assert choices.Accelerator(name).machine_type.endswith(f"-standard-{cpus}")
