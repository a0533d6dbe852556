"""Items of a clean-up, aged in days."""

from datetime import UTC, datetime, timedelta

from include.retention.item import Item, Kind

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
CUTOFF = NOW - timedelta(days=30)
ROOT = "gs://bucket/prefix"
OLD = "quick-test-old-0123456789"
NEW = "quick-test-new-9876543210"


def item(name, age_days, *uses, reads=(), runs=False, size_bytes=0):
    """An item whose first change is a day before its last."""
    kinds = {
        "tables": Kind.TABLE,
        "rows": Kind.ROWS,
        "modules": Kind.MODULES,
        "compiled": Kind.SPEC,
        "sweeps": Kind.SWEEP,
        "experiments": Kind.EXPERIMENT,
        "pipeline_root": Kind.ARTIFACTS,
        "pipelineJobs": Kind.PIPELINE_JOB,
        "customJobs": Kind.CUSTOM_JOB,
    }
    changed = NOW - timedelta(days=age_days)
    return Item(
        kinds[name.partition("/")[0]],
        name,
        oldest=changed - timedelta(days=1),
        newest=changed,
        size_bytes=size_bytes,
        uses=frozenset(uses),
        reads=frozenset(reads),
        runs=runs,
    )
