"""Tables of one's own, from files on disk to the emulator, with the command that `make load` runs."""

import datetime as dt
import os
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_cloud.settings import REPOSITORY

pytestmark = pytest.mark.emulator

ORDERS = pa.table(
    {
        "customer": pa.array(["ann", "bob", None]).dictionary_encode(),
        "product": [1, 2, 1],
        "price": [1.5, None, 2.0],
        "member": [True, False, None],
        "day": [dt.date(2026, 1, day) for day in (1, 2, 3)],
        "paid": pa.array([1_767_268_800] * 3, pa.timestamp("s", tz="UTC")),
        "noted": pa.array([1_767_268_800] * 3, pa.timestamp("s")),
    }
)


@pytest.fixture
def load(bigquery_emulator, tmp_path):
    """Runs the command on files of a folder."""

    def load(dataset: str, *files: str) -> subprocess.CompletedProcess[str]:
        python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
        command = [
            str(python),
            "-m",
            "local_cloud.load_tables",
            dataset,
            *(str(tmp_path / file) for file in files),
        ]
        return subprocess.run(
            command, cwd=REPOSITORY, env={**os.environ}, capture_output=True, text=True, check=False
        )

    return load


def test_each_file_becomes_a_table_whose_types_are_printed(load, tmp_path):
    pq.write_table(ORDERS, tmp_path / "orders.parquet")
    (tmp_path / "products.csv").write_text("product,name,since\n1,apple,2025-01-01\n2,bread,2025-02-01\n")
    for _again in range(2):
        loaded = load("corner_shop", "orders.parquet", "products.csv")
        assert loaded.returncode == 0, loaded.stderr
        lines = loaded.stdout.splitlines()
        assert lines[0] == f"corner_shop.orders: 3 rows from {tmp_path}/orders.parquet"
        assert lines[8] == f"corner_shop.products: 2 rows from {tmp_path}/products.csv"
        assert dict(line.split() for line in lines if line.startswith(" ") and "name" not in line) == {
            "customer": "STRING",
            "product": "INT64",
            "price": "FLOAT64",
            "member": "BOOL",
            "day": "DATE",
            "paid": "TIMESTAMP",
            "noted": "DATETIME",
            "since": "DATE",
        }


@pytest.mark.parametrize(
    ("dataset", "file", "words"),
    [
        ("corner-shop", "a.csv", "DATASET is 'corner-shop'; use letters, digits and '_', not a digit first."),
        ("shop", "gone.csv", "gone.csv is no file; give the paths of .parquet and .csv files."),
        ("shop", "a.xlsx", "a.xlsx is neither .parquet nor .csv; convert it to one of them."),
        ("shop", "my-orders.csv", "would become table 'my-orders'; rename it to letters, digits and '_'."),
        (
            "shop",
            "tags.parquet",
            "column tags of {0}/tags.parquet is of type list<element: string>; write it",
        ),
        ("shop", "broken.parquet", "broken.parquet is not loaded: Parquet magic bytes not found"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_sentence(load, tmp_path, dataset, file, words):
    for name in ("a.csv", "a.xlsx", "my-orders.csv", "broken.parquet"):
        (tmp_path / name).write_text("x\n1\n2\n3\n4\n5\n")
    pq.write_table(pa.table({"tags": [["a"]]}), tmp_path / "tags.parquet")
    loaded = load(dataset, file)
    assert loaded.returncode == 1
    assert words.format(tmp_path) in loaded.stderr
    assert loaded.stderr.startswith("error: ")
    assert "Traceback" not in loaded.stderr
