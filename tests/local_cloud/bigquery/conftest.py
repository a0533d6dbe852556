"""Google's own client at an empty emulator, which a file of tests shares."""

import uuid

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery


@pytest.fixture(scope="session")
def client(bigquery_emulator) -> bigquery.Client:
    return bigquery.Client(project=bigquery_emulator.project, credentials=AnonymousCredentials())


@pytest.fixture
def dataset(client) -> str:
    name = f"shop_{uuid.uuid4().hex[:8]}"
    client.create_dataset(name)
    return name
