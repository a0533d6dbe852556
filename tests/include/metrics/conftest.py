"""The configs of a shop and the training metrics that other tests read, too."""

from tests.include.experiment.conftest import configs
from tests.include.tracking.conftest import document, metrics_with

__all__ = ["configs", "document", "metrics_with"]
