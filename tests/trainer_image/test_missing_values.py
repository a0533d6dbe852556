"""Missing means the same in training and in the saved model, whatever kind of feature reads the column.

Rows are asked for as a caller without NULL would: through plain JSON, whose numbers are doubles.
"""

import json

import numpy as np
import pytest

from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split, Splits
from recsflow_trainer.features import Bucketized, Cyclical, FeatureSet, HashedCross, Numeric, Vocabulary
from recsflow_trainer.features.densify import MISSING_NUMBER
from recsflow_trainer.features.numeric import SCALINGS
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.rating import MeanSquaredError
from recsflow_trainer.multitask.declaration import Multitask
from recsflow_trainer.ranking.rating import Rating
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.towers import Tower
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

TYPES = {"text": tf.string, "whole": tf.int64, "decimal": tf.float32}
SAID = {tf.string: "", tf.int64: MISSING_NUMBER, tf.float32: float(MISSING_NUMBER)}
ZERO = {tf.string: "0 1", tf.int64: 0, tf.float32: 0.0}
ALWAYS = "always"
PERIODS = ("hour_of_day", "day_of_week", "day_of_month", "month_of_year")
# Each kind of feature on each type that its column may be staged as; dates and booleans are whole numbers.
KINDS = {
    **{
        f"vocabulary of {kind}": (kind, lambda column, name: Vocabulary(column, name=name, dim=4))
        for kind in ("text", "whole")
    },
    "list of text": ("text", lambda column, name: Vocabulary(column, name=name, dim=4, separator=" ")),
    **{
        f"{scaling} of {kind}": (kind, lambda column, name, s=scaling: Numeric(column, name=name, scaling=s))
        for scaling in SCALINGS
        for kind in ("whole", "decimal")
    },
    **{
        f"buckets of {kind}": (kind, lambda column, name: Bucketized(column, name=name, buckets=3, dim=4))
        for kind in ("whole", "decimal")
    },
    **{
        period: ("whole", lambda column, name, p=period: Cyclical(column, name=name, period=p))
        for period in PERIODS
    },
    **{
        f"cross of {kind}": (
            kind,
            lambda column, name: HashedCross([column, f"{column[0]}_{ALWAYS}"], name=name, buckets=64, dim=4),
        )
        for kind in TYPES
    },
}
# A missing number is 0 after scaling; these leave 0 where it is, as it is the least that training has.
ZERO_IS_MISSING = {
    f"{scaling} of {kind}" for scaling in ("log", "none", "minmax") for kind in ("whole", "decimal")
}
TOWERS = {"q": "query", "c": "candidate"}
PRODUCTS, VALUES = 8, 6


def columns_of(tower):
    return {f"{tower}_{kind}": dtype for kind, dtype in TYPES.items()} | {f"{tower}_{ALWAYS}": tf.int64}


COLUMNS = {
    "user": tf.int64,
    "item": tf.string,
    **columns_of("q"),
    **columns_of("c"),
    "at": tf.int64,
    "paid": tf.float32,
}


def value(dtype, number):
    """Some value of a type; 0 is among them."""
    return {tf.string: f"{number} {number + 1}", tf.int64: number * 10_000_000, tf.float32: number * 1.5}[
        dtype
    ]


def training_rows():
    """Every column but one is missing in some rows; those of an item are the same in all its rows."""
    random, rows = np.random.default_rng(1), []
    for n in range(120):
        item = n % PRODUCTS
        row = {"user": n % 30, "item": f"item {item}", "at": 1_500_000_000 + n, "paid": float(n % 7)}
        for name, dtype in columns_of("q").items():
            missing = ALWAYS not in name and random.random() < 0.4
            row[name] = None if missing else value(dtype, int(random.integers(VALUES)))
        for place, (name, dtype) in enumerate(columns_of("c").items()):
            missing = ALWAYS not in name and (item + place) % 4 == 1
            row[name] = None if missing else value(dtype, item % VALUES)
        rows.append(row)
    return rows


