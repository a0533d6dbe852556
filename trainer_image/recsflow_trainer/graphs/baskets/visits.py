"""Rows gathered to visits and to the products in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recsflow_trainer.graphs.baskets.options import GraphOptions, Target

TRAIN, EVAL, TEST = range(3)
HISTORY = -1  # of a visit that a sample leaves out


@dataclass(frozen=True)
class Visits:
    """The visits, sorted by customer and time, and what was bought in them.

    A visit is in the test split if any of its rows is, else in eval if any is; in none if a sample leaves it
    out.

    Attributes:
        names: str [visits], the baskets.
        customers: str [visits].
        customer: int64 [visits], position of the customer, 0 for the first.
        split: int64 [visits], `TRAIN`, `EVAL`, `TEST` or `HISTORY`.
        value: float64 [visits], money paid in all.
        visit: int64 [items], the visit of each item, ascending; an item is one product of a visit.
        product: int64 [items], position of the product among all products.
        first_row: int64 [items], the item's first row.
        row_item: int64 [rows], the item of each row.
        item_value: float64 [items], money paid.
        products: Number of products.
    """

    names: np.ndarray
    customers: np.ndarray
    customer: np.ndarray
    split: np.ndarray
    value: np.ndarray
    visit: np.ndarray
    product: np.ndarray
    first_row: np.ndarray
    row_item: np.ndarray
    item_value: np.ndarray
    products: int

    @cached_property
    def trained(self) -> np.ndarray:
        """Whether each item is of a train visit, bool [items]."""
        return self.split[self.visit] == TRAIN

    def sample(self) -> tuple["Visits", np.ndarray]:
        """Returns the visits of the splits alone, and which rows belong to them, bool [rows]."""
        kept = self.split != HISTORY
        items = kept[self.visit]
        rows = items[self.row_item]
        new_visit, new_item, new_row = (np.cumsum(each) - 1 for each in (kept, items, rows))
        sample = Visits(
            names=self.names[kept],
            customers=self.customers[kept],
            customer=self.customer[kept],
            split=self.split[kept],
            value=self.value[kept],
            visit=new_visit[self.visit[items]],
            product=self.product[items],
            first_row=new_row[self.first_row[items]],
            row_item=new_item[self.row_item[rows]],
            item_value=self.item_value[items],
            products=self.products,
        )
        return sample, rows

    def graphs(self, target: Target) -> tuple[np.ndarray, np.ndarray]:
        """Returns the visits that become graphs, int64 [graphs], and the target of each, float64 [graphs].

        The next visit is the customer's next one. A visit without one is left out, and so is a visit before
        the test split whose target lies within it, or the other way round: the targets of the test split are
        unknown to training, and all of them come from its own window.
        """
        if target is Target.BASKET_VALUE:
            return np.arange(len(self.value)), self.value
        here = np.arange(len(self.value) - 1)
        follows = self.customer[here] == self.customer[here + 1]
        same_side = (self.split[here] == TEST) == (self.split[here + 1] == TEST)
        places = here[follows & same_side]
        return places, self.value[places + 1]


def gather_visits(rows: pa.Table, split: np.ndarray, options: GraphOptions) -> Visits:
    """Gathers rows to visits; rows without a basket belong to none and must have been left out.

    Args:
        rows: The rows of all splits, and those that a sample leaves out.
        split: int64 [rows], the split of each, or `HISTORY`.
        options: Which columns hold what.
    """
    customer, customers = _codes(rows[options.customer])
    basket, baskets = _codes(rows[options.basket])
    product, products = _codes(rows[options.product])
    moment = rows[options.date].to_numpy().astype(np.int64)
    value = np.nan_to_num(rows[options.value].to_numpy().astype(np.float64))

    keys, first, visit = np.unique(customer * len(baskets) + basket, return_index=True, return_inverse=True)
    begins = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(begins, visit, moment)
    latest = np.full(len(keys), HISTORY)
    np.maximum.at(latest, visit, split)
    order = np.lexsort((keys, begins, customer[first]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    visit, first = place[visit], first[order]

    items, first_row, row_item = np.unique(
        visit * len(products) + product, return_index=True, return_inverse=True
    )
    return Visits(
        names=baskets[basket[first]],
        customers=customers[customer[first]],
        customer=customer[first],
        split=latest[order],
        value=np.bincount(visit, value, len(order)),
        visit=items // len(products),
        product=items % len(products),
        first_row=first_row,
        row_item=row_item,
        item_value=np.bincount(row_item, value),
        products=len(products),
    )


def concatenated(splits: Sequence[pa.Table], history: pa.Table | None) -> tuple[pa.Table, np.ndarray]:
    """Returns all rows in one table, and the split of each, int64 [rows]: its position, or `HISTORY`.

    Args:
        splits: The rows of each split.
        history: Those that a sample leaves out, without what only a graph tells; None where all are there.
    """
    tables, numbers = [*splits], [*range(len(splits))]
    if history is not None:
        tables.append(history)
        numbers.append(HISTORY)
    rows = pa.concat_tables(tables, promote_options="default")
    return rows, np.repeat(numbers, [table.num_rows for table in tables])


def _codes(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Returns int64 [rows], positions among the sorted distinct values, and those values as texts."""
    encoded = column.combine_chunks().dictionary_encode()
    values = encoded.dictionary.cast(pa.string()).to_numpy(zero_copy_only=False).astype(str)
    order = np.array(pc.sort_indices(encoded.dictionary))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[encoded.indices.to_numpy()], values[order]
