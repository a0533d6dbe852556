"""Which cards are wanted, as a condition of SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from include.cards.card import Kind, State
from include.errors import RecsflowError
from include.tracking.training_metrics import Verdict

_CHOICES: dict[str, type[StrEnum]] = {"state": State, "kind": Kind, "verdict": Verdict}
_FIELDS = (
    *("experiment_id", "state", "dataset", "features", "model", "model_type", "verdict", "dag_id"),
    *("run_id", "schedule", "sweep_id", "kind", "test_rows"),
)


class InvalidSearch(RecsflowError, ValueError):
    """A filter, a sort or a cursor that means nothing; says what would."""


@dataclass(frozen=True)
class Clause:
    """A condition that rows fulfil, with its values; without a condition, all rows do."""

    condition: str = ""
    values: tuple[Any, ...] = ()

    @property
    def sql(self) -> str:
        """The clause of a statement; empty where there is no condition."""
        return f"WHERE {self.condition}" if self.condition else ""

    def and_(self, other: Clause) -> Clause:
        """Return what fulfils both."""
        conditions = [f"({each})" for each in (self.condition, other.condition) if each]
        return Clause(" AND ".join(conditions), (*self.values, *other.values))


@dataclass(frozen=True)
class CardFilter:
    """Which cards are wanted: of each field one of the values, where there are any.

    Attributes:
        test_rows: Keys of test rows: cards that may be compared share one.
        q: Words that all have to be found in names, ids, the user or params.
        readable: The DAGs whose cards may be seen; None for all.
    """

    experiment_id: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    dataset: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    model_type: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    dag_id: tuple[str, ...] = ()
    run_id: tuple[str, ...] = ()
    schedule: tuple[str, ...] = ()
    sweep_id: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    test_rows: tuple[str, ...] = ()
    q: str = ""
    readable: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuse values that no card can have.

        Raises:
            InvalidSearch: Names the field, the value and what there is.
        """
        for field, choices in _CHOICES.items():
            known = [each.value for each in choices]
            for value in getattr(self, field):
                if value not in known:
                    raise InvalidSearch(f"{field} is {value!r}; use one of {', '.join(known)}.")

    def without(self, field: str) -> Self:
        """Return the filter with any value of a field."""
        any_value: dict[str, Any] = {field: ()} if field in _FIELDS else {}
        return replace(self, **any_value)

    def where(self) -> Clause:
        """Return the condition of all of it."""
        clause = Clause()
        for each in self._clauses():
            clause = clause.and_(each)
        return clause

    def _clauses(self) -> Iterator[Clause]:
        if self.readable is not None:
            yield _one_of("dag_id", sorted(self.readable))
        for field in _FIELDS:
            if values := getattr(self, field):
                yield _one_of(field, values)
        for word in self.q.casefold().split():
            yield Clause("instr(searched, ?) > 0", (word,))


def _one_of(field: str, values: Any) -> Clause:
    return Clause(f"{field} IN (SELECT value FROM json_each(?))", (json.dumps(list(values)),))  # noqa: S608
