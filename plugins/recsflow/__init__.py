"""What Airflow loads: operators, sensor, trigger, hooks and links. Importing it costs nothing."""
