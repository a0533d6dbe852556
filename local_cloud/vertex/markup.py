"""Small pieces of HTML for the console pages. Everything that comes in as data is escaped."""

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
body { color: #1c2733; }
h1 { font-size: 1.35rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin-top: 2rem; }
nav a { margin-right: 1rem; } a { color: #0b57d0; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #dde3ea; }
td { vertical-align: top; }
th { font-weight: 600; color: #4a5764; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #f5f7f9; padding: .8rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.good { color: #146c2e; } .bad { color: #b3261e; font-weight: 600; }
.active { color: #0b57d0; } .quiet { color: #66717d; }
"""
TONES = {
    "SUCCEEDED": "good",
    "SKIPPED": "good",
    "FAILED": "bad",
    "CANCELLED": "bad",
    "RUNNING": "active",
    "CANCELLING": "active",
}
LABELS = {"SKIPPED": "cached", "NOT_TRIGGERED": "not run"}


class Html(str):
    """Text that is HTML already; any other text is escaped where it is used."""

    __slots__ = ()


def safe(value: object) -> Html:
    """Returns a value as HTML, escaped unless it is HTML already."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def join(parts: Iterable[object]) -> Html:
    """Returns values one after the other."""
    return Html("".join(safe(part) for part in parts))


def link(path: str, text: object) -> Html:
    """Returns a link inside the console."""
    return Html(f'<a href="{escape(quote(path, safe="/:?=&"))}">{safe(text)}</a>')


def table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Html:
    """Returns a table; numbers are set to the right."""
    head = join(Html(f"<th>{safe(cell)}</th>") for cell in header)
    body = join(Html(f"<tr>{join(_cell(cell) for cell in row)}</tr>\n") for row in rows)
    return Html(
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>'
    )


def state(name: str) -> Html:
    """Returns a state in words and colour."""
    short = name.removeprefix("PIPELINE_STATE_")
    words = LABELS.get(short, short.replace("_", " ").lower())
    return Html(f'<span class="{TONES.get(short, "quiet")}">{safe(words)}</span>')


def pre(text: str) -> Html:
    """Returns text as it is, in a fixed width."""
    return Html(f"<pre>{safe(text)}</pre>")


def page(title: str, body: object, *, refresh_s: int = 0) -> str:
    """Returns a whole page, which reloads itself where `refresh_s` is not 0."""
    refresh = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)} · recsflow local cloud</title><style>{STYLE}</style></head>\n"
        f"<body><nav>{link('/console/jobs', 'Jobs')}{link('/console/tables', 'Tables')}"
        f"{link('/console/artifacts/', 'Artifacts')}{link('/console/models', 'Models')}</nav>\n"
        f"<h1>{safe(title)}</h1>\n{safe(body)}</body></html>\n"
    )


def moment(text: str | None) -> str:
    """Returns a time of the API for a reader, to the second."""
    return dt.datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S UTC") if text else ""


def duration(start: str | None, end: str | None) -> str:
    """Returns how long something took, or has taken so far."""
    if not start:
        return ""
    until = dt.datetime.fromisoformat(end) if end else dt.datetime.now(dt.UTC)
    seconds = (until - dt.datetime.fromisoformat(start)).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {seconds % 60:.0f} s"


def _cell(value: object) -> Html:
    kind = ' class="number"' if isinstance(value, int | float) and not isinstance(value, bool) else ""
    return Html(f"<td{kind}>{safe('' if value is None else value)}</td>")
