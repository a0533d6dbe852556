"""Jobs when the server, a job or a component's own process is stopped: real forks, but without TFX."""

import urllib.error

import psutil
import pytest

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator


def gone(processes) -> bool:
    return psutil.wait_procs(processes, timeout=PATIENCE_S)[1] == []


def assert_ended_with_its_server(builds, build_id):
    build = builds.get(build_id)
    assert (build.status.name, build.status_detail) == (
        "INTERNAL_ERROR",
        "the local Cloud Build ended while the build worked",
    )
    assert list((builds.server.home / "workspaces").iterdir()) == []


def test_jobs_survive_any_number_of_ordered_stops_and_builds_end_with_the_first(server, builds):
    build = builds.begin()
    compiling = builds.compiler()
    first = server.submit("kept")
    second = server.submit("kept-next")
    for _ in range(2):
        running = server.pids("kept")
        assert (server.state(first), server.state(second)) == ("RUNNING", "PENDING")
        server.end()
        assert gone([*running, *compiling])
        (server.folder / "kept" / "pids").unlink()
        server.start()
        assert server.state(second) == "PENDING"
        assert_ended_with_its_server(builds, build)
    server.let_go("kept")
    server.let_go("kept-next")
    server.wait(first, "SUCCEEDED")
    server.wait(second, "SUCCEEDED")


def test_killed_server_runs_the_command_again_and_knows_what_had_ended(server, builds):
    build = builds.begin()
    compiling = builds.compiler()
    ended = server.submit("ended")
    server.let_go("ended")
    server.wait(ended, "SUCCEEDED")
    before = server.call("GET", f"/v1/{ended}")
    job = server.submit("restarted")
    running = server.pids("restarted")
    server.kill()
    assert gone([*running, *compiling])
    (server.folder / "restarted" / "pids").unlink()
    server.start()
    server.pids("restarted")
    server.let_go("restarted")
    server.wait(job, "SUCCEEDED")
    assert server.call("GET", f"/v1/{ended}") == before
    assert_ended_with_its_server(builds, build)


def test_job_that_waits_for_a_slot_is_cancelled_at_once(server):
    first = server.submit("held")
    second = server.submit("held-next")
    server.pids("held")
    server.call("POST", f"/v1/{second}:cancel", {})
    server.wait(second, "CANCELLED")
    assert server.state(first) == "RUNNING"


def test_cancel_that_comes_late_changes_nothing(server):
    job = server.submit("late")
    server.let_go("late")
    server.wait(job, "SUCCEEDED")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        server.call("POST", f"/v1/{job}:cancel", {})
    assert server.state(job) == "SUCCEEDED"


def test_cancelled_component_takes_a_child_in_another_session_with_it(server):
    job = server.submit("cancelled")
    running = server.pids("cancelled")
    server.call("POST", f"/v1/{job}:cancel", {})
    server.wait(job, "CANCELLED")
    assert gone(running)


def test_finished_component_leaves_no_child_behind(server):
    job = server.submit("finished")
    running = server.pids("finished")
    server.let_go("finished")
    server.wait(job, "SUCCEEDED")
    assert gone(running)


@pytest.mark.parametrize("generations", [1, 2], ids=["supervisor", "host"])
def test_killed_parent_of_a_component_leaves_none_of_it_behind(server, generations):
    server.submit(f"killed-{generations}")
    running = server.pids(f"killed-{generations}")
    running[0].parents()[generations - 1].kill()
    assert gone(running)
