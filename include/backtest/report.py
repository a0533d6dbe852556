"""The dates of a schedule as a table: in plain text for a log, and as one HTML file with a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from include.backtest.chart import draw
from include.backtest.run import BacktestRun
from include.backtest.series import CHAMPION, series, spreads
from include.backtest.summary import Spread, over_best_baseline, over_champion

SEEN = "*"
TEMPLATE = Path(__file__).parent / "report.html.j2"
SPREAD = {"mean": "mean", "± deviation": "deviation", "lowest": "lowest", "highest": "highest"}
_DATE_WIDTH = 12


def title_of(runs: Sequence[BacktestRun], name: str) -> str:
    """Return what a report of these dates is called: of what, in what, of which configs."""
    days = {each.days for each in runs}
    period = f" on the last {days.pop()} days" if len(days) == 1 and None not in days else ""
    configs = ", ".join(sorted({each.configs for each in runs}))
    return f"{name}: {runs[0].metric}{period}; {configs}"


def conclusions(runs: Sequence[BacktestRun]) -> list[str]:
    """Return what the dates say, as sentences."""
    metric = runs[0].metric
    said = [f"In {metric}, the model beats the best baseline on {over_best_baseline(runs)} dates."]
    against = over_champion(runs)
    if against.compared:
        said.append(f"It beats the champion on {against} dates.")
    if seen := sum(each.champion_saw for each in runs):
        said.append(
            f"On {seen} dates, marked {SEEN}, the champion was trained on some of the test rows: these are "
            "not compared."
        )
    if failed := [each for each in runs if each.model is None]:
        dates = ", ".join(f"{each.until} ({each.state.replace('_', ' ')})" for each in failed)
        said.append(f"Without a result: {dates}.")
    return said


def render_text(title: str, runs: Sequence[BacktestRun]) -> str:
    """Return the table for a log; lines without trailing spaces."""
    sides = series(runs)
    widths = {name: max(len(name), 7) + 2 for name in sides}
    lines = [title, "until".ljust(_DATE_WIDTH) + _cells({name: name for name in sides}, widths) + "  verdict"]
    for place, each in enumerate(runs):
        numbers = {name: _number(values[place]) for name, values in sides.items()}
        if each.champion_saw and CHAMPION in numbers:
            numbers[CHAMPION] = f"{SEEN}{numbers[CHAMPION]}"
        state = each.state.replace("_", " ")
        lines.append(f"{each.until}".ljust(_DATE_WIDTH) + _cells(numbers, widths) + f"  {state}")
    lines += _spread_lines(spreads(runs), widths)
    return "\n".join(line.rstrip() for line in (*lines, *conclusions(runs)))


def render_html(title: str, runs: Sequence[BacktestRun]) -> str:
    """Return the report for people: one file that loads nothing from elsewhere."""
    from base64 import b64encode

    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = _number
    return environment.from_string(TEMPLATE.read_text()).render(
        title=title,
        runs=runs,
        sides=series(runs),
        spreads=spreads(runs),
        rows=SPREAD,
        conclusions=conclusions(runs),
        seen=SEEN,
        champion=CHAMPION,
        chart=b64encode(draw(title, runs)).decode(),
    )


def _spread_lines(found: Mapping[str, Spread | None], widths: Mapping[str, int]) -> Iterator[str]:
    for label, value in SPREAD.items():
        numbers = {
            name: _number(getattr(each, value) if each is not None else None) for name, each in found.items()
        }
        yield label.ljust(_DATE_WIDTH) + _cells(numbers, widths)


def _cells(texts: Mapping[str, str], widths: Mapping[str, int]) -> str:
    return "".join(text.rjust(widths[name]) for name, text in texts.items())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
