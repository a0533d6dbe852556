"""Writes the two modules that a pipeline runs, the way a person would have written them."""
