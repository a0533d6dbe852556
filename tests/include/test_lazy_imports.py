import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit
MODULES = (
    "include.storage",
    "include.warehouse.connection",
    "include.warehouse.parquet_export",
    "include.quality.check",
    "include.plan.rerun",
    "include.plan.rows",
    "include.plan.text",
    "include.tracking.recorder",
    "include.tracking.search",
    "include.tracking.summary",
    "include.tracking.sweep_record",
    "include.sweep.plots",
    "include.sweep.request",
    "include.sweep.sampler",
)
HEAVY = (
    "great_expectations",
    "matplotlib",
    "optuna",
    "mlflow",
    "pandas",
    "pyarrow",
    "google.cloud.bigquery",
    "upath",
    "tensorflow",
    "airflow",
)


def test_importing_the_domain_loads_nothing_heavy():
    program = f"import sys, {', '.join(MODULES)}; print(*(name for name in {HEAVY!r} if name in sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert loaded.stdout.split() == []
