"""Errors of experiment tracking.

TrackingError
├── TrackingUnavailable  the MLflow server did not answer; trying again later may help
├── TrackingRejected     MLflow refused what was sent
└── InvalidMetricsFile   training_metrics.json does not follow its schema
"""

from include.errors import RecsflowError


class TrackingError(RecsflowError):
    """Base of every error of experiment tracking."""


class TrackingUnavailable(TrackingError):
    """The MLflow server did not answer; trying again later may help."""


class TrackingRejected(TrackingError):
    """MLflow refused what was sent; trying again will not help."""


class InvalidMetricsFile(TrackingError):
    """training_metrics.json does not follow its schema."""
