import json
import shutil
from pathlib import Path

import pytest

from include.artifacts.experiment import ExperimentFolder
from include.tracking.outcome import ComponentOutcome, PipelineOutcome
from include.tracking.training_metrics import parse_training_metrics
from tests.include.complete_journey import resolved

CONTRACT = Path(__file__).parents[2] / "contracts" / "training_metrics_v2.json"


@pytest.fixture
def document():
    """What a training run wrote, as plain values."""
    return json.loads(CONTRACT.read_text())


@pytest.fixture
def metrics_with(document):
    """Training metrics with some values replaced."""
    return lambda **changes: parse_training_metrics(json.dumps({**document, **changes}))


@pytest.fixture
def metrics(metrics_with):
    return metrics_with()


@pytest.fixture
def succeeded():
    components = (ComponentOutcome("Transform", "cached"), ComponentOutcome("Trainer", "succeeded", 16.2))
    steps = {"stage_dataset": 4.1, "wait_for_pipeline": 20.0}
    return PipelineOutcome("succeeded", job_id="quick-test-1", components=components, steps_s=steps)


@pytest.fixture
def failed():
    error = "ValueError: no such column: price"
    components = (ComponentOutcome("Transform", "failed", 3.0, error), ComponentOutcome("Trainer", "not run"))
    return PipelineOutcome("failed", "Transform failed", job_id="quick-test-1", components=components)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """An MLflow database whose tables are made once, which takes seconds; tests copy it."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(scope="session")
def tracking_uri(empty_database, tmp_path_factory):
    """An MLflow store that tests share."""
    return f"sqlite:///{shutil.copy(empty_database, tmp_path_factory.mktemp('store'))}"


@pytest.fixture
def store(tracking_uri, tmp_path, request):
    """Where a test records: an MLflow experiment of its own, which keeps its files in a temporary folder."""
    from mlflow import MlflowClient

    name = request.node.nodeid
    MlflowClient(tracking_uri).create_experiment(name, artifact_location=f"file://{tmp_path}/artifacts")
    return {"tracking_uri": tracking_uri, "experiment_name": name}


@pytest.fixture
def runs_in(store):
    """All active runs of the test's MLflow experiment."""
    from mlflow import MlflowClient

    client = MlflowClient(store["tracking_uri"])
    experiment = client.get_experiment_by_name(store["experiment_name"])
    return lambda: client.search_runs([experiment.experiment_id])


@pytest.fixture
def experiment():
    return resolved(learning_rate=0.5, model="deep", notes="does a fast rate hurt?").model_copy(
        update={"number": 12}
    )


@pytest.fixture
def folder(tmp_path):
    return ExperimentFolder(tmp_path.as_uri(), "one")


@pytest.fixture
def the_run(runs_in):
    """The only run there is."""

    def read():
        (run,) = runs_in()
        return run

    return read
