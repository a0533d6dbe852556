import shutil
from datetime import UTC, datetime, timedelta

import pytest
from mlflow import MlflowClient

from include.tracking.champions import ALIAS, RegisteredChampion, promote, register
from include.tracking.errors import TrackingError
from include.tracking.model_versions import registered_versions

pytestmark = pytest.mark.unit

MOMENT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def registry(empty_database, tmp_path):
    return f"sqlite:///{shutil.copy(empty_database, tmp_path)}"


def add(registry, model, experiment_id):
    run = MlflowClient(registry).create_run("0")
    champion = RegisteredChampion("", experiment_id, f"gs://b/{experiment_id}/model", MOMENT, MOMENT)
    return register(model, run.info.run_id, champion, "because", tracking_uri=registry)


def test_every_version_of_every_model_is_told_with_its_aliases(registry):
    # MLflow tells it in whole milliseconds.
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    add(registry, "retraining_a", "one")
    second = add(registry, "retraining_a", "two")
    add(registry, "retraining_b", "three")
    promote("retraining_a", second, tracking_uri=registry)

    found = {version.experiment_id: version for version in registered_versions(registry)}

    assert {name: (each.model, each.aliases) for name, each in found.items()} == {
        "one": ("retraining_a", ()),
        "two": ("retraining_a", ("champion",)),
        "three": ("retraining_b", ()),
    }
    assert found["two"].model_uri == "gs://b/two/model"
    assert before <= found["two"].registered <= datetime.now(UTC)


def test_models_of_others_are_not_ours_to_judge(registry):
    client = MlflowClient(registry)
    client.create_registered_model("theirs")
    client.create_model_version("theirs", "s3://somewhere", None)
    client.set_registered_model_alias("theirs", ALIAS, "1")

    assert registered_versions(registry) == []


def test_a_champion_that_names_no_model_stops_the_clean_up(registry):
    add(registry, "retraining_a", "one")
    client = MlflowClient(registry)
    client.create_model_version("retraining_a", "s3://somewhere", None)
    client.set_registered_model_alias("retraining_a", ALIAS, "2")

    with pytest.raises(TrackingError, match=r"is on version 2, which has no tag 'recsflow\.model_uri'"):
        registered_versions(registry)
