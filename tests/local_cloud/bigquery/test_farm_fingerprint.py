"""Rows fall into the same buckets here as on BigQuery."""

import subprocess

import pytest

from local_cloud.settings import REPOSITORY

pytestmark = pytest.mark.emulator

QUERY = """
from duckdb import connect
from bqemulator.sql.builtin_udfs import register_builtin_udfs
from local_cloud.bigquery_server import with_fast_fingerprints

connection = connect()
with_fast_fingerprints(register_builtin_udfs)(connection)
texts = ["1footrue", "2applefalse", None, "3true"]
rows = connection.execute("SELECT bqemu_farm_fingerprint(unnest(?::VARCHAR[]))", [texts]).fetchall()
print([value for value, in rows])
"""


def test_fingerprints_are_those_that_bigquery_documents():
    python = REPOSITORY / "local_cloud/.venv/bin/python"
    ran = subprocess.run(
        [str(python), "-c", QUERY], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    documented = [-1541654101129638711, 2794438866806483259, None, -4880158226897771312]
    assert ran.stdout.splitlines()[-1] == str(documented)  # the emulator logs before it
