"""A tower: from the features of a customer or a product to one embedding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tensorflow_transform as tft

from recsflow_trainer.declared_model import DeclaredModel
from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features import Feature, Vocabulary
from recsflow_trainer.features.feature_set import check_distinct_names
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.towers.layers import Layer

# Of what the layers of a residual tower make. A rate that suits embeddings, such as 0.2 with Adagrad, throws
# dense layers off in their first steps; this far away they learn in step with the embeddings.
_CORRECTION = 0.03


@dataclass(frozen=True)
class Tower:
    """The inputs and hidden layers of a tower.

    Hidden layers read the inputs side by side, and a linear projection to the embedding's width follows them,
    so that both towers of a model meet in one space whatever their layers are.

    A tower without layers is the sum of its inputs: those as wide as the embedding are added as they are, the
    others side by side through one linear map. A residual tower is that sum plus a small part of what its
    layers make of the inputs. Their projection starts at zero, so that learning starts from the plain
    embeddings however deep the tower is (as in SkipInit, De and Smith, NeurIPS 2020).

    Attributes:
        inputs: One or more features.
        layers: Hidden layers from input to output; may be empty.
        residual: Whether the layers correct the sum of the inputs instead of replacing it.
    """

    inputs: Sequence[Feature]
    layers: Sequence[Layer] = ()
    residual: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", tuple(self.inputs))
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.inputs:
            raise DeclarationError("Tower.inputs is empty; give one feature or more.")
        check_distinct_names(self.inputs, "Tower.inputs")

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The columns of the rows that the inputs read, each once, sorted."""
        return tuple(sorted({column for feature in self.inputs for column in feature.raw_columns}))

    @property
    def vocabularies(self) -> list[Vocabulary]:
        """The inputs that are vocabularies."""
        return [feature for feature in self.inputs if isinstance(feature, Vocabulary)]

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse this tower's part of a transformed example."""
        return {feature.name: feature.spec for feature in self.inputs}

    def id_feature(self, column: str) -> Vocabulary:
        """Returns the input that identifies this tower's customer or product.

        Args:
            column: The id's column in the rows.

        Raises:
            DeclarationError: No vocabulary reads the column, or several do and not just one is primary.
        """
        found = [f for f in self.vocabularies if f.column == column and not f.separator]
        primary = [f for f in found if f.primary_id] if len(found) > 1 else found
        if len(primary) != 1:
            raise DeclarationError(
                f"Tower.inputs has {len(found)} vocabularies of column {column!r}, {len(primary)} of them "
                "usable as its id; give exactly one, or mark one with primary_id=True."
            )
        return primary[0]

    def build(
        self, tft_output: tft.TFTransformOutput, *, name: str, embedding_dim: int, normalize: bool
    ) -> tf_keras.Model:
        """Builds the Keras model with all its weights.

        Args:
            tft_output: Where the vocabularies of the inputs are.
            name: Name of the model, such as "query"; starts the names of its weights.
            embedding_dim: Width of the output.
            normalize: Whether each output row is scaled to length 1.

        Returns:
            A model from {feature name: [batch] or [batch, width]} to float32 [batch, embedding_dim]. Other
            keys of the dict are ignored.
        """
        model = TowerModel(self, tft_output, name=name, embedding_dim=embedding_dim, normalize=normalize)
        model(
            {
                feature: tf.zeros([1, *spec.shape], spec.dtype)
                for feature, spec in self.transformed_spec().items()
            }
        )
        return model


class TowerModel(DeclaredModel):
    """The Keras model of a `Tower`; made by `Tower.build`."""

    def __init__(
        self,
        tower: Tower,
        tft_output: tft.TFTransformOutput,
        *,
        name: str,
        embedding_dim: int,
        normalize: bool,
    ) -> None:
        super().__init__(name=name)
        self._names = [feature.name for feature in tower.inputs]
        self.input_layers = [feature.input_layer(tft_output) for feature in tower.inputs]
        self.hidden_layers = [
            layer.build(f"{type(layer).__name__.lower()}_{index}") for index, layer in enumerate(tower.layers)
        ]
        self._wide = [feature.output_dim == embedding_dim for feature in tower.inputs]
        self._summed = tower.residual or not tower.layers
        self.linear_map = None
        if self._summed and not all(self._wide):
            self.linear_map = tf_keras.layers.Dense(embedding_dim, use_bias=False, name="linear_map")
        self.projection = _projection(embedding_dim, tower.residual) if tower.layers else None
        self._share = _CORRECTION if tower.residual else 1.0
        self._normalize = normalize

    def call(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns float32 [batch, embedding_dim]."""
        inputs = [layer(features[name]) for name, layer in zip(self._names, self.input_layers, strict=True)]
        parts = self._sum_of(inputs) if self._summed else []
        if self.projection is not None:
            hidden = tf.concat(inputs, axis=1)
            for layer in self.hidden_layers:
                hidden = layer(hidden)
            parts.append(self._share * self.projection(hidden))
        embedding = tf.add_n(parts)
        return tf.math.l2_normalize(embedding, axis=1) if self._normalize else embedding

    def _sum_of(self, inputs: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Returns what is added up: the wide inputs, and all others together through one linear map."""
        parts = [values for values, wide in zip(inputs, self._wide, strict=True) if wide]
        if self.linear_map is not None:
            others = [values for values, wide in zip(inputs, self._wide, strict=True) if not wide]
            parts.append(self.linear_map(tf.concat(others, axis=1)))
        return parts


def _projection(width: int, residual: bool) -> tf_keras.layers.Layer:
    start = "zeros" if residual else "glorot_uniform"
    return tf_keras.layers.Dense(width, kernel_initializer=start, name="projection")
