import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features import FeatureSet, Vocabulary
from recsflow_trainer.features.lists import NO_VALUE, PooledEmbedding
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.towers import Tower
from recsflow_trainer.towers.unseen_values import UnseenValues
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

# Comedy four times, drama three times, war twice, a value of two lines once.
GENRES = ["comedy|drama", "comedy| drama |war", "drama", "comedy||war|", "comedy|two\nlines", None, "", " | "]
COMEDY, DRAMA, WAR, LINES, UNKNOWN = range(5)
LISTED = Vocabulary("genres", dim=2, separator="|", max_values=3)
FIRST_TWO = Vocabulary("genres", name="first_two", dim=2, separator="|", max_values=2)


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    rows = [{"genres": genres} for genres in GENRES]
    folder = tmp_path_factory.mktemp("lists")
    return transform(FeatureSet([LISTED], [FIRST_TWO]), {"genres": tf.string}, rows, folder)


def test_each_value_of_a_row_has_an_index_of_its_own(transformed):
    assert LISTED.values(transformed.output) == [b"comedy", b"drama", b"war", b"two\nlines"]
    assert transformed.column("genres") == [
        [COMEDY, DRAMA, NO_VALUE],
        [COMEDY, DRAMA, WAR],
        [DRAMA, NO_VALUE, NO_VALUE],
        [COMEDY, WAR, NO_VALUE],
        [COMEDY, LINES, NO_VALUE],
        *[[UNKNOWN, NO_VALUE, NO_VALUE]] * 3,
    ]


def test_values_beyond_the_most_are_left_out(transformed):
    assert transformed.column("first_two")[1] == [COMEDY, DRAMA]


def test_values_that_training_did_not_see_are_out_of_vocabulary(transformed):
    found = transformed.apply([{"genres": "western|drama"}])["genres"].numpy().tolist()
    assert found == [[UNKNOWN, DRAMA, NO_VALUE]]


def test_embeddings_are_averaged_and_padding_is_not_trained():
    layer = PooledEmbedding(3, 2, name="genres")
    indices = tf.constant([[0, 2, NO_VALUE], [2, 2, 2], [1, NO_VALUE, NO_VALUE]], tf.int64)
    layer(indices)
    layer.table.set_weights([np.array([[1.0, 3.0], [10.0, 20.0], [5.0, 5.0]])])
    assert layer(indices).numpy().tolist() == [[3.0, 4.0], [5.0, 5.0], [10.0, 20.0]]
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(indices[1:2]))
    slices = tape.gradient(total, layer.table.embeddings)
    assert set(slices.indices.numpy().tolist()) == {2}


def test_an_order_of_values_makes_no_difference_to_a_tower(transformed):
    tower = Tower([LISTED]).build(transformed.output, name="query", embedding_dim=4, normalize=False)
    first, second = transformed.apply([{"genres": "war|comedy"}, {"genres": "comedy|war"}])["genres"]
    assert tower({"genres": first[None]}).numpy() == pytest.approx(tower({"genres": second[None]}).numpy())


def test_a_value_that_training_never_had_gets_the_mean_of_what_it_had():
    class OneFeature(tf_keras.Model):
        def __init__(self):
            super().__init__()
            self.pooled = PooledEmbedding(3, 1, name=LISTED.slug)

    tower = OneFeature()
    columns = {"genres": np.array([[0, 1, NO_VALUE], [0, NO_VALUE, NO_VALUE], [0, NO_VALUE, NO_VALUE]])}
    tower.pooled(tf.constant(columns["genres"]))
    tower.pooled.table.set_weights([np.array([[4.0], [8.0], [100.0]])])
    UnseenValues([LISTED], columns).average(tower)
    assert tower.pooled.table.embeddings.numpy().tolist() == [[4.0], [8.0], [5.0]]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"primary_id": True}, "is a primary id"), ({"max_values": 1}, "max_values 1; use 2 or more")],
)
def test_a_list_that_cannot_be_is_refused(options, words):
    with pytest.raises(DeclarationError, match=words):
        Vocabulary("genres", separator="|", **options)
