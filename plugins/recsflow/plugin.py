"""The plugin that Airflow registers. Operators, links and triggers need no registration."""

from airflow.plugins_manager import AirflowPlugin

from recsflow.extensions import pools, run_note
from recsflow.extensions.priority import BackfillLast


class RecsflowPlugin(AirflowPlugin):
    """Puts what matters on the note of a DAG run, makes the pool, and lets backfills wait for other runs."""

    name = "recsflow"
    listeners = [run_note, pools]  # noqa: RUF012 (Airflow's own contract)
    priority_weight_strategies = [BackfillLast]  # noqa: RUF012 (as above)
