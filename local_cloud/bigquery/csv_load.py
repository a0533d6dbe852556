"""Loads of files into tables, as BigQuery does them.

The emulator takes the first line of every CSV file for a header and reads no option of the load job, so that
a file without a header loses a row; and it fills a table from Parquet by the position of columns. BigQuery
skips `skipLeadingRows` lines, none unless it is told to, and takes Parquet's columns by name. See
docs/emulator-csv-first-row.md.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bqemulator.api.dependencies import AppContext
from bqemulator.domain.errors import UnsupportedFeatureError

type LoadPath = Callable[[str, Any, AppContext], None]

GZIP = b"\x1f\x8b"
ENCODINGS = {"": "utf-8", "UTF-8": "utf-8", "ISO-8859-1": "latin-1"}


def with_load_options(load_path: LoadPath) -> LoadPath:
    """Returns what loads one file into the table of a load job, CSV and Parquet as BigQuery does."""

    def load(path: str, job: Any, ctx: AppContext) -> None:
        if job.source_format == "CSV":
            _load_csv(path, job.target_ref, job.raw_config, ctx)
        elif job.source_format == "PARQUET":
            _load_parquet(path, job.target_ref, ctx)
        else:
            load_path(path, job, ctx)

    return load


def _load_parquet(path: str, target: str, ctx: AppContext) -> None:
    # The emulator checked and quoted the table's name.
    ctx.engine.execute(f"INSERT INTO {target} BY NAME SELECT * FROM read_parquet(?)", [path])  # noqa: S608


def _load_csv(path: str, target: str, config: Mapping[str, Any], ctx: AppContext) -> None:
    found: Mapping[str, Any] = {}
    if config.get("autodetect"):
        sniffed = ctx.engine.execute("SELECT Delimiter, HasHeader FROM sniff_csv(?)", [path]).fetchone()
        found = {"fieldDelimiter": sniffed[0], "skipLeadingRows": int(sniffed[1])} if sniffed else {}
    given = {name: value for name, value in config.items() if value is not None}
    with Path(path).open("rb") as file:
        compressed = file.read(len(GZIP)) == GZIP
    options = copy_options({**found, **given}, compressed=compressed)
    listed = ", ".join(
        _quoted(field["name"], '"') for field in (config.get("schema") or {}).get("fields", ())
    )
    ctx.engine.execute(f"COPY {target} {f'({listed})' if listed else ''} FROM ? ({options})", [path])


def copy_options(config: Mapping[str, Any], *, compressed: bool = False) -> str:
    """Returns a load job's CSV options as those of DuckDB's COPY.

    Args:
        config: `configuration.load` of the job.
        compressed: Whether the file is gzipped, which BigQuery sees for itself.

    Raises:
        UnsupportedFeatureError: The file has an encoding that is not read here.
    """
    encoding = str(config.get("encoding", ""))
    if encoding not in ENCODINGS:
        raise UnsupportedFeatureError(f"encoding is {encoding!r}; the emulator reads UTF-8 and ISO-8859-1.")
    quote = config.get("quote", '"')
    options = {
        "FORMAT": "CSV",
        "AUTO_DETECT": "false",
        "HEADER": "false",
        "SKIP": str(int(config.get("skipLeadingRows", 0))),
        "DELIMITER": _quoted(_delimiter(str(config.get("fieldDelimiter") or ","))),
        "QUOTE": _quoted(quote),
        "ESCAPE": _quoted(quote),
        "NULLSTR": _quoted(config.get("nullMarker", "")),
        # An empty text in quotes is an empty text, not a missing one.
        "ALLOW_QUOTED_NULLS": "false",
        "NULL_PADDING": "true" if config.get("allowJaggedRows") else "false",
        "ENCODING": _quoted(ENCODINGS[encoding]),
        "COMPRESSION": "gzip" if compressed else "none",
    }
    return ", ".join(f"{name} {value}" for name, value in options.items())


def _delimiter(text: str) -> str:
    return {"\\t": "\t", "tab": "\t"}.get(text, text)


def _quoted(text: str, mark: str = "'") -> str:
    return mark + text.replace(mark, mark * 2) + mark
