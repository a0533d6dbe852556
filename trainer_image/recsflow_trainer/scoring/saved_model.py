"""A saved model, as whoever serves it sees it: signatures, and the columns that they take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.keras import tf

RECOMMEND_OPTIONS = {"k", "exclude_bought"}


@dataclass(frozen=True)
class Signature:
    """One way to ask a saved model.

    Attributes:
        columns: What it takes, by column.
        answers: Names of what it returns.
        ask: Takes a tensor a column and returns the answers.
        missing_number: What it takes for a whole number that is missing.
    """

    columns: Mapping[str, tf.TensorSpec]
    answers: frozenset[str]
    ask: Any
    missing_number: int


@dataclass(frozen=True)
class SavedModel:
    """A model on disk.

    Attributes:
        name: What it is called in the scores.
        signatures: By name.
    """

    name: str
    signatures: Mapping[str, Signature]

    @property
    def recommends(self) -> Signature | None:
        """What answers with products, if the model does."""
        return self._answering("serving_default", "product_id")

    @property
    def recommends_unbought(self) -> Signature | None:
        """What answers with products that a customer had not bought, if the model does.

        It takes the columns of `recommends`, `k` and `exclude_bought`.
        """
        found = self._answering("recommend", "product_id")
        return found if found is not None and found.columns.keys() >= RECOMMEND_OPTIONS else None

    @property
    def rates(self) -> Signature | None:
        """What answers with ratings of rows, if the model does."""
        return self._answering("rate", "rating")

    @property
    def scores_graphs(self) -> Signature | None:
        """What answers with scores of graphs, if the model does."""
        return self._answering("serving_default", "score") if self.recommends is None else None

    def _answering(self, signature: str, answer: str) -> Signature | None:
        found = self.signatures.get(signature)
        return found if found is not None and answer in found.answers else None


def load_model(name: str, uri: str) -> SavedModel:
    """Loads a saved model; what it needs lies in its folder.

    Raises:
        ExamplesError: There is none at the URI.
    """
    if not tf.saved_model.contains_saved_model(uri):
        raise ExamplesError(
            f"Model {name!r} is not at {uri}: there is no SavedModel; give one that is there."
        )
    loaded = tf.saved_model.load(uri)
    # A model that was saved before a number could be missing was asked about 0 instead.
    missing_number = int(getattr(loaded, "missing_number", 0))
    # The signatures answer as long as the model that they belong to is kept.
    signatures = {
        key: Signature(
            columns=function.structured_input_signature[1],
            answers=frozenset(function.structured_outputs),
            ask=_of(loaded, key),
            missing_number=missing_number,
        )
        for key, function in loaded.signatures.items()
    }
    return SavedModel(name, signatures)


def _of(loaded: Any, key: str) -> Any:
    return lambda columns: loaded.signatures[key](**columns)
