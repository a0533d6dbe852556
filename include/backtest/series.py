"""The numbers of each side over the dates."""

from __future__ import annotations

from collections.abc import Sequence

from include.backtest.run import BacktestRun
from include.backtest.summary import Spread, spread
from include.metrics.baselines import BASELINES

MODEL, CHAMPION = "model", "champion"


def series(runs: Sequence[BacktestRun]) -> dict[str, list[float | None]]:
    """Return the numbers of each side by date: the model, each baseline, the champion if there was one."""
    sides: dict[str, list[float | None]] = {MODEL: [each.model for each in runs]}
    for name in BASELINES:
        if any(name in each.baselines for each in runs):
            sides[name] = [each.baselines.get(name) for each in runs]
    if any(each.champion is not None for each in runs):
        sides[CHAMPION] = [each.champion for each in runs]
    return sides


def spreads(runs: Sequence[BacktestRun]) -> dict[str, Spread | None]:
    """Return the spread of each side; of the champion, only where it can be compared."""
    sides = series(runs)
    if CHAMPION in sides:
        sides[CHAMPION] = [None if each.champion_saw else each.champion for each in runs]
    return {name: spread([each for each in values if each is not None]) for name, values in sides.items()}
