"""Typed configs, their checks, and the experiment that they resolve to."""

from include.experiment.dataset_config import required_tables
from include.experiment.experiment import Experiment
from include.experiment.history import check_history, check_splits
from include.experiment.identity import content_hash, experiment_id
from include.experiment.loader import load_dataset, load_features, load_model
from include.experiment.resolver import resolve, tables_to_look_up

__all__ = [
    "Experiment",
    "check_history",
    "check_splits",
    "content_hash",
    "experiment_id",
    "load_dataset",
    "load_features",
    "load_model",
    "required_tables",
    "resolve",
    "tables_to_look_up",
]
