"""What a graph is made of: the options that the orchestrator sends, parsed once."""

from enum import StrEnum
from typing import Self

from pydantic import Field, ValidationError

from recsflow_trainer.config_section import Section, problems
from recsflow_trainer.errors import ManifestError

_COLUMN = "the name of a column"


class Target(StrEnum):
    """What is predicted of a visit."""

    BASKET_VALUE = "basket_value"
    NEXT_VISIT_VALUE = "next_visit_value"


class Encoding(StrEnum):
    """How a column of the rows becomes numbers of a node."""

    ONE_HOT = "one_hot"
    LOG = "log"
    NONE = "none"


class NodeColumn(Section):
    """A column of the rows that describes a product in a basket.

    Attributes:
        column: Its name.
        encoding: A share of 1 for its value among those of the train rows, or the number itself.
        max_values: The most frequent values that one_hot tells apart; all others share one place.
    """

    column: str = Field(min_length=1, description=_COLUMN)
    encoding: Encoding = Field(description=f"one of: {', '.join(Encoding)}")
    max_values: int = Field(default=64, ge=1, description="an integer of 1 or more")


class GraphOptions(Section):
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

    customer: str = Field(min_length=1, description=_COLUMN)
    product: str = Field(min_length=1, description=_COLUMN)
    basket: str = Field(min_length=1, description=_COLUMN)
    date: str = Field(min_length=1, description=_COLUMN)
    value: str = Field(min_length=1, description=_COLUMN)
    target: Target = Field(description=f"one of: {', '.join(Target)}")
    neighbors: int = Field(ge=1, description="an integer of 1 or more")
    history: bool = Field(description="true or false")
    nodes: tuple[NodeColumn, ...] = Field(default=(), description="a list of objects")

    @property
    def columns(self) -> list[str]:
        """The columns of the rows that are read, each once."""
        return list(dict.fromkeys([*self.visit_columns, *(node.column for node in self.nodes)]))

    @property
    def visit_columns(self) -> list[str]:
        """The columns that say who bought what in which visit, each once."""
        return list(dict.fromkeys([self.customer, self.product, self.basket, self.date, self.value]))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Parses what the orchestrator sends.

        Raises:
            ManifestError: It lists every field that is missing, unknown or of a wrong value.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ManifestError("\n".join(problems(error, cls, place="graph_options"))) from None
