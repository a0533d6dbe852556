"""All that Transform makes of a row: the features of both towers, the date and the label."""

from collections.abc import Sequence
from dataclasses import dataclass

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features.declaration import Feature
from recsflow_trainer.features.interaction import (
    DATE_SPEC,
    INTERACTION_DATE,
    INTERACTION_LABEL,
    LABEL_SPEC,
)
from recsflow_trainer.keras import tf


@dataclass(frozen=True)
class FeatureSet:
    """The features of the query (customer) and the candidate (product) tower, and what goes beside them.

    Attributes:
        query: Features of the query tower.
        candidate: Features of the candidate tower.
        date: Column of the row's time, in seconds since 1970; transformed as `interaction_date`.
        label: Column of the number that ranking models learn; transformed as `interaction_label`.
    """

    query: Sequence[Feature]
    candidate: Sequence[Feature]
    date: str | None = None
    label: str | None = None

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
        of_features = {column for feature in self.features for column in feature.raw_columns}
        return tuple(sorted(of_features | {column for column in (self.date, self.label) if column}))

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        return {
            **{feature.name: feature.spec for feature in self.features},
            **(DATE_SPEC if self.date else {}),
            **(LABEL_SPEC if self.label else {}),
        }


def check_distinct_names(features: Sequence[Feature], where: str) -> None:
    """Raises DeclarationError if two features would be written under one name."""
    seen: dict[str, Feature] = {}
    for feature in features:
        if feature.name in {INTERACTION_DATE, INTERACTION_LABEL}:
            raise DeclarationError(
                f"{where} has a feature called {feature.name!r}, the name of a row's own date or label; "
                "give it another name."
            )
        if feature.name in seen:
            raise DeclarationError(
                f"{where} has two features called {feature.name!r}: {seen[feature.name]!r} and {feature!r}; "
                "give one of them another name."
            )
        seen[feature.name] = feature
