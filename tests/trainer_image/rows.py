"""The rows of the small experiment, changed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split, Splits
from recsflow_trainer.features.interaction import INTERACTION_LABEL


def with_labels(inputs: TransformedInputs, change: Callable[[np.ndarray], np.ndarray]) -> TransformedInputs:
    """The inputs with other labels, which `change` makes of those of each split."""
    splits = [
        Split(
            split.name,
            {
                **split.columns,
                INTERACTION_LABEL: change(split.columns[INTERACTION_LABEL]).astype(np.float32),
            },
        )
        for split in (inputs.splits.train, inputs.splits.eval, inputs.splits.test)
    ]
    return replace(inputs, splits=Splits(*splits))
