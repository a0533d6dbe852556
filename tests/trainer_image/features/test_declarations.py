"""What all declarations have in common: names, columns, and sentences for what cannot be."""

import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features import Bucketized, Cyclical, FeatureSet, HashedCross, Numeric, Vocabulary
from recsflow_trainer.features.declaration import slug
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("feature", "name", "columns"),
    [
        (Vocabulary("id"), "id", ("id",)),
        (Vocabulary("id", name="other"), "other", ("id",)),
        (Numeric("price"), "price", ("price",)),
        (Bucketized("price", buckets=4), "price", ("price",)),
        (Cyclical("at", period="day_of_week"), "at_day_of_week", ("at",)),
        (HashedCross(["a", "b"], buckets=9), "a_x_b", ("a", "b")),
    ],
)
def test_names_default_to_the_columns(feature, name, columns):
    assert (feature.name, feature.raw_columns) == (name, columns)


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: Vocabulary("id", oov_buckets=0), ["'id'", "oov_buckets 0", "1 or more"]),
        (lambda: Vocabulary("id", dim=0), ["'id'", "dim 0", "1 or more"]),
        (lambda: Numeric("price", scaling="log2"), ["'price'", "'log2'", "zscore, log, minmax, none"]),
        (lambda: Bucketized("price", buckets=1), ["'price'", "buckets 1", "2 or more"]),
        (lambda: Cyclical("at", period="year"), ["'at'", "'year'", "hour_of_day"]),
        (lambda: HashedCross(["a"], buckets=9), ["'a'", "2 or more"]),
        (lambda: HashedCross(["a", "b"], buckets=1), ["a_x_b", "buckets 1", "2 or more"]),
        (
            lambda: FeatureSet(query=[Vocabulary("id")], candidate=[Numeric("id")]),
            ["FeatureSet", "'id'", "another name"],
        ),
    ],
)
def test_a_wrong_declaration_says_where_what_and_what_to_do(declare, words):
    with pytest.raises(DeclarationError) as error:
        declare()
    assert [word for word in words if word not in str(error.value)] == []


def test_an_embedding_without_a_width_cannot_feed_a_tower():
    with pytest.raises(DeclarationError, match="has no dim"):
        _ = Vocabulary("id").output_dim


def test_a_column_that_the_rows_lack_is_named_with_those_they_have():
    with pytest.raises(DeclarationError, match=r"'price' reads column 'price'.*use one of: cost, id"):
        Numeric("price").transform({"id": tf.zeros([1]), "cost": tf.zeros([1])})


def test_slugs_are_safe_and_distinct():
    names = ["price", "Price", "price ", "pri ce", "pri_ce", "{price}", "é", "è", "1", ""]
    slugs = [slug(name) for name in names]
    assert slugs[0] == "price"
    assert len(set(slugs)) == len(names)
    assert all(s and s.isascii() and s.replace("_", "").isalnum() and s == s.lower() for s in slugs)


def test_a_feature_set_knows_its_columns_and_how_to_parse_them():
    features = FeatureSet(
        query=[Vocabulary("id"), Cyclical("at", period="hour_of_day")],
        candidate=[Numeric("price"), HashedCross(["id", "colour"], buckets=5)],
    )
    assert features.raw_columns == ("at", "colour", "id", "price")
    assert features.transformed_spec() == {
        "id": tf.io.FixedLenFeature([], tf.int64),
        "at_hour_of_day": tf.io.FixedLenFeature([2], tf.float32),
        "price": tf.io.FixedLenFeature([], tf.float32),
        "id_x_colour": tf.io.FixedLenFeature([], tf.int64),
    }
