"""The plugin that Airflow registers. Operators, links and triggers need no registration."""

from airflow.plugins_manager import AirflowPlugin

from recsflow import run_note


class RecsflowPlugin(AirflowPlugin):
    """Puts warnings on the note of a DAG run."""

    name = "recsflow"
    listeners = [run_note]  # noqa: RUF012 (Airflow's own contract)
