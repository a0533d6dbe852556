"""A training run, whatever the model type: its parameters, what it does, and how it begins and ends."""
