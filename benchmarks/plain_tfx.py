"""The peer: the script that a TFX user writes without recsflow, run in the trainer environment.

Usage: plain_tfx.py ROWS_URI TRANSFORM_MODULE TRAINER_MODULE TRAINER_CONFIG_JSON WORK_FOLDER

The same components, rows and modules as our pipeline, with TFX's own LocalDagRunner.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tfx import v1 as tfx
from tfx.components.example_gen.component import FileBasedExampleGen
from tfx.components.example_gen.custom_executors import parquet_executor
from tfx.dsl.components.base import executor_spec


def build(
    rows_uri: str, transform_module: str, trainer_module: str, trainer_config: dict[str, object], work: Path
) -> tfx.dsl.Pipeline:
    """Returns the six-component pipeline over train, eval and test Parquet files."""
    splits = [
        tfx.proto.Input.Split(name=split, pattern=f"{split}/*.parquet") for split in ("train", "eval", "test")
    ]
    example_gen = FileBasedExampleGen(
        input_base=rows_uri,
        input_config=tfx.proto.Input(splits=splits),
        custom_executor_spec=executor_spec.BeamExecutorSpec(parquet_executor.Executor),
    )
    statistics = tfx.components.StatisticsGen(examples=example_gen.outputs["examples"])
    schema = tfx.components.SchemaGen(statistics=statistics.outputs["statistics"])
    validator = tfx.components.ExampleValidator(
        statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"]
    )
    transform = tfx.components.Transform(
        examples=example_gen.outputs["examples"],
        schema=schema.outputs["schema"],
        module_file=transform_module,
        splits_config=tfx.proto.SplitsConfig(analyze=["train"], transform=["train", "eval", "test"]),
    )
    trainer = tfx.components.Trainer(
        module_file=trainer_module,
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        schema=schema.outputs["schema"],
        train_args=tfx.proto.TrainArgs(),
        eval_args=tfx.proto.EvalArgs(),
        custom_config=trainer_config,
    )
    return tfx.dsl.Pipeline(
        pipeline_name="plain-tfx",
        pipeline_root=str(work / "root"),
        components=[example_gen, statistics, schema, validator, transform, trainer],
        metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(
            str(work / "metadata.sqlite")
        ),
    )


def main() -> None:
    """Builds and runs the pipeline that the command line describes."""
    rows_uri, transform_module, trainer_module, trainer_config, work = sys.argv[1:]
    Path(work).mkdir(parents=True, exist_ok=True)
    pipeline = build(rows_uri, transform_module, trainer_module, json.loads(trainer_config), Path(work))
    tfx.orchestration.LocalDagRunner().run(pipeline)


if __name__ == "__main__":
    main()
