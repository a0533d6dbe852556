"""The training metrics that tests of tracking read, too."""

from tests.include.tracking.conftest import document, metrics, metrics_with

__all__ = ["document", "metrics", "metrics_with"]
