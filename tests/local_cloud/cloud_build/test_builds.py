"""What becomes of builds: real processes and real copies, but a compiler without TFX."""

import urllib.request

import psutil
import pytest
from google.api_core.exceptions import BadRequest, NotFound

from tests.local_cloud.cloud_build.builds import BUCKET, CLOUD_CLI, statuses
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

DONE, WAITING = ("SUCCESS", 0), ("QUEUED", 0)


def gone(processes) -> bool:
    return psutil.wait_procs(processes, timeout=PATIENCE_S)[1] == []


def leavings(builds) -> list:
    return list((builds.server.home / "workspaces").iterdir())


def test_build_leaves_in_the_bucket_what_its_steps_made(builds):
    builds.put({"pipeline": "shop"})
    build = builds.run(tags=["recsflow"])
    assert (build.status.name, statuses(build)) == ("SUCCESS", [DONE, DONE, DONE, DONE])
    assert builds.spec()["compiled"] == {"pipeline": "shop"}
    assert build.start_time < build.finish_time
    assert leavings(builds) == []


def test_log_has_the_lines_of_each_step_and_is_what_the_address_shows(builds):
    builds.put({"pipeline": "shop"})
    build = builds.run()
    lines = builds.log(build.id)
    folder = f"gs://{BUCKET}/{builds.name}"
    assert lines[:4] == [f'starting build "{build.id}"', "FETCHSOURCE", "BUILD", "Starting Step #0"]
    assert f"Step #0: Copying {folder}/topology.json to file:///workspace/topology.json" in lines
    assert f"Step #3: Copying file:///workspace/spec.json to {folder}/spec.json" in lines
    assert lines[-3:] == ["Finished Step #3", "PUSH", "DONE"]
    with urllib.request.urlopen(build.log_url) as page:
        assert page.read().decode().splitlines() == lines


def test_failed_step_ends_the_build_and_tells_its_status_alone(builds):
    builds.put({"fail": "accelerator is 'L5'"})
    build = builds.run()
    image = builds.steps()[2]["name"]
    words = f'build step 2 "{image}" failed: step exited with non-zero status: 1'
    assert (build.status.name, statuses(build)) == ("FAILURE", [DONE, DONE, ("FAILURE", 1), WAITING])
    assert (build.failure_info.type_.name, build.failure_info.detail) == (
        "USER_BUILD_STEP",
        f"Build step failure: {words}",
    )
    lines = builds.log(build.id)
    assert lines[-2:] == ["ERROR", f"ERROR: {words}"]
    # A step sees its workspace and nothing of the machine's folders.
    assert "Step #2: reading /workspace/topology.json" in lines
    assert "Step #2: error: accelerator is 'L5'" in lines
    assert builds.spec() is None


def test_build_that_takes_too_long_ends_where_it_is(builds):
    build_id = builds.begin(timeout={"seconds": 1})
    build = builds.wait(build_id)
    # As in Google's own builder, the step that worked stays so; how far it came depends on the machine.
    assert build.status.name == "TIMEOUT"
    assert [step.status.name for step in build.steps].count("WORKING") <= 1
    assert build.steps[3].status.name == "QUEUED"
    assert builds.log(build_id)[-2:] == ["TIMEOUT", "ERROR: context deadline exceeded"]


def test_cancelled_build_leaves_no_process_behind(builds):
    build_id = builds.begin()
    running = builds.compiler()
    build = builds.cancel(build_id)
    assert (build.status.name, statuses(build)[2:]) == ("CANCELLED", [("CANCELLED", 0), WAITING])
    assert gone(running)
    with pytest.raises(BadRequest, match="has ended; cancel only builds that have not"):
        builds.cancel(build_id)


def test_workspace_is_roots_until_a_step_opens_it_to_the_images_user(builds):
    builds.put({"pipeline": "shop"})
    steps = [step for step in builds.steps() if step.get("entrypoint") != "chmod"]
    build = builds.run(steps=steps)
    assert statuses(build) == [DONE, ("FAILURE", 1), WAITING]
    assert "Step #1: PermissionError: [Errno 13] Permission denied: '/workspace'" in builds.log(build.id)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            {"name": "europe-docker.pkg.dev/local/other:1"},
            'error pulling build step 0 "europe-docker.pkg.dev/local/other:1": generic::not_found',
        ),
        (
            {"name": CLOUD_CLI, "args": ["gsutl", "cp"]},
            'starting step container failed: exec: "gsutl": executable file not found in $PATH',
        ),
        ({"name": CLOUD_CLI, "args": ["gcloud", "storage", "copy"]}, "exited with non-zero status: 2"),
        (
            {
                "name": CLOUD_CLI,
                "args": ["gcloud", "storage", "cp", "gs://recsflow-test/none", "/workspace/a"],
            },
            "exited with non-zero status: 1",
        ),
        (
            {"name": CLOUD_CLI, "args": ["gcloud", "storage", "cp", "/etc/passwd", "gs://recsflow-test/a"]},
            "exited with non-zero status: 1",
        ),
        (
            {"name": CLOUD_CLI, "entrypoint": "chmod", "args": ["a+rwx", "/workspace/../../etc"]},
            "exited with non-zero status: 1",
        ),
    ],
    ids=["image", "program", "command", "object", "outside", "chmod"],
)
def test_step_that_cannot_be_done_fails_the_build(builds, step, words):
    build = builds.run(steps=[step, {"name": CLOUD_CLI, "args": ["gcloud"]}])
    assert build.status.name == "FAILURE"
    assert words in build.failure_info.detail
    assert build.steps[1].status.name == "QUEUED"


def test_builds_are_found_by_their_tags_the_newest_first_and_in_their_location(builds):
    steps = [{"name": CLOUD_CLI, "entrypoint": "chmod", "args": ["a+rwx", "/workspace"]}]
    first, second, other = (builds.start(steps=steps, tags=["found", tag]) for tag in ("a", "a", "b"))
    for build_id in (first, second, other):
        builds.wait(build_id)
    assert builds.listed('tags="a"') == [second, first]
    assert builds.listed('tags="found" AND tags="b" AND status="SUCCESS"') == [other]
    assert builds.listed('tags="found" AND status="WORKING"') == []
    assert builds.listed('tags="found"', page_size=1) == [other, second, first]
    assert builds.listed('tags="found"', location="global") == []
    with pytest.raises(NotFound):
        builds.get(first, location="global")
    with pytest.raises(BadRequest, match="the local Cloud Build reads"):
        builds.listed("create_time>5")
