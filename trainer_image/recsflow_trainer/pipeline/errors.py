"""Errors of the pipeline package.

TopologyError      a topology cannot be compiled
"""


class TopologyError(ValueError):
    """A topology cannot be compiled; the text names the field, its value and the remedy."""
