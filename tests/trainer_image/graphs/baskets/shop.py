"""A few visits of two customers, which fit on paper."""

import pyarrow as pa
import pyarrow.parquet as pq

from tests.exported_rows import mark_exported

OPTIONS = {
    "customer": "who",
    "product": "what",
    "basket": "visit",
    "date": "moment",
    "value": "paid",
    "target": "next_visit_value",
    "neighbors": 1,
    "history": False,
    "nodes": [{"column": "aisle", "encoding": "one_hot", "max_values": 1}],
}
# split, who, visit, moment, what, paid, aisle
ROWS = [
    ("train", 1, 10, 100, "milk", 1.0, "dairy"),
    ("train", 1, 10, 100, "bread", 2.0, "bakery"),
    ("train", 1, 10, 100, "milk", 1.0, "dairy"),
    ("train", 1, 11, 200, "milk", 1.0, "dairy"),
    ("train", 1, 11, 200, "bread", 2.0, "bakery"),
    ("train", 1, 11, 200, "wine", 9.0, None),
    ("eval", 1, 12, 300, "milk", 1.5, "dairy"),
    ("train", 1, 13, 400, "wine", 8.0, None),
    ("test", 1, 14, 500, "milk", 1.0, "dairy"),
    ("test", 1, 14, 500, "cake", 6.0, "bakery"),
    ("test", 1, 15, 600, "bread", 3.0, "bakery"),
    ("train", 2, 10, 150, "milk", 1.0, "dairy"),
    ("train", 2, 20, 250, "milk", 4.0, "dairy"),
]


def stage(folder, rows=ROWS):
    names = ("who", "visit", "moment", "what", "paid", "aisle")
    for split in dict.fromkeys(row[0] for row in rows):
        columns = list(zip(*(row[1:] for row in rows if row[0] == split), strict=True))
        table = pa.table({name: list(column) for name, column in zip(names, columns, strict=True)})
        # What a sample leaves out is staged without what only features read.
        table = table.drop_columns("aisle") if split == "history" else table
        (folder / split).mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / split / "rows.parquet")
    mark_exported(folder)
    if (folder / "history").exists():
        mark_exported(folder / "history")
    return str(folder)
