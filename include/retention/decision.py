"""What may go: what is older than the retention and what nothing that stays needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from include.errors import ConfigError, Problem
from include.experiment.config.base import MAX_DAYS
from include.retention.item import Item

FurtherUses: TypeAlias = Callable[[Item, bool], frozenset[str]]


@dataclass(frozen=True)
class Kept:
    """An item that stays despite its age, and why."""

    item: Item
    reason: str


@dataclass(frozen=True)
class Decision:
    """What becomes of what is there.

    Attributes:
        cutoff: What changed at this time or later stays.
        going: What may go, in the order in which it should.
        kept: What stays despite its age.
        young: How many items are not that old.
    """

    cutoff: datetime
    going: tuple[Item, ...]
    kept: tuple[Kept, ...]
    young: int


def cutoff_of(retention_days: object, now: datetime) -> datetime:
    """Return the time before which something must have changed last, to go.

    Raises:
        ConfigError: The retention is no whole number of days, less than one, or longer than the calendar.
    """
    if (
        not isinstance(retention_days, int)
        or isinstance(retention_days, bool)
        or not 1 <= retention_days <= MAX_DAYS
    ):
        problem = Problem(
            "run parameters",
            "retention_days",
            f"is {retention_days!r}",
            f"use a whole number of days, 1 to {MAX_DAYS}",
        )
        raise ConfigError([problem])
    return now - timedelta(days=retention_days)


def decide(
    items: Iterable[Item], needed: Mapping[str, str], cutoff: datetime, further_uses: FurtherUses
) -> Decision:
    """Return what may go.

    What stays keeps what it uses, and so on: an old job of which a younger one re-used a result stays as a
    whole, since the engine would hand that result out again. What is young or runs keeps what it reads too.

    Args:
        items: All that is there.
        needed: Why an item is needed in any case, by its name.
        cutoff: What changed at this time or later stays.
        further_uses: What an item uses beside its `uses`; asked for what stays only, with whether it is young
            or runs.
    """
    known = {item.name: item for item in items}
    reasons: dict[str, str] = {}

    def uses(item: Item) -> frozenset[str]:
        active = item.runs or item.newest >= cutoff
        return item.uses | further_uses(item, active) | (item.reads if active else frozenset())

    for name, reason in _roots(known, needed, cutoff):
        _keep(name, reason, known, reasons, uses)
    old = [item for item in known.values() if item.newest < cutoff]
    going = sorted((item for item in old if item.name not in reasons), key=_order)
    kept = sorted((item for item in old if item.name in reasons), key=_order)
    return Decision(
        cutoff,
        tuple(going),
        tuple(Kept(item, reasons[item.name]) for item in kept),
        len(known) - len(old),
    )


def _roots(
    known: Mapping[str, Item], needed: Mapping[str, str], cutoff: datetime
) -> Iterable[tuple[str, str]]:
    """Give what stays of itself, and what to say of it and of what it uses; the weightiest reason first."""
    yield from ((name, reason) for name, reason in needed.items() if name in known)
    yield from ((item.name, f"needed by {item.name}, which runs") for item in known.values() if item.runs)
    for item in known.values():
        if item.newest >= cutoff:
            yield item.name, f"needed by {item.name}, younger than the retention"


def _keep(
    name: str,
    reason: str,
    known: Mapping[str, Item],
    reasons: dict[str, str],
    uses: Callable[[Item], frozenset[str]],
) -> None:
    waiting = deque([name])
    while waiting:
        each = waiting.popleft()
        if each in reasons:
            continue
        reasons[each] = reason
        waiting.extend(sorted(used for used in uses(known[each]) if used in known))


def _order(item: Item) -> tuple[int, datetime, str]:
    return list(type(item.kind)).index(item.kind), item.newest, item.name
