"""An upper bound on what a run costs. Prices are given by whoever pays; none is assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from include.experiment.config.accelerators import Accelerator
from include.experiment.config.base import Frozen
from include.plan.cache_hits import TRAINER, ComponentPlan

BYTES_PER_TIB = 2**40
_SECONDS_PER_HOUR = 3600


class Prices(Frozen):
    """What things cost; one that is missing is said to be.

    Attributes:
        currency: Of every price, `USD` for example.
        basis: Where the prices are from and what they hold for, as a person would ask.
        query_per_tib: A TiB that BigQuery reads.
        component_per_hour: An hour of the machine that Vertex AI gives a container which asks for none, an
            e2-standard-4: that of a component other than the Trainer, and of a custom job after the pipeline.
        trainer_per_hour: An hour of the Trainer's machine with its accelerator, by accelerator; the
            machine of each is in `experiment/config/accelerators.py`.
    """

    currency: str = Field(min_length=1)
    basis: str = Field(min_length=1)
    query_per_tib: float | None = Field(default=None, ge=0)
    component_per_hour: float | None = Field(default=None, ge=0)
    trainer_per_hour: dict[Accelerator, float] = Field(default_factory=dict)


@dataclass(frozen=True)
class CostItem:
    """A part of the bound.

    Attributes:
        what: What is paid for.
        quantity: How much of it at most, in words.
        price: Price of a unit, in words; empty where it is not given.
        amount: What it costs at most; None where the quantity or the price is not known.
    """

    what: str
    quantity: str
    price: str
    amount: float | None


@dataclass(frozen=True)
class Usage:
    """What a run uses at most.

    Attributes:
        scanned_bytes: What the staging statement reads, 0 where it does not run; None where it is not known.
        components: The pipeline's components; one of which nothing is known counts as one that runs. None
            where they are not known.
        accelerator: Hardware of the Trainer.
        limit_s: Seconds after which the pipeline job is cancelled; None where nothing cancels it.
        later_jobs_s: By the task that waits for a job after the pipeline, seconds after which that one is.
    """

    scanned_bytes: int | None
    components: Sequence[ComponentPlan]
    accelerator: Accelerator
    limit_s: float | None
    later_jobs_s: Mapping[str, float] = field(default_factory=dict)


def upper_bound(usage: Usage, prices: Prices | None) -> tuple[CostItem, ...]:
    """Return the parts of the bound: the staging statement, the components that run, later jobs."""
    hours = None if usage.limit_s is None else usage.limit_s / _SECONDS_PER_HOUR
    running = [each.name for each in usage.components if each.runs is not False]
    others = [name for name in running if name != TRAINER]
    items = [] if usage.scanned_bytes == 0 else [_query(usage.scanned_bytes, prices)]
    if TRAINER in running or not usage.components:
        price = prices.trainer_per_hour.get(usage.accelerator) if prices else None
        items.append(_machine(f"Trainer ({usage.accelerator.value})", hours, price, prices))
    price = prices.component_per_hour if prices else None
    if others:
        count = f"{len(others)} other component{'s' if len(others) > 1 else ''}"
        items.append(_machine(count, hours, price, prices, machines=len(others)))
    if not usage.components:
        items.append(_machine("other components", None, price, prices))
    for task_id, limit_s in usage.later_jobs_s.items():
        items.append(_machine(f"job of {task_id}", limit_s / _SECONDS_PER_HOUR, price, prices))
    return tuple(items)


def total(items: Sequence[CostItem]) -> float | None:
    """Return the sum; None where a part of it is not known."""
    amounts = [item.amount for item in items]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)


def _query(scanned_bytes: int | None, prices: Prices | None) -> CostItem:
    price = prices.query_per_tib if prices else None
    quantity = "bytes not known" if scanned_bytes is None else size(scanned_bytes)
    amount = None if price is None or scanned_bytes is None else price * scanned_bytes / BYTES_PER_TIB
    return CostItem("staging query", quantity, _price(price, "TiB", prices), 0.0 if price == 0 else amount)


def _machine(
    what: str, hours: float | None, price: float | None, prices: Prices | None, *, machines: int = 1
) -> CostItem:
    amount = None if price is None or hours is None else price * hours * machines
    times = f"{machines} x " if machines > 1 else ""
    quantity = "hours not known" if hours is None else f"{times}{hours:g} h"
    return CostItem(what, quantity, _price(price, "hour", prices), 0.0 if price == 0 else amount)


def _price(price: float | None, unit: str, prices: Prices | None) -> str:
    return "" if price is None or prices is None else f"{price:g} {prices.currency} per {unit}"


def size(count: int) -> str:
    """Return a number of bytes as a person reads it."""
    amount = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.2f} TiB"
