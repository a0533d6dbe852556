"""What the declarations of models with a customer's and a product's tower have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.examples.history_rows import read_history
from recsflow_trainer.examples.inputs import TransformedInputs, read_transformed
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.features.interaction import INTERACTION_LABEL
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.towers.tower import Tower
from recsflow_trainer.training.config import TrainerConfig


@dataclass(frozen=True, kw_only=True)
class TwoTowers:
    """A customer's and a product's tower whose outputs have one width.

    Attributes:
        query: Tower of the customer.
        candidate: Tower of the product.
        customer_id: Column of the customer's id; a vocabulary of the query tower reads it.
        product_id: Column of the product's id; a vocabulary of the candidate tower reads it.
        embedding_dim: Width of both towers' outputs.
        normalize: Whether embeddings have length 1.
    """

    query: Tower
    candidate: Tower
    customer_id: str
    product_id: str
    embedding_dim: int = 32
    normalize: bool = False

    def __post_init__(self) -> None:
        name = type(self).__name__
        if self.embedding_dim < 1:
            raise DeclarationError(f"{name}.embedding_dim is {self.embedding_dim}; use 1 or more.")
        self.query.id_feature(self.customer_id)
        self.candidate.id_feature(self.product_id)
        shared = set(self.query.transformed_spec()) & set(self.candidate.transformed_spec())
        if shared:
            raise DeclarationError(
                f"{name} has {', '.join(sorted(shared))} in both towers; "
                "give the features of one tower other names."
            )

    @property
    def customer(self) -> Vocabulary:
        """The feature that is the customer's id."""
        return self.query.id_feature(self.customer_id)

    @property
    def product(self) -> Vocabulary:
        """The feature that is the product's id."""
        return self.candidate.id_feature(self.product_id)

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The columns of the rows that either tower reads, each once, sorted."""
        return tuple(sorted({*self.query.raw_columns, *self.candidate.raw_columns}))

    def tower_params(self) -> dict[str, Any]:
        """What tells these towers from others, as flat values."""
        return {
            "embedding_dim": self.embedding_dim,
            "normalize": self.normalize,
            "query_inputs": _listed(feature.name for feature in self.query.inputs),
            "candidate_inputs": _listed(feature.name for feature in self.candidate.inputs),
            "query_layers": _listed(self.query.layers),
            "candidate_layers": _listed(self.candidate.layers),
        }

    def tower_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse both towers' part of a transformed example."""
        return {**self.query.transformed_spec(), **self.candidate.transformed_spec()}

    def read_rows(
        self, fn_args: Any, config: TrainerConfig, spec: Mapping[str, tf.io.FixedLenFeature]
    ) -> TransformedInputs:
        """Reads the transformed rows, and those that a sample leaves out.

        Args:
            fn_args: TFX's `FnArgs`.
            config: The run's parameters.
            spec: How to parse a transformed example.
        """
        inputs = read_transformed(fn_args, spec)
        if config.history is None:
            return inputs
        ids, labelled = (self.customer, self.product), INTERACTION_LABEL in spec
        history = read_history(config.history, inputs.tft_output, ids, labelled=labelled)
        return replace(inputs, history=history)

    def build_towers(self, tft_output: tft.TFTransformOutput) -> tuple[tf_keras.Model, tf_keras.Model]:
        """Returns the query and the candidate tower with all their weights."""
        query, candidate = (
            tower.build(tft_output, name=name, embedding_dim=self.embedding_dim, normalize=self.normalize)
            for name, tower in (("query", self.query), ("candidate", self.candidate))
        )
        return query, candidate


def _listed(parts: Iterable[object]) -> str:
    return ", ".join(str(part) for part in parts)
