"""What each customer has bought, inside a saved model."""

import numpy as np

from recsflow_trainer.evaluation.purchases import Baskets, Purchases
from recsflow_trainer.keras import tf


class BoughtProducts(tf.Module):
    """The distinct products of each customer: one array, customer by customer, and where each begins.

    Args:
        seen: The purchases.
        customers: Number of known customers; ids from here on are out of vocabulary and have bought nothing.
        candidates: Number of products.
    """

    def __init__(self, seen: Purchases, customers: int, candidates: int) -> None:
        super().__init__(name="bought_products")
        rows, products = Baskets(seen, candidates).of(np.arange(customers))
        ends = np.cumsum(np.bincount(rows, minlength=customers))
        # The last one begins and ends in the same place: the empty basket of everybody unknown.
        starts = np.concatenate([[0], ends, ends[-1:]]) if customers else np.zeros(2)
        self.starts = tf.Variable(starts.astype(np.int32), trainable=False, name="starts")
        self.products = tf.Variable(products.astype(np.int32), trainable=False, name="products")
        self._customers = customers

    def scores(
        self,
        customers: tf.Tensor,
        queries: tf.Tensor,
        products: tf.Tensor,
        *,
        without_bought: bool | tf.Tensor = False,
    ) -> tf.Tensor:
        """Returns float32 [batch, products], the dot products.

        Args:
            customers: int64 [batch], transformed ids.
            queries: float32 [batch, dim].
            products: float32 [products, dim].
            without_bought: Whether what a customer bought has a score of minus infinity.
        """
        scores = tf.matmul(queries, products, transpose_b=True)

        def unbought() -> tf.Tensor:
            places = self._places(customers)
            return tf.tensor_scatter_nd_update(scores, places, tf.fill(tf.shape(places)[:1], -np.inf))

        return tf.cond(tf.convert_to_tensor(without_bought), unbought, lambda: scores)

    def _places(self, customers: tf.Tensor) -> tf.Tensor:
        """Returns int64 [bought, 2]: rows of the batch, each with a product that its customer bought."""
        known = tf.minimum(customers, self._customers)
        ranges = tf.ragged.range(tf.gather(self.starts, known), tf.gather(self.starts, known + 1))
        products = tf.cast(tf.gather(self.products, ranges.flat_values), tf.int64)
        return tf.stack([ranges.value_rowids(), products], axis=1)
