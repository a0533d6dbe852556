"""One run of the Trainer, whatever the model type: its parameters, its steps, and how it begins and ends."""
