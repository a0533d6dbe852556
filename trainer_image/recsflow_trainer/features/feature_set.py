"""All features of an experiment, by tower."""

from collections.abc import Sequence
from dataclasses import dataclass

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features.declaration import Feature
from recsflow_trainer.keras import tf


@dataclass(frozen=True)
class FeatureSet:
    """The features of the query (customer) and the candidate (product) tower.

    Attributes:
        query: Features of the query tower.
        candidate: Features of the candidate tower.
    """

    query: Sequence[Feature]
    candidate: Sequence[Feature]

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", tuple(self.query))
        object.__setattr__(self, "candidate", tuple(self.candidate))
        check_distinct_names(self.features, "FeatureSet")

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every feature, those of the query tower first."""
        return (*self.query, *self.candidate)

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The columns that preprocessing reads, each once, sorted."""
        return tuple(sorted({column for feature in self.features for column in feature.raw_columns}))

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        return {feature.name: feature.spec for feature in self.features}


def check_distinct_names(features: Sequence[Feature], where: str) -> None:
    """Raises DeclarationError if two features would be written under one name."""
    seen: dict[str, Feature] = {}
    for feature in features:
        if feature.name in seen:
            raise DeclarationError(
                f"{where} has two features called {feature.name!r}: {seen[feature.name]!r} and {feature!r}; "
                "give one of them another name."
            )
        seen[feature.name] = feature
