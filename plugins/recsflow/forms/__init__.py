"""The forms that Airflow shows before a run."""
