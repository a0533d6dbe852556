"""Google's own client of Cloud Logging against the stand-in."""

import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.logging_v2 import ASCENDING, DESCENDING
from google.cloud.logging_v2.client import Client

from tests.local_cloud.cloud_logging.log_server import LogServer

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = LogServer(tmp_path_factory.mktemp("logs"))
    server.write("7", "INFO", "begins")
    server.write("7", "ERROR", "a warning", "KeyError: 'brand'")
    server.write("8", "ERROR", "of another job")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def client(server):
    return Client(
        project="local",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": server.url},
        _use_grpc=False,
    )


def lines(client, condition, **options):
    return [entry.payload["message"] for entry in client.list_entries(filter_=condition, **options)]


JOB = 'resource.type="ml_job" AND resource.labels.job_id="7"'


def test_entries_are_those_of_the_job_in_their_order(client):
    assert lines(client, JOB, order_by=ASCENDING) == ["begins", "a warning", "KeyError: 'brand'"]
    assert lines(client, JOB, order_by=DESCENDING) == ["KeyError: 'brand'", "a warning", "begins"]


def test_conditions_may_stand_on_lines_of_their_own(client):
    condition = 'resource.type = "ml_job"\nresource.labels.job_id = "7"\nseverity>=ERROR'
    assert lines(client, condition) == ["a warning", "KeyError: 'brand'"]


def test_time_bounds_what_is_found(client):
    entries = list(client.list_entries(filter_=JOB))
    moment = entries[1].timestamp.isoformat()
    assert lines(client, f'{JOB} AND timestamp>"{moment}"') == ["KeyError: 'brand'"]
    assert lines(client, f'{JOB} AND timestamp<"{moment}"') == ["begins"]


def test_pages_hold_all_entries_once(client):
    assert lines(client, JOB, page_size=2) == ["begins", "a warning", "KeyError: 'brand'"]


def test_entries_of_another_project_are_not_found(client):
    assert lines(client, JOB, resource_names=["projects/other"]) == []


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('resource.labels.zone="a"', "filter names 'resource.labels.zone'; the local Cloud Logging knows"),
        ('severity="BAD"', "filter has the severity 'BAD'; use one of DEFAULT, DEBUG"),
        ('timestamp>="yesterday"', "filter has the time 'yesterday'; write it as"),
        (f'{JOB} OR severity="ERROR"', "filter has 'OR severity"),
        ('resource.type>"ml_job"', "filter compares resource.type with >; use = or !="),
        ('textPayload:"boom"', "reads comparisons such as"),
    ],
)
def test_what_the_stand_in_does_not_know_is_refused(client, condition, words):
    with pytest.raises(exceptions.BadRequest, match=words):
        lines(client, condition)


def test_more_than_a_page_can_hold_is_refused(client):
    with pytest.raises(exceptions.BadRequest, match="pageSize is 1001; use at most 1000"):
        lines(client, JOB, page_size=1001)
