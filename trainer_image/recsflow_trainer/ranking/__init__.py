"""The model type that predicts a label of customer and product; multitask shares its rating."""
