"""The plan of a sweep, as a run has kept it."""

from __future__ import annotations

from include import storage
from include.sweep.plan import SweepPlan


def read_plan(uri: str) -> SweepPlan:
    """Return the plan of a sweep."""
    return SweepPlan.from_json(storage.read_bytes(uri))
