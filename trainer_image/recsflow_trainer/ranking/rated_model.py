"""A trained model with a rating head, measured on whole splits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import tensorflow_transform as tft

from recsflow_trainer.baselines.ratings import Ids, rating_baselines
from recsflow_trainer.diagnostics.epoch_probe import EpochProbe, rated_sample, rating_probe
from recsflow_trainer.diagnostics.leakage import label_leakage
from recsflow_trainer.evaluation.cold_rows import cold_rows, is_cold
from recsflow_trainer.evaluation.headline import rating_headline
from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split, Splits
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.features.interaction import INTERACTION_LABEL
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.overfit.sample import Ratings, known_ids, rows_without_shared_ids, spread_order
from recsflow_trainer.ranking.rating import RatingTask, labelled

_ROWS_A_CALL = 8_192


class RatedModel(Protocol):
    """What has two towers and a rating head."""

    query: tf_keras.Model
    candidate: tf_keras.Model
    rating: RatingTask


def calibrate(model: RatedModel, train: Split) -> None:
    """Gives outputs that have an order only the level of the train rows' labels; others are left alone."""
    if model.rating.scale.needs_calibration:
        rows = labelled(train)
        targets = model.rating.scale.transform.forward(tf.constant(rows.columns[INTERACTION_LABEL]))
        model.rating.scale.calibrate(_outputs(model, rows), targets.numpy())


def finish_ratings(model: RatedModel, splits: Splits) -> None:
    """Gives outputs a level where they have none, by train rows, and takes away their shift on eval rows."""
    calibrate(model, splits.train)
    rows = labelled(splits.eval)
    targets = model.rating.scale.transform.forward(tf.constant(rows.columns[INTERACTION_LABEL]))
    model.rating.scale.remove_shift(_outputs(model, rows), targets.numpy())


def predicted_ratings(model: RatedModel, split: Split) -> np.ndarray:
    """Returns float32 [rows], in the label's own units."""
    return model.rating.scale.ratings(tf.constant(_outputs(model, split))).numpy()


@dataclass(frozen=True)
class RatedIds:
    """Who rates what: the customer's and the product's id."""

    customer: Ids
    product: Ids

    @classmethod
    def of(cls, customer: Vocabulary, product: Vocabulary, tft_output: tft.TFTransformOutput) -> Self:
        """Returns the ids that two features transform."""
        return cls(
            Ids(customer.name, customer.vocabulary_size(tft_output)),
            Ids(product.name, product.vocabulary_size(tft_output)),
        )


def evaluate_ratings(
    model: RatedModel, inputs: TransformedInputs, ids: RatedIds, features: Sequence[str]
) -> Evaluation:
    """Measures a finished model and the means of the seen labels on the test rows that have a label.

    Args:
        model: The finished model.
        inputs: The rows.
        ids: The ids of the rows.
        features: Names of the towers' features, those of the ids among them.
    """
    train, test = inputs.splits.train, labelled(inputs.splits.test)
    labels, ratings = test.columns[INTERACTION_LABEL], predicted_ratings(model, test)
    customers = test.columns[ids.customer.name]
    others = [name for name in features if name not in (ids.customer.name, ids.product.name)]
    return Evaluation(
        candidates=ids.product.known,
        test=rating_metrics(ratings, labels, customers),
        baselines=rating_baselines(inputs.seen, test, ids.customer, ids.product),
        headline=rating_headline(),
        cold=cold_rows(
            {
                name: is_cold(train.columns[key.name], test.columns[key.name], key.known)
                for name, key in (("customers", ids.customer), ("products", ids.product))
            },
            lambda rows: _distances(rating_metrics(ratings[rows], labels[rows], customers[rows])),
        ),
        measures={
            "score_std": float(np.std(ratings, dtype=np.float64)),
            "label_std": float(np.std(labels, dtype=np.float64)),
            **label_leakage(train.columns, test.columns, others, INTERACTION_LABEL),
        },
    )


def _distances(measured: dict[str, float]) -> dict[str, float]:
    return {name: measured[name] for name in ("rmse", "mae", "mean_error")}


def ratings_probe(split: Split, ids: RatedIds) -> EpochProbe:
    """Measures ratings of some rows of a split after each epoch.

    Outputs that have an order only get the level of those very rows.
    """

    def predict(model: RatedModel, rows: Split) -> np.ndarray:
        calibrate(model, rows)
        return predicted_ratings(model, rows)

    return rating_probe(rated_sample(labelled(split)), predict, INTERACTION_LABEL, ids.customer.name)


def spread_inputs(inputs: TransformedInputs, ids: RatedIds, rows: int) -> TransformedInputs:
    """Returns the inputs with a few train rows for an overfit check.

    No two have the same customer or product, and their labels differ as far as possible.

    Args:
        inputs: The rows.
        ids: The ids of the rows.
        rows: How many to pick, at most.
    """
    train = labelled(inputs.splits.train)
    known = [known_ids(train.columns[key.name], key.known) for key in (ids.customer, ids.product)]
    picked = train.take(rows_without_shared_ids(known, rows, spread_order(train.columns[INTERACTION_LABEL])))
    return replace(inputs, splits=replace(inputs.splits, train=picked))


def learnt_ratings(model: RatedModel, split: Split) -> Ratings:
    """Returns the head's outputs for rows with a label, beside what the loss wants them to be."""
    targets = model.rating.scale.transform.forward(tf.constant(split.columns[INTERACTION_LABEL]))
    return Ratings(_outputs(model, split), targets.numpy())


def _outputs(model: RatedModel, split: Split) -> np.ndarray:
    """Returns float32 [rows], the head's outputs, computed some thousand rows at a time."""

    @tf.function(reduce_retracing=True)
    def outputs(features: dict[str, tf.Tensor]) -> tf.Tensor:
        queries, candidates = (tower(features, training=False) for tower in (model.query, model.candidate))
        return model.rating.head(queries, candidates, training=False)

    parts = [np.zeros(0, np.float32)]
    for start in range(0, split.rows, _ROWS_A_CALL):
        rows = slice(start, start + _ROWS_A_CALL)
        parts.append(outputs({name: tf.constant(v[rows]) for name, v in split.columns.items()}).numpy())
    return np.concatenate(parts)
