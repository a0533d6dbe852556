"""Remove what may go, one thing after another, whatever becomes of the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from include.retention.item import Item, Kind
from include.retention.names import pipeline_job_item


@dataclass(frozen=True)
class Failure:
    """An item that could not be removed, and why, in the words of whoever refused."""

    item: Item
    reason: str


@dataclass(frozen=True)
class Removal:
    """What came of removing.

    Attributes:
        removed: What is gone.
        spared: What somebody began to use in the meantime; a later clean-up looks again.
        failed: What could not be removed.
    """

    removed: tuple[Item, ...]
    spared: tuple[Item, ...]
    failed: tuple[Failure, ...]


class InUse(Exception):
    """Somebody began to use an item after it was decided about."""


def remove_all(items: Iterable[Item], remove: Callable[[Item], None]) -> Removal:
    """Remove items in the order given; a pipeline job whose artifacts stay is not asked for.

    Args:
        items: What may go.
        remove: Removes one item; nothing happens where it is gone already. Raises InUse where it must stay.
    """
    removed: list[Item] = []
    spared: list[Item] = []
    failed: list[Failure] = []
    staying: set[str] = set()
    for item in items:
        if item.name in staying:
            # The record says what the artifacts are of, and brings the next clean-up back to them.
            spared.append(item)
            continue
        try:
            remove(item)
        except InUse:
            spared.append(item)
        except Exception as error:
            failed.append(Failure(item, f"{type(error).__name__}: {error}"))
        else:
            removed.append(item)
            continue
        if item.kind is Kind.ARTIFACTS:
            staying.add(pipeline_job_item(item.id))
    return Removal(tuple(removed), tuple(spared), tuple(failed))
