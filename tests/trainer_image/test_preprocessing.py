import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features import Cyclical, FeatureSet, HashedCross, Numeric
from recsflow_trainer.keras import tf
from recsflow_trainer.preprocessing import preprocess

pytestmark = pytest.mark.tensorflow

FEATURES = FeatureSet(
    query=[Numeric("price", scaling="none"), Cyclical("at", period="hour_of_day")],
    candidate=[HashedCross(["price", "at"], buckets=10)],
)


def test_gives_one_dense_tensor_a_feature_of_both_towers():
    found = preprocess(
        {"price": tf.constant([[1.5], [2.5]]), "at": tf.constant([[0], [21_600]], tf.int64)}, FEATURES
    )
    assert {name: values.shape.as_list() for name, values in found.items()} == {
        "price": [2],
        "at_hour_of_day": [2, 2],
        "price_x_at": [2],
    }
    assert {name: values.dtype for name, values in found.items()} == {
        name: spec.dtype for name, spec in FEATURES.transformed_spec().items()
    }


def test_columns_that_no_feature_reads_are_left_out():
    columns = {"price": tf.constant([1.0]), "at": tf.constant([0], tf.int64), "basket_id": tf.constant([9])}
    assert "basket_id" not in preprocess(columns, FEATURES)


def test_a_missing_column_is_named():
    with pytest.raises(DeclarationError, match="column 'at', which the rows do not have; use one of: price"):
        preprocess({"price": tf.constant([1.0])}, FEATURES)


def test_the_date_and_the_label_are_handed_on_in_their_own_units():
    features = FeatureSet([Numeric("age", scaling="none")], [], date="at", label="spent")
    columns = {
        "age": tf.constant([30.0, 40.0]),
        "at": tf.constant([[1_483_228_800], [1_483_315_200]], tf.int64),
        "spent": tf.SparseTensor([[1, 0]], [2.5], [2, 1]),
    }
    found = preprocess(columns, features)
    assert found["interaction_date"].numpy().tolist() == [1_483_228_800, 1_483_315_200]
    assert np.isnan(found["interaction_label"].numpy()).tolist() == [True, False]
    assert found["interaction_label"].numpy()[1] == 2.5
    assert {name: values.dtype for name, values in found.items()} == {
        name: spec.dtype for name, spec in features.transformed_spec().items()
    }


def test_a_feature_cannot_take_the_name_of_the_date_or_the_label():
    with pytest.raises(DeclarationError, match="'interaction_label', the name of a row's own"):
        FeatureSet([Numeric("age", name="interaction_label")], [])
