"""What anybody would guess of a rating: means of the labels that were seen, and biases from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.features.interaction import INTERACTION_LABEL

# Of Surprise's BaselineOnly, which has 0.944 on MovieLens-100k.
_CUSTOMER_WEIGHT, _PRODUCT_WEIGHT = 15, 10
_SWEEPS = 10


@dataclass(frozen=True)
class Ids:
    """A transformed id.

    Attributes:
        name: Its name among the columns.
        known: Values from here on are out of vocabulary.
    """

    name: str
    known: int


def rating_baselines(
    seen: Sequence[Split], test: Split, customer: Ids, product: Ids
) -> dict[str, dict[str, float]]:
    """Returns the metrics of means of labels and of biases from them, in the label's own units.

    They are the global mean, the customer's and the product's own, and the global mean with a bias of both.

    A customer or product that was not seen with a label, or that shares its id with others out of the
    vocabulary, gets the global mean.

    Args:
        seen: Splits whose labels are averaged; rows without a label do not count.
        test: Split that is measured; all its rows have a label.
        customer: The customer's id.
        product: The product's id.
    """
    labels = np.concatenate([split.columns[INTERACTION_LABEL] for split in seen]).astype(np.float64)
    rows = np.flatnonzero(~np.isnan(labels))
    labels = labels[rows]
    overall = float(labels.mean())
    customers, products = (_positions(key, seen)[rows] for key in (customer, product))
    biases = customer_product_biases(labels - overall, customers, products, customer.known, product.known)
    asked = [_positions(key, [test]) for key in (customer, product)]
    guesses = {
        "global_mean": np.full(test.rows, overall),
        "customer_mean": _means(labels, customers, customer.known)[asked[0]],
        "product_mean": _means(labels, products, product.known)[asked[1]],
        "customer_product_bias": overall + biases[0][asked[0]] + biases[1][asked[1]],
    }
    truth, owners = test.columns[INTERACTION_LABEL], test.columns[customer.name]
    return {name: rating_metrics(guess, truth, owners) for name, guess in guesses.items()}


def customer_product_biases(
    residuals: np.ndarray,
    customers: np.ndarray,
    products: np.ndarray,
    known_customers: int,
    known_products: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what each customer's and each product's labels are above the mean, b_u and b_i.

    They minimise sum((r - b_u - b_i)²) + 15 sum(b_u²) + 10 sum(b_i²), by solving for the products and the
    customers in turns (Koren, Factor in the Neighbors, TKDD 2010, with the weights of the Surprise library).

    Args:
        residuals: float64 [rows], labels less their mean.
        customers: int64 [rows], positions; `known_customers` for one who is unknown, whose bias is 0.
        products: int64 [rows], the same.
        known_customers: How many there are.
        known_products: How many there are.

    Returns:
        float64 [known_customers + 1] and [known_products + 1]; the last of each is 0.
    """
    of_customers, of_products = np.zeros(known_customers + 1), np.zeros(known_products + 1)
    for _ in range(_SWEEPS):
        of_products = _bias(residuals - of_customers[customers], products, known_products, _PRODUCT_WEIGHT)
        of_customers = _bias(residuals - of_products[products], customers, known_customers, _CUSTOMER_WEIGHT)
    return of_customers, of_products


def _bias(residuals: np.ndarray, ids: np.ndarray, known: int, weight: float) -> np.ndarray:
    sums = np.bincount(ids, residuals, minlength=known + 1)
    counts = np.bincount(ids, minlength=known + 1)
    return np.append((sums / (counts + weight))[:known], 0.0)


def _means(labels: np.ndarray, ids: np.ndarray, known: int) -> np.ndarray:
    """Returns float64 [known + 1], the mean of each id's labels; that of all for one without, and last."""
    overall = labels.mean()
    counts = np.bincount(ids, minlength=known + 1)[:known]
    sums = np.bincount(ids, labels, minlength=known + 1)[:known]
    return np.append(np.divide(sums, counts, out=np.full(known, overall), where=counts > 0), overall)


def _positions(key: Ids, splits: Sequence[Split]) -> np.ndarray:
    """Returns int64 [rows], ids of the rows; `key.known` for those out of vocabulary."""
    return np.minimum(np.concatenate([split.columns[key.name] for split in splits]), key.known)
