"""Who bought what before the test window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.features.interaction import INTERACTION_DATE


@dataclass(frozen=True)
class Purchases:
    """Rows as a customer, a product and a time.

    Attributes:
        customers: int64 [rows], transformed ids; -1 for one out of vocabulary, whom others share the id with.
        products: int64 [rows], positions among the candidates; -1 for a product that is none.
        seconds: int64 [rows], since 1970.
    """

    customers: np.ndarray
    products: np.ndarray
    seconds: np.ndarray

    def __len__(self) -> int:
        return len(self.customers)

    @classmethod
    def together(cls, *parts: "Purchases") -> "Purchases":
        """Returns the rows of all parts."""
        return cls(
            np.concatenate([part.customers for part in parts]),
            np.concatenate([part.products for part in parts]),
            np.concatenate([part.seconds for part in parts]),
        )

    def take(self, rows: np.ndarray) -> "Purchases":
        """Returns some rows, bool [rows] or their numbers."""
        return Purchases(self.customers[rows], self.products[rows], self.seconds[rows])

    @property
    def known(self) -> "Purchases":
        """The rows whose customer and product are both known."""
        return self.take((self.customers >= 0) & (self.products >= 0))


def purchases(
    splits: Sequence[Split], *, customer: str, known_customers: int, product: str, candidates: Candidates
) -> Purchases:
    """Reads the purchases of some splits.

    Args:
        splits: The rows.
        customer: Name of the customer's id.
        known_customers: Ids from here on are out of vocabulary.
        product: Name of the product's id.
        candidates: The products that can be recommended.
    """
    customers, products, seconds = (
        np.concatenate([split.columns[name] for split in splits])
        for name in (customer, product, INTERACTION_DATE)
    )
    return Purchases(
        customers=np.where(customers < known_customers, customers, -1),
        products=candidates.positions(products),
        seconds=seconds,
    )


def seen_purchases(
    inputs: TransformedInputs, candidates: Candidates, customer: Vocabulary, product: Vocabulary
) -> Purchases:
    """Reads everything that was bought before the test rows.

    Args:
        inputs: The rows.
        candidates: The products that can be recommended.
        customer: The customer's id.
        product: The product's id.
    """
    return _of(inputs.seen, inputs, candidates, customer, product)


def eval_apart(
    inputs: TransformedInputs, candidates: Candidates, customer: Vocabulary, product: Vocabulary
) -> tuple[Purchases, Purchases]:
    """Reads the same in two parts, what is not among the eval rows and what is."""
    others = [split for split in inputs.seen if split.name != "eval"]
    parts = (others, [inputs.splits.eval])
    rest, of_eval = (_of(splits, inputs, candidates, customer, product) for splits in parts)
    return rest, of_eval


def _of(
    splits: Sequence[Split],
    inputs: TransformedInputs,
    candidates: Candidates,
    customer: Vocabulary,
    product: Vocabulary,
) -> Purchases:
    return purchases(
        splits,
        customer=customer.name,
        known_customers=customer.vocabulary_size(inputs.tft_output),
        product=product.name,
        candidates=candidates,
    )


class Baskets:
    """The distinct products of each customer, all customers in one sorted array of pairs.

    Args:
        bought: What was bought.
        candidates: Number of products.
    """

    def __init__(self, bought: Purchases, candidates: int) -> None:
        known = bought.known
        self._candidates = candidates
        self._pairs = np.unique(known.customers * candidates + known.products)

    def contains(self, customers: np.ndarray, products: np.ndarray) -> np.ndarray:
        """Returns bool [rows], whether each customer bought that product; unknown ones did not."""
        if not len(self._pairs):
            return np.zeros(len(customers), bool)
        pairs = customers * self._candidates + products
        found = self._pairs[np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)]
        return (found == pairs) & (customers >= 0) & (products >= 0)

    def of(self, customers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns every product of the customers, as index into `customers` and position of the product."""
        starts, sizes = self._ranges(customers)
        rows = np.repeat(np.arange(len(customers)), sizes)
        places = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(starts, sizes)
        return rows, self._pairs[places] % self._candidates

    def ahead(self, customers: np.ndarray, ranks: np.ndarray, rank_of_product: np.ndarray) -> np.ndarray:
        """Counts for each row the products of its customer that a ranking puts before a rank.

        Args:
            customers: int64 [rows].
            ranks: int64 [rows], from 0.
            rank_of_product: int64 [candidates], the ranking.
        """
        owners, products = np.divmod(self._pairs, self._candidates)
        ranked = np.sort(owners * self._candidates + rank_of_product[products])
        owner = np.maximum(customers, 0) * self._candidates
        counts = np.searchsorted(ranked, owner + ranks) - np.searchsorted(ranked, owner)
        return np.where(customers >= 0, counts, 0)

    def sizes(self, customers: np.ndarray) -> np.ndarray:
        """Returns int64 [rows], how many distinct products each customer bought."""
        return self._ranges(customers)[1]

    def _ranges(self, customers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first = np.maximum(customers, 0) * self._candidates
        starts = np.searchsorted(self._pairs, first)
        ends = np.searchsorted(self._pairs, first + self._candidates)
        return starts, np.where(customers >= 0, ends - starts, 0)
