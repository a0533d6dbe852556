"""What a node tells about a product in a basket, all of it known before the target."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from recsflow_trainer.graphs.baskets.options import Encoding, GraphOptions, NodeColumn, Target
from recsflow_trainer.graphs.baskets.visits import TRAIN, Visits

_PRIOR_VISITS = 5


@dataclass(frozen=True)
class NodeFeatures:
    """The numbers of all items.

    Attributes:
        names: One a column.
        values: float32 [items, columns].
    """

    names: tuple[str, ...]
    values: np.ndarray


def node_features(
    rows: pa.Table, visits: Visits, known: Mapping[str, np.ndarray], options: GraphOptions
) -> NodeFeatures:
    """Returns the node features of all items.

    Popularity and price are those of the train visits other than the item's own, so that a train graph knows
    no more of itself than a test graph does.

    Args:
        rows: The rows that the visits were gathered from.
        visits: The visits.
        known: What is known of the customer, by name, float64 [visits] each.
        options: Which columns a node has.
    """
    columns = {**_product_statistics(visits)}
    if options.target is Target.NEXT_VISIT_VALUE:
        columns["paid"] = _signed_log(visits.item_value)
    columns |= {name: values[visits.visit] for name, values in known.items()}
    blocks = [np.stack(list(columns.values()), axis=1).astype(np.float32)]
    names = list(columns)
    for node in options.nodes:
        found, block = _column(rows, visits, node)
        names += found
        blocks.append(block)
    return NodeFeatures(tuple(names), np.concatenate(blocks, axis=1))


def _product_statistics(visits: Visits) -> dict[str, np.ndarray]:
    own = visits.trained.astype(np.float64)
    counts = np.bincount(visits.product, own, visits.products)[visits.product] - own
    paid = own * visits.item_value
    sums = np.bincount(visits.product, paid, visits.products)[visits.product] - paid
    prices = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    return {"popularity": np.log1p(counts), "price": _signed_log(prices)}


def customer_history(visits: Visits, target: Target) -> dict[str, np.ndarray]:
    """Returns what is known of the customer's visits: how many, and what they are usually worth.

    Visits that a sample leaves out count too: a test graph knows its customer whatever the sample is.
    The usual value is the mean over the earlier visits (and this one, if the next is to be predicted) and
    over `_PRIOR_VISITS` more of a mean customer, so that few visits say little.
    """
    first = np.searchsorted(visits.customer, visits.customer)
    itself = 1 if target is Target.NEXT_VISIT_VALUE else 0
    known = np.arange(len(visits.value)) - first + itself
    total = np.concatenate([[0.0], np.cumsum(visits.value)])
    sums = total[first + known] - total[first]
    mean = visits.value[visits.split == TRAIN].mean()
    usual = (sums + _PRIOR_VISITS * mean) / (known + _PRIOR_VISITS)
    return {"known_visits": np.log1p(known), "usual_value": usual}


def _column(rows: pa.Table, visits: Visits, node: NodeColumn) -> tuple[list[str], np.ndarray]:
    if node.encoding is Encoding.ONE_HOT:
        return _one_hot(rows, visits, node)
    values = np.nan_to_num(rows[node.column].to_numpy().astype(np.float64))
    summed = np.bincount(visits.row_item, values)
    scaled = _signed_log(summed) if node.encoding is Encoding.LOG else summed
    return [node.column], scaled[:, None].astype(np.float32)


def _one_hot(rows: pa.Table, visits: Visits, node: NodeColumn) -> tuple[list[str], np.ndarray]:
    """Tells the most frequent values of the train visits apart; all others, and none, share a place."""
    column = rows[node.column].take(pa.array(visits.first_row)).combine_chunks()
    encoded = column.cast(pa.string()).fill_null("").dictionary_encode()
    codes, values = encoded.indices.to_numpy(), encoded.dictionary.to_numpy(zero_copy_only=False)
    counts = np.bincount(codes[visits.split[visits.visit] == TRAIN], minlength=len(values))
    kept = [code for code in np.lexsort((values, -counts))[: node.max_values] if counts[code]]
    place = np.full(len(values), len(kept))
    place[kept] = np.arange(len(kept))
    block = np.zeros([len(codes), len(kept) + 1], np.float32)
    block[np.arange(len(codes)), place[codes]] = 1.0
    return [f"{node.column}={value}" for value in [*values[kept], "(other)"]], block


def _signed_log(values: np.ndarray) -> np.ndarray:
    """sign(x) * ln(1 + |x|)."""
    return np.sign(values) * np.log1p(np.abs(values))
