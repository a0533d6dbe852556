"""The form of a clean-up: how old something must be, and whether it really goes."""

from __future__ import annotations

from airflow.sdk import Param

from include.experiment.config.form_fields import FIRST


def clean_up_params() -> dict[str, Param]:
    """Return the params of a clean-up."""
    return {
        "dry_run": Param(
            True,
            type="boolean",
            title="Dry run",
            description="Say what would go and what stays and why, and remove nothing.",
            section=FIRST,
        ),
        "retention_days": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Retention in days",
            description="What did not change for so long goes, unless something needs it. Empty: the "
            "`retention_days` of the Variable `recsflow`, 30 unless it says otherwise.",
            section=FIRST,
        ),
    }
