import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.warehouse.parquet_export import export_history, export_parquet
from include.warehouse.parquet_files import ROW_GROUP_ROWS
from tests.include.warehouse.conftest import read_arrow

pytestmark = pytest.mark.emulator


@pytest.fixture
def root(tmp_path):
    return f"file://{tmp_path}"


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_each_split_has_its_folder_and_no_split_column(warehouse, query, root, tmp_path):
    warehouse.stage(query)

    uri = export_parquet(warehouse, query.table, root)

    name = query.table.rpartition(".")[2]
    assert uri == f"{root}/rows/{name}"
    folder = tmp_path / "rows" / name
    assert files(folder) == ["_SUCCESS", "eval/rows.parquet", "test/rows.parquet", "train/rows.parquet"]
    counts = {split: pq.read_table(folder / split / "rows.parquet") for split in ("train", "eval", "test")}
    assert {split: rows.num_rows for split, rows in counts.items()} == {
        "train": 800,
        "eval": 100,
        "test": 100,
    }
    assert sorted(counts["test"]["id"].to_pylist()) == [*range(10, 1001, 10)]
    assert counts["train"].column_names == ["id", "at", "seconds", "name"]


def test_types_are_plain_and_nulls_survive(warehouse, query, root, tmp_path):
    warehouse.stage(query)
    export_parquet(warehouse, query.table, root)

    rows = pq.read_table(next(tmp_path.rglob("train/rows.parquet"))).sort_by("id")

    assert rows.schema.field("id") == pa.field("id", pa.int64())
    assert rows.schema.field("name") == pa.field("name", pa.string())
    assert [
        name for n, name in zip(rows["id"].to_pylist(), rows["name"].to_pylist(), strict=True) if n == 7
    ] == [None]


HISTORY = """
    SELECT n AS id, n * 10 AS at, 'x' AS name, IF(n <= 3, 'train', 'history') AS split
    FROM UNNEST(GENERATE_ARRAY(1, 8)) AS n
"""


def test_rows_outside_the_sample_lie_beside_the_splits_with_few_columns(
    warehouse, with_select, root, tmp_path
):
    staged = warehouse.stage(with_select(HISTORY))
    assert (staged.rows, staged.rows_by_split["train"], staged.history_rows) == (3, 3, 5)

    uri = export_history(warehouse, staged.table, root, ["id", "at"])

    folder = tmp_path / "rows" / staged.table.rpartition(".")[2]
    assert uri == f"{folder.as_uri()}/history"
    assert files(folder) == ["history/_SUCCESS", "history/rows.parquet"]
    rows = pq.read_table(folder / "history" / "rows.parquet").sort_by("id")
    assert rows.to_pydict() == {"id": [4, 5, 6, 7, 8], "at": [40, 50, 60, 70, 80]}


def test_rows_outside_the_sample_are_in_no_split_and_not_read_unless_asked_for(warehouse, with_select, root):
    staged = warehouse.stage(with_select(HISTORY))
    assert warehouse.rows_by_split(staged.table) == {"train": 3, "eval": 0, "test": 0}
    assert sorted(read_arrow(warehouse, staged.table)["id"].to_pylist()) == [1, 2, 3]
    assert read_arrow(warehouse, staged.table, ["id"], "history").num_rows == 5
    exported = export_parquet(warehouse, staged.table, root)
    assert pq.read_table(f"{exported.removeprefix('file://')}/train/rows.parquet").num_rows == 3


def test_rows_outside_the_sample_are_exported_once(warehouse, with_select, root, tmp_path):
    table = warehouse.stage(with_select(HISTORY)).table
    export_history(warehouse, table, root, ["id", "at"])
    file = next(tmp_path.rglob("history/rows.parquet"))
    before = file.stat().st_mtime_ns
    export_history(warehouse, table, root, ["id", "at"])
    assert file.stat().st_mtime_ns == before
    file.with_name("_SUCCESS").unlink()
    export_history(warehouse, table, root, ["id", "at"])
    assert file.stat().st_mtime_ns > before


def test_the_marker_has_the_digest_of_each_file(warehouse, with_select, root, tmp_path):
    table = warehouse.stage(with_select(HISTORY)).table
    export_parquet(warehouse, table, root)
    export_history(warehouse, table, root, ["id", "at"])

    folder = tmp_path / "rows" / table.rpartition(".")[2]
    expected = {
        folder: ["eval/rows.parquet", "test/rows.parquet", "train/rows.parquet"],
        folder / "history": ["rows.parquet"],
    }
    for place, names in expected.items():
        digests = json.loads((place / "_SUCCESS").read_text())["files"]
        assert sorted(digests) == names
        for name, digest in digests.items():
            assert hashlib.sha256((place / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": {}}'])
def test_a_marker_that_does_not_name_the_table_does_not_count(warehouse, query, root, tmp_path, text):
    warehouse.stage(query)
    export_parquet(warehouse, query.table, root)
    marker = next(tmp_path.rglob("_SUCCESS"))
    before = marker.read_text()
    marker.write_text(text)

    export_parquet(warehouse, query.table, root)

    assert marker.read_text() == before


def test_a_rerun_writes_nothing(warehouse, query, root, tmp_path):
    warehouse.stage(query)
    export_parquet(warehouse, query.table, root)
    warehouse.stage(query)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}

    export_parquet(warehouse, query.table, root)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == before


def test_an_unfinished_export_is_done_again(warehouse, query, root, tmp_path):
    warehouse.stage(query)
    export_parquet(warehouse, query.table, root)
    next(tmp_path.rglob("_SUCCESS")).unlink()
    next(tmp_path.rglob("test/rows.parquet")).write_bytes(b"half")

    export_parquet(warehouse, query.table, root)

    assert pq.read_table(next(tmp_path.rglob("test/rows.parquet"))).num_rows == 100
    assert any(tmp_path.rglob("_SUCCESS"))


def test_a_table_that_was_staged_anew_is_exported_anew(warehouse, query, with_select, root, tmp_path):
    warehouse.stage(query)
    export_parquet(warehouse, query.table, root)
    warehouse._client.delete_table(query.table)
    warehouse.stage(with_select("SELECT 5 AS id, 'train' AS split"))

    export_parquet(warehouse, query.table, root)

    assert pq.read_table(next(tmp_path.rglob("train/rows.parquet")))["id"].to_pylist() == [5]
    assert pq.read_table(next(tmp_path.rglob("test/rows.parquet"))).num_rows == 0


def test_small_batches_become_few_row_groups(warehouse, with_select, root, tmp_path):
    rows = 2 * ROW_GROUP_ROWS
    query = with_select(f"SELECT n AS id, 'train' AS split FROM UNNEST(GENERATE_ARRAY(1, {rows})) AS n")
    warehouse.stage(query)
    export_parquet(warehouse, query.table, root)

    file = pq.ParquetFile(next(tmp_path.rglob("train/rows.parquet")))

    assert file.metadata.num_rows == rows
    assert file.metadata.num_row_groups <= 3
