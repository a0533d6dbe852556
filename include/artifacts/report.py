"""Pages that sum up many runs."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact, file


@dataclass(frozen=True)
class BacktestReport(Artifact, path="holdouts/{schedule}"):
    """The runs of a schedule by date.

    Attributes:
        schedule: Name of the schedule's config.
    """

    schedule: str

    page = file(".html")
    # Of `make backtest`, which leaves the page of the scheduled runs alone; no schedule's name has a dot.
    backtest_page = file(".backtest.html")


@dataclass(frozen=True)
class DoctorsProbe(Artifact, path="doctor/{probe_id}", names={"probe_id": "[0-9a-f]{32}"}):
    """What the doctor writes, reads and removes.

    Attributes:
        probe_id: Unlike that of any other.
    """

    probe_id: str

    text = file(".txt")
