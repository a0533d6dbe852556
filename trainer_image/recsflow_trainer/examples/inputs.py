"""What TFX hands to a trainer: Transform's graph and its examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow_transform as tft

from recsflow_trainer.examples.splits import Split, Splits, read_split, sibling_split
from recsflow_trainer.keras import tf


@dataclass(frozen=True)
class TransformedInputs:
    """The rows of an experiment after Transform.

    Attributes:
        splits: The rows.
        tft_output: Vocabularies, and the graph that transforms raw columns when the model serves.
        warnings: What is odd about the rows, as sentences for the metrics.
        history: Ids, date and perhaps label of the rows that a sample leaves out; None where all are there.
    """

    splits: Splits
    tft_output: tft.TFTransformOutput
    warnings: tuple[str, ...] = ()
    history: Split | None = None

    @property
    def seen(self) -> tuple[Split, ...]:
        """All rows before the test rows: what a customer had bought is asked of these, and of no others.

        They have the ids, the date and perhaps the label in common.
        """
        before = (self.splits.train, self.splits.eval)
        return before if self.history is None else (*before, self.history)


def read_transformed(fn_args: Any, spec: Mapping[str, tf.io.FixedLenFeature]) -> TransformedInputs:
    """Reads the three splits.

    Args:
        fn_args: TFX's `FnArgs`.
        spec: How to parse a transformed example.

    Raises:
        ExamplesError: A split is missing, empty or of another shape.
    """
    test_files = sibling_split(fn_args.train_files, "test")
    return TransformedInputs(
        splits=Splits(
            train=read_split(fn_args.train_files, spec, name="train"),
            eval=read_split(fn_args.eval_files, spec, name="eval"),
            test=read_split(test_files, spec, name="test"),
        ),
        tft_output=tft.TFTransformOutput(fn_args.transform_graph_path),
    )
