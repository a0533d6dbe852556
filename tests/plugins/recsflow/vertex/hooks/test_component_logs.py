"""What the hook makes of a component's log, over Google's client and the stand-in for Cloud Logging."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from recsflow.vertex.component_log import ComponentLog
from recsflow.vertex.hooks.component_logs import ComponentLogsHook
from tests.local_cloud.cloud_logging.log_server import LogServer

pytestmark = pytest.mark.emulator

TRACEBACK = "Traceback (most recent call last):"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = LogServer(tmp_path_factory.mktemp("logs"))
    yield server
    server.stop()


@pytest.fixture
def hook_at(monkeypatch):
    def hook_at(url):
        extra = {"is_anonymous": True, "project": "local", "logging_endpoint": url}
        connection = {"conn_type": "google_cloud_platform", "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
        return ComponentLogsHook(gcp_conn_id="recsflow_gcp", project="local")

    return hook_at


@pytest.fixture
def read(server, hook_at):
    def read(job_id, since=None):
        return hook_at(server.url).component_log(job_id, since or datetime.now(UTC))

    return read


def test_error_comes_before_what_was_written_after_it(server, read):
    server.write("7", "INFO", "begins")
    server.write("7", "ERROR", TRACEBACK, '  File "module.py", line 5, in run_fn', "ValueError: loss is NaN")
    server.write("7", "INFO", *(f"cleaning up {number}" for number in range(40)))
    assert read("7") == ComponentLog(
        f'ValueError: loss is NaN\n{TRACEBACK}\n  File "module.py", line 5, in run_fn', is_complete=True
    )


def test_error_at_the_end_of_a_long_log_is_found(server, read):
    server.write("8", "ERROR", *(f"a warning {number}" for number in range(700)), TRACEBACK, "KeyError: 'x'")
    assert read("8").text.splitlines()[0] == "KeyError: 'x'"


def test_log_without_errors_gives_its_last_lines(server, read):
    server.write("9", "INFO", "error: --examples /nowhere is no folder")
    assert read("9") == ComponentLog("error: --examples /nowhere is no folder", is_complete=False)


def test_job_that_ended_days_ago_is_read_too(server, read):
    server.write("10", "ERROR", TRACEBACK, "KeyError: 'x'")
    assert read("10", since=datetime.now(UTC) - timedelta(days=20)).text.startswith("KeyError: 'x'")


def test_log_without_a_line_says_whom_to_let_write(read):
    assert read("11") == ComponentLog(
        problem="Cloud Logging has no line of custom job 11: they may still arrive, or the account that "
        "it runs as may not write any; grant it roles/logging.logWriter.",
        is_complete=False,
    )


def test_service_that_does_not_answer_is_no_error_of_the_wait(hook_at):
    log = hook_at("http://127.0.0.1:1").component_log("7", datetime.now(UTC))
    assert log.problem.startswith("Cloud Logging did not answer (")
    assert log.problem.endswith("Connection refused), so its own lines are missing here; open its log.")
    assert (log.text, log.is_complete) == ("", False)
