"""Adam and Adagrad of Keras, with TensorFlow's fused kernels.

Keras writes a step as a dozen operations, each of which goes through the whole table and leaves a temporary
one of its size; the kernels go through it once. The mathematics is Keras's, except that Adagrad's epsilon is
added to the root, not under it.

Gradients of looked-up rows have to come with one entry a row, as those of a `TrackedModel` do: Keras merges
repeated ones a second time, which takes a tenth of a small step.
"""

from collections.abc import Sequence
from typing import Any

from recsflow_trainer.keras import tf, tf_keras


class _Merged(tf_keras.optimizers.Optimizer):
    """An optimizer whose gradients have no repeated rows."""

    def _deduplicate_sparse_grad(self, grads: Sequence[Any]) -> Sequence[Any]:
        return grads


class FusedAdam(_Merged, tf_keras.optimizers.Adam):
    """Adam (Kingma and Ba, ICLR 2015); gradients of looked-up rows alone are applied as Keras does it."""

    def update_step(self, gradient: Any, variable: tf.Variable) -> None:
        """Moves one weight."""
        if isinstance(gradient, tf.IndexedSlices) or self.amsgrad or self.adaptive_epsilon:
            super().update_step(gradient, variable)
            return
        place = self._index_dict[self._var_key(variable)]
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].handle,
            v=self._velocities[place].handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(self.learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class FusedAdagrad(_Merged, tf_keras.optimizers.Adagrad):
    """Adagrad (Duchi et al., JMLR 2011); of an embedding it moves the rows that were looked up."""

    def update_step(self, gradient: Any, variable: tf.Variable) -> None:
        """Moves one weight."""
        accumulator = self._accumulators[self._index_dict[self._var_key(variable)]]
        shared = {
            "var": variable.handle,
            "accum": accumulator.handle,
            "lr": tf.cast(self.learning_rate, variable.dtype),
            "epsilon": self.epsilon,
        }
        if isinstance(gradient, tf.IndexedSlices):
            tf.raw_ops.ResourceSparseApplyAdagradV2(grad=gradient.values, indices=gradient.indices, **shared)
        else:
            tf.raw_ops.ResourceApplyAdagradV2(grad=gradient, **shared)


# By the name that a config gives.
FUSED = {"adam": FusedAdam, "adagrad": FusedAdagrad}
