import sqlite3

import pytest

from local_cloud.vertex.errors import AlreadyExistsError, NotFoundError
from local_cloud.vertex.states import CachedResult, JobKey, JobRecord, JobState, TaskState
from local_cloud.vertex.store import Store

pytestmark = pytest.mark.unit

KEY = JobKey("local", "us-central1", "first")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vertex.sqlite"


@pytest.fixture
def store(path):
    store = Store(path)
    yield store
    store.close()


def create(store, key=KEY):
    return store.create_job(JobRecord(key=key, request={"displayName": "shop"}), ["ExampleGen", "Trainer"])


def test_everything_survives_a_restart(store, path):
    job = create(store)
    task = job.tasks[1]
    task.state, task.error, task.outputs = (
        TaskState.FAILED,
        "it broke",
        {"model": [{"name": "m", "uri": "/m"}]},
    )
    store.update_task(KEY, task)
    job.state, job.error = JobState.FAILED, "Trainer failed"
    store.update_job(job)
    store.close()
    again = Store(path).job(KEY)
    assert (again.state, again.error, again.request) == (
        JobState.FAILED,
        "Trainer failed",
        {"displayName": "shop"},
    )
    assert [item.state for item in again.tasks] == [TaskState.PENDING, TaskState.FAILED]
    assert again.tasks[1] == task


def test_job_id_is_taken_once_a_location(store):
    create(store)
    create(store, JobKey("local", "europe-west1", "first"))
    with pytest.raises(AlreadyExistsError):
        create(store)


def test_cancelling_job_does_not_go_back_to_running(store):
    job = create(store)
    job.state = JobState.CANCELLING
    store.update_job(job)
    job.state = JobState.RUNNING
    store.update_job(job)
    assert store.job(KEY).state is JobState.CANCELLING
    job.state = JobState.CANCELLED
    store.update_job(job)
    assert store.job(KEY).state is JobState.CANCELLED


def test_job_that_has_ended_never_changes(store):
    job = create(store)
    job.state = JobState.SUCCEEDED
    store.update_job(job)
    assert not store.begin_cancellation(KEY)
    job.state = JobState.CANCELLING
    store.update_job(job)
    assert store.job(KEY).state is JobState.SUCCEEDED


def test_only_jobs_before_their_end_are_unfinished(store):
    running, done = create(store), create(store, JobKey("local", "us-central1", "second"))
    running.state, done.state = JobState.RUNNING, JobState.SUCCEEDED
    store.update_job(running)
    store.update_job(done)
    assert [job.key.job_id for job in store.unfinished_jobs()] == ["first"]


def test_deleted_job_takes_its_tasks_and_leaves_cached_results(store):
    create(store)
    result = CachedResult("first", {"model": []}, ["/m"], "7")
    store.save_cached("key", result)
    store.delete_job(KEY)
    with pytest.raises(NotFoundError):
        store.job(KEY)
    assert store.cached("key") == result
    assert store.cached("other") is None


def test_database_of_another_version_is_moved_aside(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE jobs (id TEXT)")
    connection.close()
    store = Store(path)
    assert store.unfinished_jobs() == []
    assert path.with_name("vertex.sqlite.version0").exists()
    store.close()
    Store(path).close()
    assert not path.with_name("vertex.sqlite.version1").exists()


def test_result_of_a_deleted_execution_is_offered_no_more(store):
    job = create(store)
    task = job.tasks[0]
    task.execution = "7"
    store.update_task(KEY, task)
    store.save_cached("key", CachedResult("first", {"model": []}, [], "7"))
    assert store.delete_execution("7")
    assert store.cached("key") is None
    assert not store.delete_execution("7")
