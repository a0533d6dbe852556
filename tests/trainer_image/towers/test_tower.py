import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features import Bucketized, Cyclical, FeatureSet, HashedCross, Numeric, Vocabulary
from recsflow_trainer.keras import tf
from recsflow_trainer.towers import Dense, Dropout, LayerNorm, Tower
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

# Embeddings of different widths, scalars and a pair: 7 + 3 + 2 + 1 + 1 + 2 = 16 wide.
INPUTS = [
    Vocabulary("id", dim=7, oov_buckets=2),
    Vocabulary("colour", name="Colour {of} it", dim=3),
    Bucketized("price", name="bucket", buckets=3, dim=2),
    Numeric("price"),
    Numeric("price", name="Price", scaling="log"),
    Cyclical("at", period="hour_of_day"),
]
CROSS = HashedCross(["id", "colour"], buckets=11, dim=5)
COLUMNS = {"id": tf.int64, "colour": tf.string, "price": tf.float32, "at": tf.int64}
ROWS = [
    {"id": n % 4, "colour": None if n == 3 else f"c{n % 3}", "price": 1.5 * n, "at": 3_600 * n}
    for n in range(12)
]


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    return transform(FeatureSet(INPUTS, [CROSS]), COLUMNS, ROWS, tmp_path_factory.mktemp("towers"))


def build(transformed, layers=(), inputs=INPUTS, **options):
    options = {"name": "query", "embedding_dim": 6, "normalize": False, **options}
    return Tower(inputs, layers).build(transformed.output, **options)


def specs(tower):
    return {
        name: tf.TensorSpec([None, *spec.shape], spec.dtype)
        for name, spec in tower.transformed_spec().items()
    }


@pytest.mark.parametrize("layers", [[], [Dense(9, activation="relu"), LayerNorm(), Dropout(0.2), Dense(6)]])
def test_output_is_one_float32_embedding_a_row(transformed, layers):
    found = build(transformed, layers)(transformed.batch())
    assert (found.shape, found.dtype) == ([12, 6], tf.float32)


def test_layers_read_the_inputs_side_by_side_whatever_their_widths(transformed):
    model = build(transformed, [Dense(9)])
    assert model.hidden_layers[0].kernel.shape == [16, 9]


def test_a_tower_without_layers_adds_inputs_of_its_own_width_as_they_are(transformed):
    model = build(transformed, inputs=INPUTS[:2], embedding_dim=7)
    batch = transformed.batch()
    id_table, colour_table = (layer.embeddings for layer in model.input_layers)
    mapped = tf.gather(colour_table, batch[INPUTS[1].name]) @ model.linear_map.kernel
    expected = tf.gather(id_table, batch["id"]) + mapped
    assert model(batch).numpy() == pytest.approx(expected.numpy(), abs=1e-6)


def test_a_residual_tower_starts_as_one_without_layers(transformed):
    layers = [Dense(9, activation="relu"), LayerNorm(), Dense(8, activation="relu"), Dense(6)]
    deep = Tower(INPUTS, layers, residual=True).build(
        transformed.output, name="query", embedding_dim=6, normalize=False
    )
    plain = build(transformed)
    for mine, other in zip(
        [*deep.input_layers, deep.linear_map], [*plain.input_layers, plain.linear_map], strict=True
    ):
        mine.set_weights(other.get_weights())
    assert deep(transformed.batch()).numpy() == pytest.approx(plain(transformed.batch()).numpy(), abs=1e-6)
    deep.projection.kernel.assign(tf.ones_like(deep.projection.kernel))
    assert not np.allclose(deep(transformed.batch()), plain(transformed.batch()))


def test_static_shapes_survive_in_a_graph(transformed):
    model = build(transformed, [Dense(4)])
    traced = tf.function(model.call).get_concrete_function(specs(Tower(INPUTS)))
    assert traced.output_shapes.as_list() == [None, 6]


def test_all_weights_exist_before_training_and_name_the_tower(transformed):
    model = build(transformed, [Dense(4), LayerNorm()], name="candidate")
    # Three embedding tables, two weights each for the dense layer, the norm and the projection.
    assert len(model.trainable_weights) == 9
    assert all(weight.name.startswith("candidate/") for weight in model.trainable_weights)


