"""What is measured of a model after each epoch beside its loss: on a few rows, so that it costs little."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from recsflow_trainer.diagnostics.embeddings import spread
from recsflow_trainer.diagnostics.factorized_top_k import factorized_top_k as _factorized_top_k
from recsflow_trainer.diagnostics.verdict import SPREAD
from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.evaluation.novelty import TestRows, ranks_in_lists, recall_by_novelty, top_lists
from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.evaluation.recall import embed
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.keras import tf

type EpochProbe = Callable[[Any], dict[str, float]]
type Scores = Callable[[Any, np.ndarray, np.ndarray], Callable[[int, int], tf.Tensor]]

_ROWS = 512
_RATED_ROWS = 8_192
_CUTOFFS = (10, 100)
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


@runtime_checkable
class ChoosesEpochs(Protocol):
    """A declaration whose early stopping monitors something else than the loss."""

    def monitored(self, inputs: Any) -> str:
        """Returns the metric of an epoch that early stopping monitors; large values are good."""
        ...

    def finished_probe(self, inputs: Any) -> EpochProbe | None:
        """Returns what measures a finished model where an epoch's could not be measured whole."""
        ...


def monitored_by(declaration: object, inputs: Any) -> str | None:
    """Returns the metric that early stopping monitors; None for the validation loss."""
    return declaration.monitored(inputs) if isinstance(declaration, ChoosesEpochs) else None


def finished_probe(declaration: object, inputs: Any) -> EpochProbe | None:
    """Returns what measures the finished model on eval rows, if an epoch's could not be measured whole."""
    return declaration.finished_probe(inputs) if isinstance(declaration, ChoosesEpochs) else None


class SelectableRows(Protocol):
    """Rows, or graphs, some of which can be taken."""

    @property
    def rows(self) -> int:
        """How many there are."""
        ...

    def take(self, rows: np.ndarray) -> Self:
        """Returns those at some places, int64 [picked]."""
        ...


@dataclass(frozen=True)
class Sampled:
    """Rows to measure, whose customers' other purchases are known.

    Attributes:
        test: As purchases, beside what was bought before.
        queries: The query tower's features of each row.
        candidates: The products that are ranked.
    """

    test: TestRows
    queries: Mapping[str, np.ndarray]
    candidates: Candidates


def sample_of[Rows: SelectableRows](split: Rows, rows: int = _ROWS) -> Rows:
    """Returns some rows of a split, the same ones every time."""
    return sample_apart(split, split.rows, rows)[0]


def sample_apart[Rows: SelectableRows](split: Rows, at_most: int, rows: int = _ROWS) -> tuple[Rows, Rows]:
    """Returns some rows of a split, at most so many and the same ones every time, and all others."""
    order = np.random.default_rng(_SEED).permutation(split.rows)
    size = min(rows, at_most)
    return split.take(np.sort(order[:size])), split.take(np.sort(order[size:]))


def retrieval_probe(
    rows: Sampled, scores: Scores, *, with_history: bool, factorized_top_k: bool = False
) -> EpochProbe:
    """Measures recall among all candidates as the test does, and how much each tower's outputs differ.

    `val_recall@k` is of whole lists, `val_unbought_recall@k` of lists without what customers had bought. Of a
    model with a history, which scores what was bought, whole lists are measured once it is learnt.

    Args:
        rows: The sample.
        scores: Returns what scores queries of a model against all candidates.
        with_history: Whether the model learns to score histories when it is finished.
        factorized_top_k: Whether TFRS counts the same rows too, as `val_factorized_top_k@5` and so on.
    """
    candidates, customers = rows.candidates, rows.test.bought.customers
    each = np.arange(len(customers))

    def measure(model: Any) -> dict[str, float]:
        queries, products = embed(model.query, rows.queries), embed(model.candidate, candidates.features)
        size = len(candidates.ids)
        lists = top_lists(scores(model, queries, products), customers, rows.test.baskets, size, max(_CUTOFFS))
        ranks = ranks_in_lists(lists, each, rows.test.bought.products)
        found = recall_by_novelty(ranks, rows.test.repeat, _CUTOFFS)
        whole = () if with_history and model.history_scorer is None else ("recall",)
        named = {
            f"val_{family}@{k}": found[f"{family}@{k}"]
            for family in (*whole, "unbought_recall")
            for k in _CUTOFFS
        }
        if factorized_top_k:
            counted = _factorized_top_k(queries, products, rows.test.bought.products)
            named |= {f"val_{name}": value for name, value in counted.items()}
        return {**named, **tower_spreads({"query": queries, "candidate": products})}

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
