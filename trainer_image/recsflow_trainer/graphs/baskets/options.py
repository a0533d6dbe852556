"""What a graph is made of: the options that the orchestrator sends, parsed once."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any

from recsflow_trainer.errors import ManifestError


class Target(StrEnum):
    """What is predicted of a visit."""

    BASKET_VALUE = "basket_value"
    NEXT_VISIT_VALUE = "next_visit_value"


class Encoding(StrEnum):
    """How a column of the rows becomes numbers of a node."""

    ONE_HOT = "one_hot"
    LOG = "log"
    NONE = "none"


@dataclass(frozen=True)
class NodeColumn:
    """A column of the rows that describes a product in a basket.

    Attributes:
        column: Its name.
        encoding: A share of 1 for its value among those of the train rows, or the number itself.
        max_values: The most frequent values that one_hot tells apart; all others share one place.
    """

    column: str
    encoding: Encoding
    max_values: int = 64


@dataclass(frozen=True)
class GraphOptions:
    """How rows become graphs.

    Attributes:
        customer: Column of the customer's id.
        product: Column of the product's id.
        basket: Column that is the same in all rows of one visit of a customer.
        date: Column of the moment, in seconds.
        value: Column of the money paid for the row.
        target: What is predicted.
        neighbors: Edges into a node, the strongest first; 1 or more.
        history: Whether a node also has what the customer's earlier visits were like.
        nodes: Further columns of a node.
    """

    customer: str
    product: str
    basket: str
    date: str
    value: str
    target: Target
    neighbors: int
    history: bool
    nodes: tuple[NodeColumn, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The columns of the rows that are read, each once."""
        return list(dict.fromkeys([*self.visit_columns, *(node.column for node in self.nodes)]))

    @property
    def visit_columns(self) -> list[str]:
        """The columns that say who bought what in which visit, each once."""
        return list(dict.fromkeys([self.customer, self.product, self.basket, self.date, self.value]))

    @classmethod
    def from_json(cls, text: str) -> "GraphOptions":
        """Parses what the orchestrator sends.

        Raises:
            ManifestError: Names the field that is missing, unknown or of a wrong value.
        """
        values = json.loads(text)
        _check_names(cls, values, "graph_options")
        nodes = values.get("nodes", ())
        for index, node in enumerate(nodes):
            _check_names(NodeColumn, node, f"graph_options.nodes[{index}]")
        try:
            options = cls(
                **{
                    **values,
                    "target": Target(values["target"]),
                    "nodes": tuple(
                        NodeColumn(**{**node, "encoding": Encoding(node["encoding"])}) for node in nodes
                    ),
                }
            )
        except ValueError as error:
            raise ManifestError(
                f"graph_options: {error}; use one of: {', '.join([*Target, *Encoding])}."
            ) from None
        if options.neighbors < 1:
            raise ManifestError(f"graph_options.neighbors is {options.neighbors}; use 1 or more.")
        return options


def _check_names(kind: type, values: Mapping[str, Any], where: str) -> None:
    known = {field.name: field.default is MISSING for field in fields(kind)}
    missing = [name for name, required in known.items() if required and name not in values]
    unknown = sorted(set(values) - set(known))
    if missing or unknown:
        raise ManifestError(
            f"{where}: {', '.join(missing) or 'nothing'} is missing and {', '.join(unknown) or 'nothing'} is "
            f"unknown; give {', '.join(known)}."
        )
