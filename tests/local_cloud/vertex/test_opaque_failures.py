"""What a failed job tells: no more than Vertex AI, and the rest in the log."""

import pytest

pytestmark = pytest.mark.emulator


def test_failed_job_tells_its_exit_status_and_where_its_log_is(server):
    name = server.submit("failing", "--fail")
    server.wait(name, "FAILED")
    number = name.rpartition("/")[-1]
    assert server.call("GET", f"/v1/{name}")["error"] == {
        "code": 3,
        "message": (
            "The replica workerpool0-0 exited with a non-zero status of 1. To find out more about why your "
            "job exited please check the logs: https://console.cloud.google.com/logs/viewer?project=local"
            f"&resource=ml_job%2Fjob_id%2F{number}&advancedFilter=resource.type%3D%22ml_job%22%0A"
            f"resource.labels.job_id%3D%22{number}%22"
        ),
    }


def test_lines_of_a_container_are_log_entries_by_where_it_wrote_them(server):
    name = server.submit("logged", "--fail")
    server.wait(name, "FAILED")
    number = name.rpartition("/")[-1]
    condition = f'resource.type="ml_job" AND resource.labels.job_id="{number}"'
    asked = {"resourceNames": ["projects/local"], "filter": condition, "orderBy": "timestamp asc"}
    entries = server.call("POST", "/v2/entries:list", asked)["entries"]
    told = [(each["severity"], each["jsonPayload"]["message"]) for each in entries]
    assert ("INFO", "reading rows") in told
    assert told[-1] == ("ERROR", "KeyError: 'brand'")
    assert ("ERROR", "Traceback (most recent call last):") in told
    assert entries[-1]["resource"] == {
        "type": "ml_job",
        "labels": {"project_id": "local", "job_id": number, "task_name": "workerpool0-0"},
    }


def test_killed_container_has_the_status_of_its_signal(server):
    name = server.submit("killed")
    server.pids("killed")[0].kill()
    server.wait(name, "FAILED")
    message = server.call("GET", f"/v1/{name}")["error"]["message"]
    assert "exited with a non-zero status of 137. To find out more" in message
