"""Trains a model again and again: one Airflow DAG for each file in `schedules`.

    # include/configs/schedules/weekly.yaml
    schedule: "0 5 * * 1"
    dataset: complete_journey
    features: assortment
    model: history
    parameters: {sample_percent: 100}

Each run is an experiment on the rows up to its logical date, so a backfill shows how the model would
have done.
"""

from recsflow.schedules import retraining_dags

# Airflow takes the DAGs that it finds among a module's names.
globals().update(retraining_dags())
