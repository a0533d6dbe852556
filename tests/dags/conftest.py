"""Airflow's home is a folder of the test run's own, chosen before anything imports Airflow."""

import os
import sys
import tempfile
from pathlib import Path

if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="recsflow-airflow-")
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    # DAGs name what the plugin registers.
    os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(Path(__file__).resolve().parents[2] / "plugins")
