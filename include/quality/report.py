"""The quality report: for the task that decides, as JSON, and as one HTML file for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from include.quality.facts import SplitFacts, as_date
from include.quality.validation import Finding

TEMPLATE = Path(__file__).parent / "report.html.j2"


@dataclass(frozen=True)
class QualityReport:
    """What was checked and what was found.

    Attributes:
        experiment_id: The experiment.
        dataset: Name of its dataset config.
        findings: Every rule with what the rows say about it.
        facts: Numbers of each split.
        skipped: Rules that could not apply, each with the reason.
        source: The state of the source that the rows are of.
        account: What became of the rows of the window, as sentences.
    """

    experiment_id: str
    dataset: str
    findings: tuple[Finding, ...]
    facts: Mapping[str, SplitFacts]
    skipped: tuple[str, ...] = ()
    source: str = "not known"
    account: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no critical rule is broken."""
        return not self.critical_failures

    @property
    def critical_failures(self) -> tuple[str, ...]:
        """Broken critical rules, each with the offending numbers."""
        return tuple(str(each) for each in self.findings if each.critical and not each.met)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Other broken rules, each with the offending numbers."""
        return tuple(str(each) for each in self.findings if not each.critical and not each.met)

    @cached_property
    def json(self) -> str:
        """The report for programs."""
        return json.dumps(self._document(), indent=2) + "\n"

    @cached_property
    def html(self) -> str:
        """The report for people: one file that loads nothing from elsewhere."""
        from jinja2 import Environment, StrictUndefined

        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters["as_date"] = as_date
        ordered = sorted(self.findings, key=lambda each: (each.met, not each.critical))
        template = environment.from_string(TEMPLATE.read_text())
        return template.render(report=self, findings=ordered)

    def _document(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "experiment_id": self.experiment_id,
            "dataset": self.dataset,
            "passed": self.passed,
            "critical_failures": self.critical_failures,
            "warnings": self.warnings,
            "skipped": self.skipped,
            "source": self.source,
            "account": self.account,
            "splits": {split: asdict(facts) for split, facts in self.facts.items()},
            "checks": [
                {
                    "says": each.rule.says,
                    "met": each.met,
                    "observed": each.observed,
                    "severity": each.rule.severity.value,
                    "field": each.rule.field,
                    "expectation": each.rule.type,
                    "kwargs": each.rule.kwargs,
                    "split": each.rule.split,
                }
                for each in self.findings
            ],
        }
