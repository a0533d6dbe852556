"""The command of a container that scores saved models on the test rows of a pipeline.

    python -m recsflow_trainer.scoring --examples URI --model candidate=URI --model champion=URI
        --customer COLUMN --product COLUMN --label COLUMN --scores URI

Rows are what ExampleGen read (or GraphGen made), so that models of other features, vocabularies and ages get
exactly the same questions, through the signatures that they are served by.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence

from absl import logging

from recsflow_trainer.errors import RecsflowTrainerError
from recsflow_trainer.graphs.manifest import MANIFEST, read_manifest
from recsflow_trainer.keras import tf
from recsflow_trainer.metrics_file import ErrorRecord
from recsflow_trainer.scoring.measures import Roles, graph_measures, row_measures
from recsflow_trainer.scoring.raw_rows import Reader, read_raw_rows
from recsflow_trainer.scoring.saved_model import SavedModel, load_model
from recsflow_trainer.scoring.scores_file import Scores, write_scores


def score(models: Sequence[SavedModel], examples: str, roles: Roles) -> Scores:
    """Scores the models on the same test rows.

    Raises:
        ExamplesError: There are no such rows, or they lack a column that a model reads.
        ManifestError: The graphs cannot be read.
    """
    if tf.io.gfile.exists(f"{examples}/{MANIFEST}"):
        graphs = read_manifest(f"{examples}/{MANIFEST}")["test"]
        measured = {
            model.name: graph_measures(model.scores_graphs, graphs) if model.scores_graphs else {}
            for model in models
        }
        return Scores(rows=graphs.rows, models=measured)
    rows = read_raw_rows(examples, _readers(models, roles))
    return Scores(rows=rows.rows, models={model.name: row_measures(model, rows, roles) for model in models})


def main(arguments: Sequence[str] | None = None) -> int:
    """Scores once and returns the exit status; the scores file has the error of a job that failed."""
    logging.set_verbosity(logging.INFO)
    options = _parser().parse_args(arguments)
    scores = Scores()
    roles = Roles(options.customer, options.product, options.label)
    try:
        models = [load_model(name, uri) for name, uri in options.model]
        scores = score(models, options.examples, roles)
    except Exception as error:
        scores.error = ErrorRecord(type(error).__name__, str(error), traceback.format_exc())
        if not isinstance(error, RecsflowTrainerError):
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        write_scores(scores, options.scores)
    for name, measures in scores.models.items():
        print(name, ", ".join(f"{measure} {value:.4f}" for measure, value in measures.items()))
    return 0


def _readers(models: Sequence[SavedModel], roles: Roles) -> dict[str, Reader]:
    """Returns each column that is needed, and who needs it."""
    wanted = {roles.product: Reader("--product"), roles.customer: Reader("--customer")}
    wanted |= {roles.label: Reader("--label", tf.float32)} if roles.label else {}
    for model in models:
        for signature in filter(None, (model.recommends, model.rates)):
            for column, spec in signature.columns.items():
                wanted.setdefault(column, Reader(f"model {model.name!r}", spec.dtype))
    return wanted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recsflow_trainer.scoring", description=__doc__)
    parser.add_argument("--examples", required=True, help="URI of ExampleGen's rows, or of graphs")
    parser.add_argument(
        "--model", required=True, action="append", type=_named, help="NAME=URI of a SavedModel"
    )
    parser.add_argument("--customer", required=True, help="column of the customer's id")
    parser.add_argument("--product", required=True, help="column of the product's id")
    parser.add_argument("--label", help="column of the label, for models that rate")
    parser.add_argument("--scores", required=True, help="URI that the scores go to")
    return parser


def _named(text: str) -> tuple[str, str]:
    name, separator, uri = text.partition("=")
    if not (name and separator and uri):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=URI")
    return name, uri


if __name__ == "__main__":
    sys.exit(main())