def test_embedding_tables_have_room_for_what_training_did_not_see(transformed):
    tables = {
        layer.name: layer.input_dim for layer in build(transformed, inputs=[*INPUTS, CROSS]).input_layers[:2]
    }
    assert list(tables.values()) == [4 + 2, 3 + 1]
    unseen = transformed.apply(
        [{"id": 999, "colour": "never", "price": 1.0, "at": 0}, {"id": 998, "price": 1.0, "at": 0}]
    )
    assert build(transformed)(unseen).shape == [2, 6]


def test_normalized_rows_have_length_1(transformed):
    lengths = np.linalg.norm(build(transformed, normalize=True)(transformed.batch()), axis=1)
    assert lengths == pytest.approx(np.ones(12), abs=1e-5)


def test_rows_do_not_depend_on_their_neighbours(transformed):
    model = build(transformed, [Dense(8, activation="relu"), LayerNorm(), Dropout(0.5)])
    batch = transformed.batch()
    together = model(batch).numpy()
    order = np.random.default_rng(0).permutation(12)
    permuted = model({name: tf.gather(values, order) for name, values in batch.items()}).numpy()
    alone = np.concatenate([model({k: v[n : n + 1] for k, v in batch.items()}).numpy() for n in range(12)])
    assert permuted == pytest.approx(together[order], abs=1e-6)
    assert alone == pytest.approx(together, abs=1e-6)


def test_dropout_acts_in_training_only(transformed):
    model = build(transformed, [Dropout(0.5)])
    batch = transformed.batch()
    assert np.array_equal(model(batch), model(batch, training=False))
    assert not np.array_equal(model(batch), model(batch, training=True))


def test_penalties_reach_the_model(transformed):
    model = build(transformed, [Dense(4, l2=0.1), Dense(4)])
    assert len(model.losses) == 1
    assert float(model.losses[0]) == pytest.approx(
        0.1 * float(tf.reduce_sum(model.hidden_layers[0].kernel ** 2))
    )


def test_every_input_gets_a_gradient(transformed):
    model = build(transformed, [Dense(8, activation="tanh")])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(transformed.batch()) ** 2)
    gradients = tape.gradient(loss, model.trainable_weights)
    assert all(gradient is not None for gradient in gradients)


def test_a_saved_tower_gives_the_same_embeddings(transformed, tmp_path):
    model = build(transformed, [Dense(5, activation="relu"), LayerNorm()])
    call = tf.function(model.call, input_signature=[specs(Tower(INPUTS))])
    module = tf.Module()
    module.model, module.call = model, call
    tf.saved_model.save(module, str(tmp_path))
    batch = {feature.name: transformed.batch()[feature.name] for feature in INPUTS}
    assert tf.saved_model.load(str(tmp_path)).call(batch).numpy() == pytest.approx(
        model(batch).numpy(), abs=1e-5
    )


def test_a_tower_knows_what_it_reads():
    tower = Tower([Vocabulary("id", dim=2), Cyclical("at", period="day_of_week"), Numeric("price")])
    assert tower.raw_columns == ("at", "id", "price")
    assert list(tower.transformed_spec()) == ["id", "at_day_of_week", "price"]


def test_the_id_is_the_vocabulary_of_its_column():
    coarse = Vocabulary("id", name="coarse", dim=2, max_vocabulary=10)
    by_id = Vocabulary("id", dim=2, primary_id=True)
    assert Tower([coarse, by_id, Numeric("price")]).id_feature("id") is by_id
    assert Tower([coarse, Numeric("price")]).id_feature("id") is coarse


@pytest.mark.parametrize(
    ("declare", "sentence"),
    [
        (lambda: Tower([]), "Tower.inputs is empty; give one feature or more."),
        (lambda: Tower([Numeric("a"), Vocabulary("a")]), "Tower.inputs has two features called 'a'"),
        (lambda: Tower([Numeric("id")]).id_feature("id"), "has 0 vocabularies of column 'id'"),
        (
            lambda: Tower([Vocabulary("id"), Vocabulary("id", name="b")]).id_feature("id"),
            "mark one with primary_id=True",
        ),
    ],
)
def test_a_wrong_tower_says_what_and_what_to_do(declare, sentence):
    with pytest.raises(DeclarationError) as error:
        declare()
    assert sentence in str(error.value)


def test_an_input_without_a_width_is_named(transformed):
    with pytest.raises(DeclarationError, match=r"Vocabulary\(column='id'.*give its embedding width"):
        build(transformed, inputs=[Vocabulary("id")])
