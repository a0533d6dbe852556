"""The plugin that Airflow registers. Links travel with their operators; here they are listed as installed."""

from airflow.plugins_manager import AirflowPlugin

from recsflow import run_note
from recsflow.links import ALL_LINKS


class RecsflowPlugin(AirflowPlugin):
    """Operators, sensor and links of recsflow."""

    name = "recsflow"
    operator_extra_links = [link() for link in ALL_LINKS]  # noqa: RUF012 (Airflow's own contract)
    listeners = [run_note]  # noqa: RUF012
