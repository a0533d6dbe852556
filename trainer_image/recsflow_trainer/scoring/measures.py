"""What a saved model's answers on test rows are worth, by the measures of the training run."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.evaluation.recall import RankedRows, recall
from recsflow_trainer.examples.distinct_rows import distinct_rows
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.graphs.evaluation import graph_metrics
from recsflow_trainer.graphs.graphs import Graphs
from recsflow_trainer.keras import tf
from recsflow_trainer.scoring.raw_rows import has_value, take_rows
from recsflow_trainer.scoring.saved_model import SavedModel, Signature

_QUERIES_A_CALL = 256
_ROWS_A_CALL = 8_192
_GRAPHS_A_CALL = 1_024


@dataclass(frozen=True)
class Roles:
    """Which raw columns say who bought what.

    Attributes:
        customer: The customer's id.
        product: The product's id.
        label: What a rating predicts; None where nothing is rated.
    """

    customer: str
    product: str
    label: str | None = None


def row_measures(model: SavedModel, rows: Split, roles: Roles) -> dict[str, float]:
    """Returns recall of what the model recommends, and the distance of its ratings, as far as it does either.

    Args:
        model: The model.
        rows: Raw columns, those that the model takes and those of the roles.
        roles: Which they are.
    """
    measures: dict[str, float] = {}
    if model.recommends is not None:
        measures |= _recall(model.recommends, model.recommends_unbought, rows, rows.columns[roles.product])
    if model.rates is not None and roles.label is not None:
        measures |= _ratings(model.rates, rows, roles.customer, roles.label)
    return measures


def graph_measures(signature: Signature, graphs: Graphs) -> dict[str, float]:
    """Returns the measures of graph ranking on the graphs of a test split."""
    answers = [
        signature.ask(graphs.take(np.arange(start, min(start + _GRAPHS_A_CALL, graphs.rows))).inputs())
        for start in range(0, graphs.rows, _GRAPHS_A_CALL)
    ]
    return graph_metrics(np.concatenate([answer["score"].numpy() for answer in answers]), graphs)


def _recall(
    everything: Signature, unbought: Signature | None, rows: Split, bought: np.ndarray
) -> dict[str, float]:
    """Returns recall of whole lists and, where the model can leave it out, of lists without what was bought.

    Customers who ask alike are answered once.

    Args:
        everything: Answers with the best products.
        unbought: Answers with the best ones that a customer had not bought; None where nothing does.
        rows: Raw columns.
        bought: [rows], the product of each row.
    """
    firsts, row = distinct_rows({name: rows.columns[name] for name in everything.columns})

    def recalled(ask: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]]) -> tuple[dict[str, float], int]:
        answers = [
            ask(take_rows(rows, everything, firsts[start : start + _QUERIES_A_CALL]))
            for start in range(0, len(firsts), _QUERIES_A_CALL)
        ]
        recommended = np.concatenate([answer["product_id"].numpy() for answer in answers])
        listed = np.isfinite(np.concatenate([answer["score"].numpy() for answer in answers]))
        codes = np.unique(np.concatenate([recommended.ravel(), bought]), return_inverse=True)[1]
        top = np.where(listed, codes[: recommended.size].reshape(recommended.shape), -1)
        return recall(RankedRows(top, row), codes[recommended.size :]), recommended.shape[1]

    measured, length = recalled(everything.ask)
    if unbought is None:
        return measured
    options = {"k": tf.constant(length), "exclude_bought": tf.constant(True)}
    without, _ = recalled(lambda columns: unbought.ask({**columns, **options}))
    return measured | {f"unbought_{name}": value for name, value in without.items()}


def _ratings(signature: Signature, rows: Split, customer: str, label: str) -> dict[str, float]:
    places = np.flatnonzero(has_value(rows.columns[label]))
    answers = [
        signature.ask(take_rows(rows, signature, places[start : start + _ROWS_A_CALL]))
        for start in range(0, len(places), _ROWS_A_CALL)
    ]
    predictions = np.concatenate([answer["rating"].numpy() for answer in answers] or [np.zeros(0)])
    customers = np.unique(rows.columns[customer][places], return_inverse=True)[1]
    return rating_metrics(predictions, rows.columns[label][places].astype(np.float32), customers)
