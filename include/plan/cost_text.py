"""The part of a plan that is about cost, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from include.plan.cost import CostItem, Prices, Usage, total, upper_bound
from include.plan.lines import row

NOT_IN_IT = (
    "queries of the checks (dates, join keys, rows left out), reading and keeping staged rows and artifacts, "
    "compiling, machines that serve a champion"
)


def cost_lines(usage: Usage, prices: Prices | None, seconds: Mapping[str, float]) -> Iterator[str]:
    """Yield the bound on cost, what it is made of and what it assumes.

    Args:
        usage: What is used at most.
        prices: What it costs; None where nobody has said so.
        seconds: How long components took when they last ran.
    """
    items = upper_bound(usage, prices)
    if prices and total(items) == 0:
        yield row("nothing", prices.basis)
        return
    for item in items:
        yield row(item.what, _amount(item, prices.currency if prices else ""))
    if prices is None:
        yield row("prices", "none given; set `prices` in the Airflow Variable `recsflow` to see amounts")
    else:
        parts = sum(item.amount or 0.0 for item in items)
        whole = total(items) is not None
        unknown = "" if whole else "not known, since a part of it is not; the other parts come to "
        yield row("in all", f"{unknown}{parts:.2f} {prices.currency}")
        yield row("prices", prices.basis)
    if before := _durations(usage, seconds):
        yield row("when last run", before)
    yield row("assumed", "one machine a component, none outlasting the wait for the job, and no retry")
    yield row("not in it", NOT_IN_IT)


def _amount(item: CostItem, currency: str) -> str:
    price = f" at {item.price}" if item.price else ", no price given"
    amount = f" = {item.amount:.2f} {currency}" if item.amount is not None else ""
    return f"{item.quantity}{price if currency else ''}{amount}"


def _durations(usage: Usage, seconds: Mapping[str, float]) -> str:
    running = [each.name for each in usage.components if each.runs is not False]
    return ", ".join(f"{name} {seconds[name]:,.0f} s" for name in running if name in seconds)
