"""The model type that finds the products a customer may buy next, and what serves it."""
