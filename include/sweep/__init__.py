"""A search for hyperparameters: a space, trials sampled from it, and what they found."""
