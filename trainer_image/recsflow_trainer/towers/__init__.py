"""Tower declarations: from the features of a customer or a product to one embedding."""

from recsflow_trainer.towers.layers import Dense, Dropout, Layer, LayerNorm
from recsflow_trainer.towers.tower import Tower

__all__ = ["Dense", "Dropout", "Layer", "LayerNorm", "Tower"]
