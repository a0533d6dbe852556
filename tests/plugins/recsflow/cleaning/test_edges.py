"""What Vertex AI knows beyond the local cloud, and what it may refuse, at its API on loopback."""

import json
import os
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.context import set_current_context

from include import storage
from recsflow.cleaning.task import clean_up
from recsflow.errors import CleanUpIncomplete, VertexUnavailable
from recsflow.settings import parse_settings
from recsflow.tasks.clean_up import remove_old

pytestmark = pytest.mark.emulator

ONE, TWO = "quick-test-one-0123456789", "quick-test-two-0123456789"
METADATA = "projects/7/locations/us-central1/metadataStores/default/executions"
NOW = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.fixture
def settings(settings_values, pipeline_jobs, bigquery_emulator, tmp_path, monkeypatch):
    values = {**settings_values, "mlflow_tracking_uri": f"sqlite:///{tmp_path}/mlflow.db"}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    return parse_settings(json.dumps(values))


def add(server, settings, job_id, *outputs, state="SUCCEEDED", executions=()):
    """A job of January with its artifacts; `outputs` are further URIs that its components report."""
    folder = f"{settings.layout.pipeline_root}/7/{job_id}/Transform_1"
    uri = storage.write_text(f"{folder}/transform_graph/saved_model.pb", "x")
    os.utime(storage.local_path(uri), (0, 0))
    details = [
        {"taskName": f"Task{number}", "state": "SUCCEEDED", "execution": {"name": name}}
        for number, name in enumerate(executions)
    ]
    artifacts = [{"uri": storage.local_path(each)} for each in (folder, *outputs)]
    outputs = {f"output{number}": {"artifacts": [each]} for number, each in enumerate(artifacts)}
    server.add(
        job_id,
        state,
        displayName=job_id,
        labels={"application": "recsflow"},
        pipelineSpec={"pipelineInfo": {"name": "shop-basic"}},
        jobDetail={"taskDetails": [*details, {"taskName": "Transform", "outputs": outputs}]},
    )
    server.executions.update(executions)
    return folder


def clean(settings, *, dry_run=False, now=NOW):
    return clean_up(settings, 30, dry_run=dry_run, now=now)


def test_the_engine_forgets_results_before_their_files_go_and_the_record_goes_last(settings, pipeline_jobs):
    made, taken = f"{METADATA}/1", f"{METADATA}/2"
    folder = add(pipeline_jobs, settings, ONE, executions=[made])
    add(pipeline_jobs, settings, TWO, folder, executions=[taken])
    counts = clean(settings)
    assert counts == {"going": 4, "kept": 0, "removed": 4}
    # Whoever was given the result stands for it too, so both executions go before anything else.
    assert pipeline_jobs.deleted == [made, taken, ONE, TWO]
    assert clean(settings) == {"going": 0, "kept": 0, "removed": 0}


def test_a_dry_run_asks_for_no_deletion(settings, pipeline_jobs):
    folder = add(pipeline_jobs, settings, ONE, executions=[f"{METADATA}/1"])
    assert clean(settings, dry_run=True) == {"going": 2, "kept": 0, "removed": 0}
    assert pipeline_jobs.deleted == []
    assert storage.exists(folder)


@pytest.mark.parametrize(
    ("run_type", "removes", "dry_run", "removed"),
    [
        ("scheduled", False, True, 0),
        ("scheduled", True, True, 1),
        ("manual", True, True, 0),
        ("manual", False, False, 1),
    ],
)
def test_only_a_scheduled_run_removes_without_being_asked_and_only_where_the_variable_says_so(
    settings, pipeline_jobs, monkeypatch, run_type, removes, dry_run, removed
):
    add(pipeline_jobs, settings, ONE)
    values = {**settings.model_dump(mode="json", exclude_unset=True), "scheduled_clean_up_removes": removes}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    params = {"dry_run": dry_run, "retention_days": 30}
    with set_current_context({"params": params, "dag_run": SimpleNamespace(run_type=run_type)}):
        counts = remove_old.function()
    assert (counts["removed"] > 0) == bool(removed)
    assert pipeline_jobs.deleted == [ONE] * removed


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "PAUSED", "CANCELLING"])
def test_results_of_its_pipeline_are_kept_for_a_job_that_has_not_ended(settings, pipeline_jobs, state):
    add(pipeline_jobs, settings, ONE)
    add(pipeline_jobs, settings, TWO, state=state)
    assert clean(settings) == {"going": 0, "kept": 4, "removed": 0}


def test_artifacts_stay_while_the_engine_would_still_hand_them_out(settings, pipeline_jobs):
    made = f"{METADATA}/1"
    folder = add(pipeline_jobs, settings, ONE, executions=[made])
    pipeline_jobs.undeletable.add(made)
    with pytest.raises(CleanUpIncomplete, match=rf"1 of 1 could not be removed.*\n  - pipeline_root/7/{ONE}"):
        clean(settings)
    assert storage.exists(folder)
    assert ONE in pipeline_jobs.jobs


def test_what_cannot_be_removed_is_told_and_the_rest_goes(settings, pipeline_jobs):
    add(pipeline_jobs, settings, ONE)
    add(pipeline_jobs, settings, TWO)
    pipeline_jobs.undeletable.add(ONE)
    with pytest.raises(CleanUpIncomplete) as caught:
        clean(settings)
    assert str(caught.value) == (
        "1 of 4 could not be removed; repair the cause, the next clean-up tries again:\n"
        f"  - pipelineJobs/{ONE}: JobRefused: deletion of {ONE} was refused: not yours"
    )
    assert list(pipeline_jobs.jobs) == [ONE]
    pipeline_jobs.undeletable.clear()
    assert clean(settings) == {"going": 1, "kept": 0, "removed": 1}


def test_jobs_of_others_are_not_touched(settings, pipeline_jobs):
    pipeline_jobs.add("theirs", "SUCCEEDED", displayName="theirs", labels={"application": "other"})
    assert clean(settings)["going"] == 0
    assert list(pipeline_jobs.jobs) == ["theirs"]


def test_nothing_goes_while_a_service_is_away(settings, pipeline_jobs):
    folder = add(pipeline_jobs, settings, ONE)
    pipeline_jobs.outage = 100
    with pytest.raises(VertexUnavailable):
        clean(settings)
    assert storage.exists(folder)


def test_artifacts_that_lost_their_job_go_too(settings, pipeline_jobs):
    folder = add(pipeline_jobs, settings, ONE)
    pipeline_jobs.jobs.clear()
    assert clean(settings)["removed"] == 1
    assert not storage.exists(folder)
