"""The base of Keras models that come out of a declaration."""

from typing import Any

from recsflow_trainer.keras import tf_keras


class DeclaredModel(tf_keras.Model):
    """A model that a declaration builds, and Keras never: a SavedModel needs its functions only."""

    def get_config(self) -> dict[str, Any]:
        """Returns nothing; without it Keras warns of each model that is saved."""
        return {}
