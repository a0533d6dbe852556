"""The overfit check by hand, where somebody debugs a model in the trainer environment.

    python -m recsflow_trainer.overfit --trainer-module URI --examples URI --transform-graph URI

The module may be a generated one with a change in it. Examples and graph are what Transform left below the
pipeline root: `transformed_examples` and `transform_graph`; graphs need no graph of Transform.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence

from absl import logging

from recsflow_trainer.errors import RecsflowTrainerError
from recsflow_trainer.generated_source import read_source
from recsflow_trainer.training.rerun import load_run_fn, read_arguments


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the check and returns the exit status: 0 where it passed."""
    logging.set_verbosity(logging.INFO)
    logging.use_absl_handler()
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="recsflow-overfit-") as folder:
        options.serving_model_dir = f"{folder}/model"
        options.trainer_config = json.dumps(
            {
                "experiment_id": "overfit-by-hand",
                "metrics_uri": f"{folder}/training_metrics.json",
                "overfit_check": {"rows": options.rows},
                "training": {
                    "epochs": options.epochs,
                    "batch_size": options.rows,
                    "learning_rate": options.learning_rate,
                    "optimizer": options.optimizer,
                    "seed": options.seed,
                },
            }
        )
        try:
            uri = options.trainer_module
            load_run_fn(uri, read_source(uri))(read_arguments(options))
        except RecsflowTrainerError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print("passed")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recsflow_trainer.overfit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--trainer-module", required=True, help="URI of a trainer module")
    parser.add_argument("--examples", required=True, help="URI of Transform's rows, or of graphs")
    parser.add_argument("--transform-graph", help="URI of Transform's transform_graph, for rows")
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=42)
    return parser


if __name__ == "__main__":
    sys.exit(main())
