"""Airflow's home is a folder of the test run's own, chosen before anything imports Airflow."""

import os
import sys
import tempfile

if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="recsflow-airflow-")
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
