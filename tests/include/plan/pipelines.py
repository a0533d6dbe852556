"""A pipeline of three components, as a compiler writes it: Read, Prepare and Trainer."""

from datetime import UTC, datetime

from include.plan.pipelines import PastComponent, PastPipeline, Pipeline

SUBMITTED = datetime(2026, 1, 2, tzinfo=UTC)
TOPOLOGY = {"trainer_image": "trainer:1", "accelerator": "cpu"}
PARAMETERS = {
    "rows_uri": "/root/rows/rows_aaaaaaaaaaaa",
    "transform_module_uri": "/root/modules/m1/transform_module.py",
    "trainer_config": '{"experiment_id": "first", "training": {"learning_rate": 0.2, "epochs": 3}}',
}


def spec(image="trainer:1"):
    """Prepare reads what Read makes, and the Trainer what Prepare makes."""
    return {
        "root": {
            "dag": {
                "tasks": {
                    "Trainer": _task("Trainer", "trainer_config", producer="Prepare"),
                    "Prepare": _task("Prepare", "transform_module_uri", producer="Read"),
                    "Read": _task("Read", "rows_uri"),
                }
            }
        },
        "components": {name: {"executorLabel": name} for name in ("Read", "Prepare", "Trainer")},
        "deploymentSpec": {
            "executors": {
                name: {"container": {"image": image, "args": [name]}}
                for name in ("Read", "Prepare", "Trainer")
            }
        },
    }


def _task(name, parameter, producer=None):
    read = {"input": {"taskOutputArtifact": {"producerTask": producer}}} if producer else {}
    given = {"value": {"componentInputParameter": parameter}}
    return {"componentRef": {"name": name}, "inputs": {"artifacts": read, "parameters": given}}


def pipeline(**changes):
    """The pipeline as it is planned; its run is called otherwise than the earlier one."""
    now = {**PARAMETERS, "trainer_config": PARAMETERS["trainer_config"].replace("first", "second")}
    values = {"topology_key": "key1", "topology": TOPOLOGY, "spec": spec(), "parameters": now}
    return Pipeline(**{**values, **changes})


def told(**parameters):
    """The pipeline with other runtime parameters."""
    return pipeline(parameters={**pipeline().parameters, **parameters})


def past(experiment_id="first", *, states=None, **changes):
    """A run before it, which succeeded unless states say otherwise."""
    states = {"Read": "succeeded", "Prepare": "succeeded", "Trainer": "succeeded", **(states or {})}
    return PastPipeline(
        experiment_id=experiment_id,
        created=SUBMITTED,
        pipeline=pipeline(**{"parameters": PARAMETERS, **changes}),
        components={
            name: PastComponent(state, 12.0, (f"/out/{experiment_id}/{name}",))
            for name, state in states.items()
        },
    )
