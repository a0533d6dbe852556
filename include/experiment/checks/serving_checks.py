"""Whether the saved model can be asked by the names of the columns that it reads."""

import keyword
from collections.abc import Iterator

from include.errors import Problem
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.models import ModelConfig


def check_served_names(model: ModelConfig, features: FeatureConfig, dataset: DatasetConfig) -> list[Problem]:
    """Return the columns that no signature can take by name; a saved model would fail, after training."""
    if model.kind.reads_graphs:
        return []
    taken = model.kind.own_arguments
    query = [column for feature in features.query for column in feature.columns_used]
    candidate = [column for feature in features.candidate for column in feature.columns_used]
    named = {column: _why_not(column, taken if column in query else ()) for column in (*query, *candidate)}
    return list(_problems({column: why for column, why in named.items() if why}, dataset))


def _problems(refused: dict[str, str], dataset: DatasetConfig) -> Iterator[Problem]:
    for index, column in enumerate(dataset.columns):
        if column.name in refused:
            remedy = f"choose another name and set `source: {column.source or column.name}`"
            received = f"is {column.name!r}, {refused[column.name]}"
            yield Problem(f"datasets/{dataset.name}.yaml", f"columns[{index}].name", received, remedy)


def _why_not(column: str, taken: tuple[str, ...]) -> str:
    # Names differ by more than their case, in TensorFlow as in BigQuery.
    if column.lower() in taken:
        return f"which the saved model takes for its own argument {column.lower()!r}"
    if column.startswith("_"):
        return "which begins as no argument of a saved model may"
    if keyword.iskeyword(column) or column == "self":
        return "a word of Python's, which no argument of a saved model may be"
    return ""
