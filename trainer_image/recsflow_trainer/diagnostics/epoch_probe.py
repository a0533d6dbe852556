"""What is measured of a model after each epoch beside its loss: on a few rows, so that it costs little."""

from collections.abc import Callable
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from recsflow_trainer.diagnostics.embeddings import spread
from recsflow_trainer.diagnostics.factorized_top_k import factorized_top_k
from recsflow_trainer.diagnostics.verdict import SPREAD
from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.evaluation.recall import RankedRows, embed, recall, top_candidates
from recsflow_trainer.examples.splits import Split

type EpochProbe = Callable[[Any], dict[str, float]]

_ROWS = 512
_RATED_ROWS = 8_192
_CUTOFF = 10
_SEED = 11


@runtime_checkable
class MeasuresEpochs(Protocol):
    """A declaration that measures more than the loss after each epoch."""

    def epoch_probe(self, inputs: Any) -> EpochProbe:
        """Returns what measures a model of this declaration, on a fixed sample of the eval rows."""
        ...


def probe_of(declaration: object, inputs: Any) -> EpochProbe:
    """Returns the declaration's own probe, or one that measures nothing."""
    return declaration.epoch_probe(inputs) if isinstance(declaration, MeasuresEpochs) else lambda model: {}


class Takes(Protocol):
    """Rows, or graphs, some of which can be taken."""

    @property
    def rows(self) -> int:
        """How many there are."""
        ...

    def take(self, rows: np.ndarray) -> Self:
        """Returns those at some places, int64 [picked]."""
        ...


def sample_of[Rows: Takes](split: Rows, rows: int = _ROWS) -> Rows:
    """Returns some rows of a split, the same ones every time."""
    if split.rows <= rows:
        return split
    return split.take(np.sort(np.random.default_rng(_SEED).choice(split.rows, rows, replace=False)))


def retrieval_probe(
    rows: Split,
    candidates: Candidates,
    product: str,
    query_features: list[str],
    *,
    with_factorized_top_k: bool = False,
) -> EpochProbe:
    """Measures `val_recall@10` among all candidates, and how much each tower's outputs differ.

    Args:
        rows: The sample.
        candidates: The products that are ranked.
        product: Name of the product's id.
        query_features: Names of the query tower's features.
        with_factorized_top_k: Whether TFRS counts the same rows too, as `val_factorized_top_k@5` and so on.
    """
    truth = candidates.positions(rows.columns[product])
    query_columns = {name: rows.columns[name] for name in query_features}

    def measure(model: Any) -> dict[str, float]:
        queries, products = embed(model.query, query_columns), embed(model.candidate, candidates.features)
        ranked = RankedRows(top_candidates(queries, products, _CUTOFF), np.arange(len(queries)))
        found = recall(ranked, truth, (_CUTOFF,))
        if with_factorized_top_k:
            found |= factorized_top_k(queries, products, truth)
        return {
            **{f"val_{name}": value for name, value in found.items()},
            **tower_spreads({"query": queries, "candidate": products}),
        }

    return measure


def rating_probe(
    rows: Split, predict: Callable[[Any, Split], np.ndarray], label: str, customer: str
) -> EpochProbe:
    """Measures `val_rmse`, the order within customers, and how much predictions and towers' outputs differ.

    Args:
        rows: The sample; all its rows have a label.
        predict: Returns a model's ratings of rows, in the label's units.
        label: Name of the label.
        customer: Name of the customer's id.
    """

    def measure(model: Any) -> dict[str, float]:
        predictions = predict(model, rows)
        found = rating_metrics(predictions, rows.columns[label], rows.columns[customer])
        return {
            **{f"val_{name}": value for name, value in found.items()},
            "val_score_std": float(np.std(predictions, dtype=np.float64)),
            **tower_spreads(
                {name: embed(getattr(model, name), rows.columns) for name in ("query", "candidate")}
            ),
        }

    return measure


def tower_spreads(outputs: dict[str, np.ndarray]) -> dict[str, float]:
    """Returns `<tower>_spread` for float32 [rows, dim] of each tower."""
    return {f"{name}{SPREAD}": spread(values) for name, values in outputs.items()}


def rated_sample(split: Split) -> Split:
    """Returns more rows than recall takes, since a rating costs one candidate."""
    return sample_of(split, _RATED_ROWS)
