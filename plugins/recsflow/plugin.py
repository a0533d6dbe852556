"""The plugin that Airflow registers. Operators, links and triggers need no registration."""

from airflow.plugins_manager import AirflowPlugin

from recsflow.extensions import experiments_page, pools, run_note
from recsflow.extensions.form_errors import FormErrors
from recsflow.extensions.priority import BackfillLast


class RecsflowPlugin(AirflowPlugin):
    """Shows the Experiments page, notes what matters on DAG runs, makes the pool, lets backfills wait."""

    name = "recsflow"
    listeners = [run_note, pools]  # noqa: RUF012 (Airflow's own contract)
    priority_weight_strategies = [BackfillLast]  # noqa: RUF012 (as above)
    react_apps = experiments_page.react_apps()
    fastapi_root_middlewares = [  # noqa: RUF012 (as above)
        {"middleware": FormErrors, "args": [], "kwargs": {}, "name": "recsflow form errors"}
    ]
    fastapi_apps = experiments_page.fastapi_apps()
