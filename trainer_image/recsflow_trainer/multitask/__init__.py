"""The model type that retrieves and ranks with the same towers."""
