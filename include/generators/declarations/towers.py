"""Towers and hidden layers, as every model type with towers declares them."""

from collections.abc import Sequence

from include.experiment.config.feature_config import Feature
from include.experiment.config.models.layers import (
    Activation,
    DenseLayer,
    DropoutLayer,
    Layer,
    LayerNormLayer,
)
from include.generators.features import tower_call
from include.generators.source_code import Call, Expression, Items


def tower(features: Sequence[Feature], layers: Sequence[Layer], *, residual: bool = False) -> Call:
    """Returns the declaration of a tower, one line a feature and one line a layer."""
    inputs = Items([tower_call(feature) for feature in features], spread=True)
    keywords: dict[str, Expression] = {"inputs": inputs, "layers": layer_list(layers)}
    return Call("Tower", keywords={**keywords, "residual": True} if residual else keywords)


def layer_list(layers: Sequence[Layer]) -> Items:
    """Returns the declarations of hidden layers, from input to output."""
    return Items([_layer(layer) for layer in layers], spread=True)


def _layer(layer: Layer) -> Call:
    match layer:
        case DenseLayer():
            keywords: dict[str, Expression] = {}
            if layer.activation is not Activation.LINEAR:
                keywords["activation"] = layer.activation.value
            if layer.l2:
                keywords["l2"] = layer.l2
            return Call("Dense", [layer.units], keywords)
        case DropoutLayer():
            return Call("Dropout", [layer.rate])
        case LayerNormLayer():
            return Call("LayerNorm")
