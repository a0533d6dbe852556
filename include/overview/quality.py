"""The quality report in numbers."""

from __future__ import annotations

import json

from include.experiment.config.base import Frozen


class QualitySummary(Frozen):
    """How many rules the rows of a run keep and break.

    Attributes:
        failed: Broken critical rules, which end a run.
        warnings: Other broken rules.
        findings: Each broken rule, the critical ones first.
        has_report: Whether there is a page of it.
    """

    passed: int
    failed: int
    warnings: int
    findings: tuple[str, ...]
    has_report: bool


def quality_summary(text: bytes, *, has_report: bool) -> QualitySummary:
    """Return the summary of a `quality.json`."""
    report = json.loads(text)
    failed, warnings = report["critical_failures"], report["warnings"]
    return QualitySummary(
        passed=sum(bool(check["met"]) for check in report["checks"]),
        failed=len(failed),
        warnings=len(warnings),
        findings=(*failed, *warnings),
        has_report=has_report,
    )
