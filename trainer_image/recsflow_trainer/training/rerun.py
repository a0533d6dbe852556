"""The command of a container that trains on what the Trainer of an earlier pipeline read.

    python -m recsflow_trainer.training.rerun --trainer-module URI --examples URI --transform-graph URI
        --serving-model-dir URI --trainer-config JSON

It does what TFX's Trainer does with the same module, without a pipeline around it.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from absl import logging

from recsflow_trainer.errors import (
    ExamplesError,
    GeneratedModuleError,
    RecsflowTrainerError,
    TrainingConfigError,
)
from recsflow_trainer.generated_source import verified_source
from recsflow_trainer.keras import tf

MODULE_NAME = "recsflow_rerun_module"


@dataclass(frozen=True)
class TrainerArguments:
    """The part of TFX's `FnArgs` that a generated module reads, under the same names.

    Attributes:
        train_files: Globs of the train split.
        eval_files: Globs of the eval split.
        transform_graph_path: Transform's `transform_graph`; None where the examples are graphs.
        transform_output: The same, under its older name.
        serving_model_dir: Where the saved model goes.
        custom_config: What the orchestrator says about the run.
    """

    train_files: list[str]
    eval_files: list[str]
    transform_graph_path: str | None
    transform_output: str | None
    serving_model_dir: str
    custom_config: dict[str, Any]


def read_arguments(options: argparse.Namespace) -> TrainerArguments:
    """Returns what `run_fn` is called with.

    Raises:
        ExamplesError: The examples or Transform's graph are not there.
        TrainingConfigError: The config is no JSON object.
    """
    for option, uri in {"--examples": options.examples, "--transform-graph": options.transform_graph}.items():
        if uri is not None and not tf.io.gfile.isdir(uri):
            raise ExamplesError(
                f"{option} {uri} is no folder; give the output of a pipeline that is still there."
            )
    return TrainerArguments(
        train_files=[f"{options.examples}/Split-train/*"],
        eval_files=[f"{options.examples}/Split-eval/*"],
        transform_graph_path=options.transform_graph,
        transform_output=options.transform_graph,
        serving_model_dir=options.serving_model_dir,
        custom_config=_json_object(options.trainer_config),
    )


def load_run_fn(uri: str, source: str) -> Callable[[TrainerArguments], None]:
    """Returns the `run_fn` of a trainer module.

    Args:
        uri: Where the module is, which a traceback names.
        source: Its text, which is executed, since it may lie in a bucket.

    Raises:
        TrainingConfigError: It has no `run_fn`.
    """
    code = compile(source, uri, "exec")
    module = ModuleType(MODULE_NAME)
    sys.modules[MODULE_NAME] = module
    exec(code, module.__dict__)  # noqa: S102
    run_fn = getattr(module, "run_fn", None)
    if not callable(run_fn):
        raise TrainingConfigError(
            f"--trainer-module {uri} defines no run_fn; give a generated trainer module."
        )
    return run_fn


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains once and returns the exit status; an error of the training itself keeps its traceback."""
    logging.set_verbosity(logging.INFO)
    parser = argparse.ArgumentParser(prog="python -m recsflow_trainer.training.rerun", description=__doc__)
    parser.add_argument("--trainer-module", required=True, help="URI of a generated trainer module")
    parser.add_argument("--examples", required=True, help="URI of Transform's rows, or of graphs")
    parser.add_argument("--transform-graph", help="URI of Transform's transform_graph, for rows")
    parser.add_argument("--serving-model-dir", required=True, help="URI that the saved model goes to")
    parser.add_argument("--trainer-config", required=True, help="JSON, as a pipeline's trainer_config")
    options = parser.parse_args(arguments)
    try:
        uri = options.trainer_module
        run_fn, trainer_arguments = load_run_fn(uri, verified_source(uri)), read_arguments(options)
    except GeneratedModuleError as error:
        print(f"error: --trainer-module {error}", file=sys.stderr)
        return 1
    except RecsflowTrainerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    run_fn(trainer_arguments)
    return 0


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise TrainingConfigError(f"--trainer-config is not JSON ({error}); pass a JSON object.") from None
    if not isinstance(value, dict):
        raise TrainingConfigError(f"--trainer-config is {text!r:.200}; pass a JSON object.")
    return value


if __name__ == "__main__":
    sys.exit(main())
