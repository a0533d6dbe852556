"""What many dates say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from include.backtest.run import BacktestRun


@dataclass(frozen=True)
class Wins:
    """On how many dates, of those that can be compared, the model is better."""

    won: int
    compared: int

    def __str__(self) -> str:
        return f"{self.won} of {self.compared}"


@dataclass(frozen=True)
class Spread:
    """Numbers of one side over the dates; the standard deviation is that of a sample, 0 for a single date."""

    mean: float
    deviation: float
    lowest: float
    highest: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return the spread of some numbers; None where there are none."""
    if not values:
        return None
    return Spread(mean(values), stdev(values) if len(values) > 1 else 0.0, min(values), max(values))


def over_best_baseline(runs: Sequence[BacktestRun]) -> Wins:
    """Return the dates on which the model is better than the best baseline."""
    return _wins([each.beats(each.best_baseline) for each in runs])


def over_champion(runs: Sequence[BacktestRun]) -> Wins:
    """Return the dates on which the model is better than a champion that saw none of the test rows."""
    return _wins([each.beats(each.champion) for each in runs if not each.champion_saw])


def _wins(compared: Sequence[bool | None]) -> Wins:
    known = [each for each in compared if each is not None]
    return Wins(sum(known), len(known))
