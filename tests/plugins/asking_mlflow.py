"""What a task asks of MLflow, in short."""

from include.tracking.connection import tracking_client


def ask(cloud_run):
    """Names of MLflow's experiments."""
    with tracking_client(cloud_run.url) as client:
        return [found.name for found in client.search_experiments()]


def a_run(client):
    """Id of a new run."""
    return client.create_run(client.get_experiment_by_name("Default").experiment_id).info.run_id
