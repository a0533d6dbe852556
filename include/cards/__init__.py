"""A small card of each experiment, and an index by which thousands of them are searched."""
