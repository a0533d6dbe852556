"""What the product asks about a type of model, answered by one record a type."""

from __future__ import annotations

from dataclasses import dataclass

from include.metrics import catalogue
from include.metrics.metric import Task

# What a sweep goes by where the rows of its trials decide what models are judged by.
HEADLINE = "headline"


@dataclass(frozen=True, kw_only=True)
class ModelType:
    """A type of model, as everything but its config and its declaration sees it.

    Attributes:
        name: What a model config's `type` says.
        tasks: What its models do, which is what they are measured in.
        judged_by: The test metric that they are compared by where no schedule and no training run names one.
        is_judged_by_rows: Whether the training run decides about that metric by the rows.
        learns_label: Whether it predicts the label column, so that a dataset needs one.
        reads_graphs: Whether the rows become graphs, one a visit, instead of examples, one a row.
        own_arguments: Arguments of its served signatures that are no columns.
        declaration: What writes its declaration into a trainer module, `package.module:function`.
    """

    name: str
    tasks: frozenset[Task]
    judged_by: str
    is_judged_by_rows: bool = False
    learns_label: bool = False
    reads_graphs: bool = False
    own_arguments: tuple[str, ...] = ()
    declaration: str

    @property
    def learns_label_of_rows(self) -> bool:
        """Whether each row's own label is predicted, rather than a sum over a visit."""
        return self.learns_label and not self.reads_graphs

    @property
    def promoting_metrics(self) -> list[str]:
        """What the gate of a schedule may go by, the usual metric first."""
        return _first(self.judged_by, catalogue.promoting(self.tasks))

    @property
    def searched_metrics(self) -> list[str]:
        """What a sweep may go by; the first one is what it goes by unless it says otherwise."""
        usual = HEADLINE if self.is_judged_by_rows else self.judged_by
        return _first(usual, catalogue.searched(self.tasks))


def _first(usual: str, others: list[str]) -> list[str]:
    return [usual, *(name for name in others if name != usual)]
