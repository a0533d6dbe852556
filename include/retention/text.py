"""What a clean-up would remove or has removed, what stays and why, as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from include.retention.decision import Decision, Kept
from include.retention.item import Item, Kind, newest, oldest
from include.retention.removal import Removal

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_RULE = "-" * 72
RECORDS_STAY = "MLflow's runs, metrics and registered versions stay; backtest pages and sweeps' winners too."


def render_decision(decision: Decision, retention_days: int) -> str:
    """Return what may go by kind, what stays despite its age with the reason, and what is never touched."""
    days = "1 day" if retention_days == 1 else f"{retention_days} days"
    title = f"not changed for {days}, since {decision.cutoff:%Y-%m-%d %H:%M} UTC"
    lines = [_RULE, title, _RULE]
    lines += (
        _table("may go", decision.going)
        if decision.going
        else ["nothing is that old and not needed any more"]
    )
    if decision.kept:
        lines += [_RULE, "kept despite its age", *_reasons(decision.kept)]
    return "\n".join([*lines, _RULE, f"{_counted(decision.young)} younger than that", RECORDS_STAY, _RULE])


def render_removal(removal: Removal) -> str:
    """Return what is gone by kind, what was spared, and what could not be removed."""
    lines = _table("removed", removal.removed) if removal.removed else ["nothing is removed"]
    lines += [f"spared, in use since: {item.name}" for item in removal.spared]
    lines += [f"NOT REMOVED {failure.item.name}: {failure.reason}" for failure in removal.failed]
    return "\n".join([*lines, _RULE])


def size_text(size_bytes: int) -> str:
    """Return a size in the largest unit that leaves a number above one: 1.5 MiB."""
    amount, unit = float(size_bytes), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def _table(title: str, items: Sequence[Item]) -> list[str]:
    lines = [f"{title:<20}{'count':>8}{'size':>13}  {'oldest':<10}  newest"]
    lines += [_row(kind, of_kind) for kind in Kind if (of_kind := [i for i in items if i.kind is kind])]
    return [*lines, _row("total", items)]


def _row(name: str, items: Sequence[Item]) -> str:
    total = sum(item.size_bytes for item in items)
    size = size_text(total) if total else "-"
    return (
        f"{name:<20}{len(items):>8,}{size:>13}  {oldest(items):%Y-%m-%d}  {newest(items):%Y-%m-%d}".rstrip()
    )


def _reasons(kept: Iterable[Kept]) -> list[str]:
    """Say each reason once, with what stays for it."""
    by_reason: dict[str, list[Item]] = defaultdict(list)
    for each in kept:
        by_reason[each.reason].append(each.item)
    lines = []
    for reason, items in by_reason.items():
        counts = [f"{kind} {count}" for kind in Kind if (count := sum(item.kind is kind for item in items))]
        size = size_text(sum(item.size_bytes for item in items))
        lines += [f"  {reason}:", f"    {', '.join(counts)}; {size}"]
    return lines


def _counted(count: int) -> str:
    return f"{count:,} thing is" if count == 1 else f"{count:,} things are"
