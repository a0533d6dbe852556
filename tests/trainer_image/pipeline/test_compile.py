import json

import pytest

from recsflow_trainer.pipeline import compile as compiler
from recsflow_trainer.pipeline.topology import Accelerator, Topology, TrainerInput

pytestmark = pytest.mark.tensorflow


def topology(beam_args=("--runner=DirectRunner",), accelerator="cpu", trainer_input="examples"):
    return Topology(
        pipeline_name="shop-basic",
        trainer_image="registry/recsflow-trainer:1",
        project="shop-project",
        location="europe-west1",
        accelerator=Accelerator(accelerator),
        trainer_input=TrainerInput(trainer_input),
        beam_args=beam_args,
    )


def spec(**changes):
    return json.loads(compiler.compile_topology(topology(**changes)))["pipelineSpec"]


@pytest.fixture(scope="module")
def parquet():
    return spec()


def test_all_that_differs_between_runs_is_a_parameter(parquet):
    names = set(parquet["root"]["inputDefinitions"]["parameters"])
    assert names == {"rows_uri", "transform_module_uri", "trainer_module_uri", "trainer_config"}


def test_components_and_their_order(parquet):
    tasks = parquet["root"]["dag"]["tasks"]
    assert set(tasks) == {
        "ExampleGen",
        "StatisticsGen",
        "SchemaGen",
        "ExampleValidator",
        "Transform",
        "Trainer",
    }
    assert tasks["Trainer"]["dependentTasks"] == ["SchemaGen", "Transform"]


@pytest.mark.parametrize("changes", [{}, {"trainer_input": "graphs"}])
def test_every_container_names_its_command(changes):
    # The image's entry point starts workers of Dataflow.
    for executor in spec(**changes)["deploymentSpec"]["executors"].values():
        container = executor["container"]
        driver = container.get("lifecycle", {}).get("preCacheCheck")
        for command in [container, *([driver] if driver else [])]:
            assert command["command"][:2] == ["python", "-m"]


def test_graphs_go_from_rows_to_the_trainer():
    graphs = spec(trainer_input="graphs")
    assert set(graphs["root"]["inputDefinitions"]["parameters"]) == {
        "rows_uri",
        "graph_options",
        "trainer_module_uri",
        "trainer_config",
    }
    tasks = graphs["root"]["dag"]["tasks"]
    assert set(tasks) == {"GraphGen", "Trainer"}
    assert tasks["Trainer"]["dependentTasks"] == ["GraphGen"]


def test_transform_learns_from_the_training_rows_only(parquet):
    constants = parquet["root"]["dag"]["tasks"]["Transform"]["inputs"]["parameters"]
    splits = json.loads(constants["splits_config"]["runtimeValue"]["constantValue"]["stringValue"])
    assert splits == {"analyze": ["train"], "transform": ["train", "eval", "test"]}


def test_equal_topologies_compile_to_equal_text():
    assert compiler.compile_topology(topology()) == compiler.compile_topology(topology())


def test_beams_jobs_are_paid_by_the_given_project(parquet):
    container = parquet["deploymentSpec"]["executors"]["ExampleGen_executor"]["container"]
    assert "--project=shop-project" in container["args"]


def test_given_flags_win():
    args = spec(beam_args=("--project=other",))["deploymentSpec"]["executors"]["Transform_executor"][
        "container"
    ]
    assert "--project=other" in args["args"]
    assert "--project=shop-project" not in args["args"]


@pytest.mark.parametrize(
    ("accelerator", "cpus", "memory_gb"),
    [("NVIDIA_TESLA_T4", 8, 30), ("NVIDIA_L4", 8, 32), ("NVIDIA_TESLA_A100", 12, 85)],
)
def test_accelerator_is_the_trainers_alone(parquet, accelerator, cpus, memory_gb):
    compiled = spec(accelerator=accelerator)
    resources = compiled["deploymentSpec"]["executors"]["Trainer_executor"]["container"].pop("resources")
    assert resources == {
        "cpuLimit": cpus,
        "memoryLimit": memory_gb,
        "accelerator": {"type": accelerator, "count": "1"},
    }
    assert compiled == parquet


def test_cpu_asks_for_no_machine(parquet):
    assert "resources" not in json.dumps(parquet)


def test_command_line_writes_the_whole_spec_or_nothing(tmp_path, capsys):
    source, output = tmp_path / "topology.json", tmp_path / "compiled" / "spec.json"
    source.write_text("{}")
    assert compiler.main(["--topology", str(source), "--output", str(output)]) == 1
    assert "pipeline_name is missing; give 1 to 128" in capsys.readouterr().err
    assert not output.exists()
    values = {**topology().model_dump(), "beam_args": []}
    source.write_text(json.dumps(values))
    assert compiler.main(["--topology", str(source), "--output", str(output)]) == 0
    assert json.loads(output.read_text())["pipelineSpec"]["schemaVersion"] == "2.0.0"
    assert [path.name for path in output.parent.iterdir()] == ["spec.json"]
