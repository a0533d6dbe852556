"""What Airflow loads: operators, sensor, trigger, hooks and links. Importing it costs nothing."""

from recsflow.domain import refuse_another_include

refuse_another_include()