class Served:
    """A trained model beside what was saved of it."""

    def __init__(self, folder):
        features = {
            tower: [make(f"{tower}_{kind}", f"{tower} {name}") for name, (kind, make) in KINDS.items()]
            for tower in TOWERS
        }
        query = [Vocabulary("user", dim=4), *features["q"]]
        candidate = [Vocabulary("item", dim=4), *features["c"]]
        feature_set = FeatureSet(query, candidate, date="at", label="paid")
        self.rows = training_rows()
        self.transformed = transform(feature_set, COLUMNS, self.rows, folder / "transform")
        batch = {name: values.numpy() for name, values in self.transformed.batch().items()}
        splits = Splits(*(Split(name, batch) for name in ("train", "eval", "test")))
        inputs = TransformedInputs(splits, self.transformed.output)
        retrieval = Retrieval(
            query=Tower(query),
            candidate=Tower(candidate),
            customer_id="user",
            product_id="item",
            embedding_dim=6,
        )
        declaration = Multitask(retrieval=retrieval, rating=Rating("paid", loss=MeanSquaredError()))
        tf.keras.utils.set_random_seed(1)
        self.model = declaration.build(inputs)
        declaration.save(self.model, inputs, str(folder / "model"))
        self.loaded = tf.saved_model.load(str(folder / "model"))

    def trained(self, rows):
        """What towers and head make of rows, as training reads them: a NULL is no value at all."""
        features = self.transformed.apply(rows)
        query, candidate = self.model.query(features), self.model.candidate(features)
        rating = self.model.rating.scale.ratings(self.model.rating.head(query, candidate))
        scores = tf.reduce_sum(query * candidate, axis=1)
        return zip(query.numpy(), scores.numpy(), rating.numpy(), strict=True)

    def ask(self, signature, row):
        """The answer to a row in plain JSON, in which a missing value is one of those that stand for it."""
        function = self.loaded.signatures[signature]
        taken = function.structured_input_signature[1]
        plain = {name: SAID[spec.dtype] if row[name] is None else row[name] for name, spec in taken.items()}
        doubles = json.loads(json.dumps(plain), parse_int=float, parse_constant=pytest.fail)
        answer = function(
            **{
                name: tf.constant([int(number) if spec.dtype == tf.int64 else number], spec.dtype)
                for (name, number), spec in zip(doubles.items(), taken.values(), strict=True)
            }
        )
        return {name: values.numpy()[0] for name, values in answer.items()}

    def served(self, row):
        """The same three from the saved signatures; the score is that of the row's own item."""
        best = self.ask("serving_default", row)
        scores = dict(zip(best["product_id"].tolist(), best["score"].tolist(), strict=True))
        embedding, rating = self.ask("embed", row)["embedding"], self.ask("rate", row)["rating"]
        return embedding, scores[row["item"].encode()], rating


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return Served(tmp_path_factory.mktemp("missing"))


def full_row(served):
    """A row of training in which nothing is missing on the query side."""
    return next(row for row in served.rows if all(row[name] is not None for name in columns_of("q")))


def test_every_row_of_training_has_the_score_that_it_is_served_with(served):
    missing = sum(value is None for row in served.rows for value in row.values())
    assert missing > 100
    rows = served.rows[:40]
    for row, (embedding, score, rating) in zip(rows, served.trained(rows), strict=True):
        found = served.served(row)
        assert found[0] == pytest.approx(embedding, rel=1e-4, abs=1e-5)
        assert found[1:] == pytest.approx((score, rating), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("tower", TOWERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_value_of_each_kind_is_served_as_it_was_trained(served, tower, kind):
    column = f"{tower}_{KINDS[kind][0]}"
    feature, dtype = f"{tower} {kind}", TYPES[KINDS[kind][0]]
    row = {**full_row(served), column: None}
    asked = [row, {**row, column: SAID[dtype]}, {**row, column: ZERO[dtype]}]
    missing, said, zero = served.transformed.apply(asked)[feature].numpy().tolist()
    assert said == missing
    assert zero != missing or kind in ZERO_IS_MISSING


def test_nan_stands_for_a_missing_decimal_too(served):
    row = full_row(served)
    asked = [{**row, "q_decimal": said} for said in (float("nan"), SAID[tf.float32])]
    for values in served.transformed.apply(asked).values():
        nan, said = values.numpy().tolist()
        assert nan == said


def test_an_id_that_is_missing_is_one_that_training_did_not_see(served):
    row = full_row(served)
    answers = [served.ask("embed", {**row, "user": user})["embedding"] for user in (None, 999)]
    assert answers[0] == pytest.approx(answers[1])


def test_a_saved_model_says_how_to_say_that_a_number_is_missing(served):
    assert int(served.loaded.missing_number) == MISSING_NUMBER
