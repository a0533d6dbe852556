"""The staged rows of an experiment as plain arrays: what every peer learns from and is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

COLUMNS = ("household_id", "product_id", "transaction_timestamp")


@dataclass(frozen=True)
class Purchases:
    """Rows, one a bought product.

    Attributes:
        customers: int32 [rows], 0 .. customers - 1; -1 for one without a training row.
        products: int32 [rows], 0 .. products - 1; -1 for one without a training row.
        seconds: int64 [rows], time of the purchase since 1970.
    """

    customers: np.ndarray
    products: np.ndarray
    seconds: np.ndarray


@dataclass(frozen=True)
class Rows:
    """The training rows (train and eval) and the test rows; candidates are all products of the former."""

    train: Purchases
    test: Purchases

    @property
    def customers(self) -> int:
        """Number of customers with a training row."""
        return int(self.train.customers.max()) + 1

    @property
    def products(self) -> int:
        """Number of products with a training row."""
        return int(self.train.products.max()) + 1

    @property
    def test_start(self) -> int:
        """The earliest test row's time; training rows are older."""
        return int(self.test.seconds.min())

    @cached_property
    def counts(self) -> sparse.csr_matrix:
        """float32 [customers, products], how often each customer bought each product."""
        return self.weighted(np.ones(len(self.train.customers), np.float32))

    def weighted(self, weights: np.ndarray) -> sparse.csr_matrix:
        """Returns float32 [customers, products], the sum of the training rows' weights."""
        places = (self.train.customers, self.train.products)
        return sparse.csr_matrix((weights.astype(np.float32), places), shape=(self.customers, self.products))


def read_rows(folder: Path) -> Rows:
    """Reads the Parquet files of a staged experiment, a folder a split."""
    seen = pa.concat_tables(_read(folder, split) for split in ("train", "eval"))
    train, test = (_columns(table) for table in (seen, _read(folder, "test")))
    customers, products = (np.unique(train[name]) for name in COLUMNS[:2])
    return Rows(*(_purchases(columns, customers, products) for columns in (train, test)))


def _read(folder: Path, split: str) -> pa.Table:
    return pq.read_table(folder / split, columns=list(COLUMNS))


def _columns(table: pa.Table) -> dict[str, np.ndarray]:
    return {name: table.column(name).to_numpy() for name in COLUMNS}


def _purchases(columns: dict[str, np.ndarray], customers: np.ndarray, products: np.ndarray) -> Purchases:
    customer, product, seconds = (columns[name] for name in COLUMNS)
    return Purchases(_places(customer, customers), _places(product, products), seconds.astype(np.int64))


def _places(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.where(known[places] == values, places, -1).astype(np.int32)
