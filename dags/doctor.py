"""Says whether a run would find all that it needs, before anything is spent.

Trigger it after a change of the connection, the Variable `recsflow`, a role or a bucket:

    airflow dags trigger doctor

It looks for the account and its permissions, writes, reads and removes a file below the artifact root, lets
BigQuery check a query without running it, compares locations, resolves the image's digest, and asks Vertex
AI, what compiles pipelines, and MLflow. Each finding is a sentence in the log of the task, with its remedy;
the run is red where one would make every run fail. `make doctor` says the same in a terminal.
"""

from airflow.sdk import dag

from recsflow.tasks.doctor import examine


@dag(
    schedule=None,
    doc_md=__doc__,
    description="Checks settings, permissions, storage, BigQuery, Vertex AI, image, compiler and MLflow",
    tags=["maintenance"],
)
def doctor() -> None:
    """Says whether a run would find all that it needs."""
    examine()


dag_object = doctor()
