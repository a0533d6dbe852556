"""The TFX pipeline: rows to examples, statistics, schema, preprocessing, training; or to graphs, training."""

from tfx.components import ExampleValidator, SchemaGen, StatisticsGen, Trainer, Transform
from tfx.components.example_gen.component import FileBasedExampleGen
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec, ExecutorClassSpec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import example_gen_pb2, transform_pb2

from recsflow_trainer.pipeline import parquet_examples, verified_executors
from recsflow_trainer.pipeline.graph_gen import GraphGen
from recsflow_trainer.pipeline.resources import trainer_resources
from recsflow_trainer.pipeline.topology import Accelerator, Topology, TrainerInput

SPLITS = ("train", "eval", "test")


def build_pipeline(topology: Topology) -> Pipeline:
    """Returns the pipeline of a topology; its root is given when a job is submitted."""
    graphs = topology.trainer_input is TrainerInput.GRAPHS
    components = _on_graphs() if graphs else _on_examples()
    trainer = components[-1]
    if topology.accelerator is not Accelerator.CPU:
        trainer.with_platform_config(trainer_resources(topology.accelerator))
    return Pipeline(
        pipeline_name=topology.pipeline_name,
        pipeline_root="",
        components=components,
        enable_cache=True,
        beam_pipeline_args=_beam_args(topology),
    )


def _on_graphs() -> list[BaseComponent]:
    """Returns the components of a model of graphs, which need no statistics, schema or preprocessing."""
    graph_gen = GraphGen(rows_uri=_text_parameter("rows_uri"), graph_options=_text_parameter("graph_options"))
    trainer = Trainer(
        examples=graph_gen.outputs["graphs"],
        module_file=_text_parameter("trainer_module_uri"),
        custom_config=_text_parameter("trainer_config"),
    )
    return [graph_gen, _verified(trainer)]


def _on_examples() -> list[BaseComponent]:
    """Returns the components of a model of rows, the Trainer last."""
    example_gen = _example_gen()
    examples = example_gen.outputs["examples"]
    statistics = StatisticsGen(examples=examples)
    schema = SchemaGen(statistics=statistics.outputs["statistics"], infer_feature_shape=True)
    validator = ExampleValidator(statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"])
    transform = Transform(
        examples=examples,
        schema=schema.outputs["schema"],
        module_file=_text_parameter("transform_module_uri"),
        splits_config=transform_pb2.SplitsConfig(analyze=["train"], transform=list(SPLITS)),
        # StatisticsGen has the statistics already, and no later run could read the analyzer cache.
        disable_statistics=True,
        disable_analyzer_cache=True,
    )
    trainer = Trainer(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        schema=schema.outputs["schema"],
        module_file=_text_parameter("trainer_module_uri"),
        custom_config=_text_parameter("trainer_config"),
    )
    return [example_gen, statistics, schema, validator, _verified(transform), _verified(trainer)]


def _verified(component: BaseComponent) -> BaseComponent:
    """Returns a component that runs a generated module, which it looks at first."""
    if isinstance(component, Transform):
        # Unlike the Trainer's, its constructor takes no executor.
        component.executor_spec = BeamExecutorSpec(verified_executors.TransformExecutor)
    else:
        component.executor_spec = ExecutorClassSpec(verified_executors.TrainerExecutor)
    return component


def _beam_args(topology: Topology) -> list[str]:
    """Returns the topology's flags, completed.

    Beam must never guess whose project pays for a query. Its workers use the trainer image, which has TFX;
    without this flag TFX would package itself for them again in every component.
    """
    given = {flag.partition("=")[0] for flag in topology.beam_args}
    defaults = {
        "--project": topology.project,
        "--region": topology.location,
        "--sdk_container_image": topology.trainer_image,
    }
    missing = [f"{name}={value}" for name, value in defaults.items() if name not in given]
    return [*topology.beam_args, *missing]


def _text_parameter(name: str) -> RuntimeParameter:
    return RuntimeParameter(name=name, ptype=str)


def _example_gen() -> BaseComponent:
    splits = [example_gen_pb2.Input.Split(name=name, pattern=f"{name}/*.parquet") for name in SPLITS]
    component = FileBasedExampleGen(
        input_base=_text_parameter("rows_uri"),
        input_config=example_gen_pb2.Input(splits=splits),
        # With no output splits configured, the input's splits are kept.
        output_config=example_gen_pb2.Output(),
        custom_executor_spec=BeamExecutorSpec(parquet_examples.Executor),
    )
    return component.with_id("ExampleGen")
