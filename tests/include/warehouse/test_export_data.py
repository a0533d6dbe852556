"""Where the artifact root is a bucket, BigQuery writes the rows there itself."""

import hashlib
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include import storage
from include.warehouse.connection import connect
from include.warehouse.errors import QueryTooExpensive, WarehouseError
from include.warehouse.limits import SpendingLimits
from include.warehouse.parquet_export import export_history, export_parquet
from tests.local_cloud.storage.conftest import BUCKET, StorageServer, free_ports

pytestmark = pytest.mark.emulator

ROWS = """
    SELECT n AS id, IF(n = 7, NULL, CONCAT('x', CAST(n AS STRING))) AS name, n / 2 AS price,
      CASE MOD(n, 10) WHEN 0 THEN 'test' WHEN 1 THEN 'eval' WHEN 2 THEN 'history' ELSE 'train' END AS split
    FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n
"""


@pytest.fixture(scope="module")
def storage_server(bigquery_emulator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cloud") / "storage"
    server = StorageServer(folder, ports=[bigquery_emulator.storage_port, *free_ports(1)]).start()
    yield server
    server.stop()


@pytest.fixture
def root(storage_server, monkeypatch, request):
    for name, value in storage_server.environment.items():
        monkeypatch.setenv(name, value)
    return f"gs://{BUCKET}/{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"


@pytest.fixture
def staged(warehouse, with_select):
    return warehouse.stage(with_select(ROWS)).table


def objects(uri):
    return {each.path for each in storage.list_files(uri) if not each.is_folder}


def read(uri):
    return pq.read_table(io.BytesIO(storage.read_bytes(uri)))


def test_each_split_is_a_folder_of_files_whose_digests_the_marker_has(warehouse, staged, root):
    uri = export_parquet(warehouse, staged, root)

    assert uri == f"{root}/rows/{staged.rpartition('.')[2]}"
    files = {f"{split}/000000000000.parquet" for split in ("train", "eval", "test")}
    assert objects(uri) == {*files, "_SUCCESS"}
    digests = json.loads(storage.read_text(f"{uri}/_SUCCESS"))["files"]
    assert digests == {
        name: hashlib.sha256(storage.read_bytes(f"{uri}/{name}")).hexdigest() for name in files
    }
    counts = {name.partition("/")[0]: read(f"{uri}/{name}").num_rows for name in files}
    assert counts == {"train": 700, "eval": 100, "test": 100}


def test_types_are_plain_nulls_survive_and_the_split_is_no_column(warehouse, staged, root):
    rows = read(f"{export_parquet(warehouse, staged, root)}/train/000000000000.parquet").sort_by("id")

    assert rows.schema.remove_metadata() == pa.schema(
        [("id", pa.int64()), ("name", pa.string()), ("price", pa.float64())]
    )
    assert rows.slice(0, 5).to_pylist()[-1] == {"id": 7, "name": None, "price": 3.5}


def test_rows_outside_the_sample_have_few_columns(warehouse, staged, root):
    uri = export_history(warehouse, staged, root, ["id", "price"])

    assert objects(uri) == {"000000000000.parquet", "_SUCCESS"}
    rows = read(f"{uri}/000000000000.parquet")
    assert (rows.column_names, rows.num_rows) == (["id", "price"], 100)


def test_what_an_interrupted_export_left_is_not_among_the_files(warehouse, staged, root):
    uri = f"{root}/rows/{staged.rpartition('.')[2]}"
    storage.write_bytes(f"{uri}/train/000000000001.parquet", b"half")

    export_parquet(warehouse, staged, root)

    assert "train/000000000001.parquet" not in objects(uri)


def test_what_is_exported_already_is_not_written_again(warehouse, staged, root):
    uri = export_parquet(warehouse, staged, root)
    storage.write_bytes(f"{uri}/train/000000000000.parquet", b"changed")

    export_parquet(warehouse, staged, root)

    assert storage.read_bytes(f"{uri}/train/000000000000.parquet") == b"changed"


def test_an_export_beyond_its_limit_is_tried_and_writes_nothing(bigquery_emulator, staged, root):
    limits = SpendingLimits(per_query=10 * 2**20 - 1)

    with pytest.raises(
        QueryTooExpensive, match=r"a query of local.warehouse_test.* would be billed 10,485,760"
    ):
        export_parquet(connect(bigquery_emulator.project, location="US", limits=limits), staged, root)

    assert objects(root) == set()


def test_a_bucket_that_is_not_there_ends_in_a_sentence(warehouse, staged, root):
    with pytest.raises((WarehouseError, OSError), match="no-such-bucket"):
        export_parquet(warehouse, staged, "gs://no-such-bucket/recsflow")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("uri = 'gs://{0}/a.parquet'", "must be a wild card URI"),
        ("uri = 'gs://{0}/{1}/*.parquet', overwrite = FALSE", "already exists and overwrite is false"),
    ],
)
def test_the_statement_is_refused_as_bigquery_refuses_it(warehouse, staged, root, options, said):
    statement = "EXPORT DATA OPTIONS (format = 'PARQUET', {}) AS SELECT 1 AS n"
    name = root.rpartition("/")[2]
    storage.write_bytes(f"{root}/000000000000.parquet", b"earlier")

    with pytest.raises(WarehouseError, match=said):
        warehouse.query(statement.format(options.format(BUCKET, name)), (), {}, 60)
