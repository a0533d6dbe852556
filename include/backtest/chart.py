"""The dates of a schedule as a chart."""

from __future__ import annotations

import io
from collections.abc import Sequence

from include.backtest.run import BacktestRun
from include.backtest.series import CHAMPION, MODEL, series

NAMED_DATES = 16


def draw(title: str, runs: Sequence[BacktestRun]) -> bytes:
    """Return a PNG: a line for each side over the dates, hollow where the champion saw the test rows."""
    # The figure's own canvas, since pyplot would keep it, and look for a screen.
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    dates = date2num([each.until for each in runs])
    for name, values in series(runs).items():
        numbers = [float("nan") if value is None else value for value in values]
        style = {"linewidth": 2.4, "marker": "o"} if name in {MODEL, CHAMPION} else {"linestyle": "--"}
        axes.plot(dates, numbers, label=name, **style)
        if name == CHAMPION:
            seen = [place for place, each in enumerate(runs) if each.champion_saw]
            hollow = [numbers[place] for place in seen]
            axes.plot(dates[seen], hollow, "o", color="white", zorder=3, markersize=4)
    if len(dates) <= NAMED_DATES:
        axes.set_xticks(dates, [each.until.isoformat() for each in runs], rotation=30, ha="right")
    else:
        locator = AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.set_title(title, fontsize=10)
    axes.set_ylabel(runs[0].metric)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    return picture.getvalue()
