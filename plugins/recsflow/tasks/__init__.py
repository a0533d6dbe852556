"""The tasks of an experiment, in the order in which they run."""
