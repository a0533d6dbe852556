"""The dates of a schedule as a table: in plain text for a log, and as one HTML file with a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from include.holdouts.holdout import BASELINES, Holdout
from include.holdouts.summary import Spread, over_best_baseline, over_champion, spread

MODEL, CHAMPION = "model", "champion"
SEEN = "*"
TEMPLATE = Path(__file__).parent / "report.html.j2"
SPREAD = {"mean": "mean", "± deviation": "deviation", "lowest": "lowest", "highest": "highest"}
_DATE_WIDTH = 12


def title_of(holdouts: Sequence[Holdout], name: str) -> str:
    """Return what a report of these dates is called: of what, in what, of which configs."""
    days = {each.days for each in holdouts}
    period = f" on the last {days.pop()} days" if len(days) == 1 and None not in days else ""
    configs = ", ".join(sorted({each.configs for each in holdouts}))
    return f"{name}: {holdouts[0].metric}{period}; {configs}"


def series(holdouts: Sequence[Holdout]) -> dict[str, list[float | None]]:
    """Return the numbers of each side by date: the model, each baseline, the champion if there was one."""
    sides: dict[str, list[float | None]] = {MODEL: [each.model for each in holdouts]}
    for name in BASELINES:
        if any(name in each.baselines for each in holdouts):
            sides[name] = [each.baselines.get(name) for each in holdouts]
    if any(each.champion is not None for each in holdouts):
        sides[CHAMPION] = [each.champion for each in holdouts]
    return sides


def spreads(holdouts: Sequence[Holdout]) -> dict[str, Spread | None]:
    """Return the spread of each side; of the champion, only where it can be compared."""
    sides = series(holdouts)
    if CHAMPION in sides:
        sides[CHAMPION] = [None if each.champion_saw else each.champion for each in holdouts]
    return {name: spread([each for each in values if each is not None]) for name, values in sides.items()}


def conclusions(holdouts: Sequence[Holdout]) -> list[str]:
    """Return what the dates say, as sentences."""
    metric = holdouts[0].metric
    said = [f"In {metric}, the model beats the best baseline on {over_best_baseline(holdouts)} dates."]
    against = over_champion(holdouts)
    if against.compared:
        said.append(f"It beats the champion on {against} dates.")
    if seen := sum(each.champion_saw for each in holdouts):
        said.append(
            f"On {seen} dates, marked {SEEN}, the champion was trained on some of the test rows: these are "
            "not compared."
        )
    if failed := [each for each in holdouts if each.model is None]:
        dates = ", ".join(f"{each.until} ({each.state.replace('_', ' ')})" for each in failed)
        said.append(f"Without a result: {dates}.")
    return said


def render_text(title: str, holdouts: Sequence[Holdout]) -> str:
    """Return the table for a log; lines without trailing spaces."""
    sides = series(holdouts)
    widths = {name: max(len(name), 7) + 2 for name in sides}
    lines = [title, "until".ljust(_DATE_WIDTH) + _cells({name: name for name in sides}, widths) + "  verdict"]
    for place, each in enumerate(holdouts):
        numbers = {name: _number(values[place]) for name, values in sides.items()}
        if each.champion_saw and CHAMPION in numbers:
            numbers[CHAMPION] = f"{SEEN}{numbers[CHAMPION]}"
        state = each.state.replace("_", " ")
        lines.append(f"{each.until}".ljust(_DATE_WIDTH) + _cells(numbers, widths) + f"  {state}")
    lines += _spread_lines(spreads(holdouts), widths)
    return "\n".join(line.rstrip() for line in (*lines, *conclusions(holdouts)))


def render_html(title: str, holdouts: Sequence[Holdout]) -> str:
    """Return the report for people: one file that loads nothing from elsewhere."""
    from base64 import b64encode

    from jinja2 import Environment, StrictUndefined

    from include.holdouts.chart import draw

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = _number
    return environment.from_string(TEMPLATE.read_text()).render(
        title=title,
        holdouts=holdouts,
        sides=series(holdouts),
        spreads=spreads(holdouts),
        rows=SPREAD,
        conclusions=conclusions(holdouts),
        seen=SEEN,
        champion=CHAMPION,
        chart=b64encode(draw(title, holdouts)).decode(),
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
