"""Features, models and the TFX pipeline that train recommenders for recsflow."""

__version__ = "0.1.0"
