"""What Airflow loads: operators, sensor, trigger, hooks and links. Importing it costs nothing."""

from recsflow.domain import refuse_another_include

refuse_another_include()

from recsflow.identity import act_as_connection  # noqa: E402

act_as_connection()
