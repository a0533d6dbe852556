"""Runs the modules that the generators write: through TFT, then through the towers they declare."""

from collections.abc import Iterable

import pytest

from include.experiment.config.feature_config import Feature, VocabularyFeature
from include.experiment.config.models import GraphRankingConfig
from include.generators.trainer_module import render_trainer_module
from include.generators.transform_module import render_transform_module
from recsflow_trainer.graphs.graph_ranking import GraphRanking
from recsflow_trainer.keras import tf
from tests.include.generators.experiments import full_experiment, shipped_experiments
from tests.trainer_image.transforming import transform

pytestmark = pytest.mark.tensorflow

EXPERIMENTS = [*shipped_experiments(), full_experiment()]
BY_FEATURES = {experiment.features.name: experiment for experiment in EXPERIMENTS}
ROWS = 6


def executed(source: str) -> dict:
    namespace: dict = {}
    exec(compile(source, "generated.py", "exec"), namespace)
    return namespace


def two_towers(model):
    """The declaration with the towers: of two tasks, that of retrieval; None of a model of graphs."""
    return None if isinstance(model, GraphRanking) else getattr(model, "retrieval", model)


def column_types(features: Iterable[Feature]) -> dict[str, tf.DType]:
    types = {}
    for feature in features:
        for column in feature.columns_used:
            text = isinstance(feature, VocabularyFeature) or feature.kind == "hashed_cross"
            types[column] = tf.string if text else tf.int64 if feature.kind == "cyclical" else tf.float32
    return types


def rows(types):
    values = {tf.string: str, tf.int64: lambda n: 1_500_000_000 + 86_400 * n, tf.float32: float}
    return [{column: values[dtype](n) for column, dtype in types.items()} for n in range(ROWS)]


@pytest.fixture(scope="module", params=sorted(BY_FEATURES))
def transformed(request, tmp_path_factory):
    """The rows after a generated transform module, with the experiments that may use them."""
    experiment = BY_FEATURES[request.param]
    features = executed(render_transform_module(experiment))["FEATURES"]
    types = column_types([*experiment.features.query, *experiment.features.candidate])
    types[experiment.dataset.date_column] = tf.int64
    types |= {experiment.dataset.label: tf.float32} if experiment.dataset.label else {}
    result = transform(features, types, rows(types), tmp_path_factory.mktemp("generated"))
    return result, [e for e in EXPERIMENTS if e.features.name == request.param]


def test_both_towers_of_every_model_take_the_transformed_rows(transformed):
    result, experiments = transformed
    for experiment in experiments:
        model = two_towers(executed(render_trainer_module(experiment))["MODEL"])
        if model is None:
            continue
        for tower in (model.query, model.candidate):
            keras_model = tower.build(
                result.output, name="tower", embedding_dim=model.embedding_dim, normalize=model.normalize
            )
            assert keras_model(result.batch()).shape == [ROWS, experiment.model.embedding_dim]


TWO_TOWERS = [e for e in EXPERIMENTS if not isinstance(e.model, GraphRankingConfig)]


@pytest.mark.parametrize("experiment", TWO_TOWERS, ids=lambda e: f"{e.features.name}-{e.model.name}")
def test_both_modules_declare_the_same_features(experiment):
    features = executed(render_transform_module(experiment))["FEATURES"]
    model = executed(render_trainer_module(experiment))["MODEL"]
    # A model reads no more than Transform writes; of a label, only those that learn it.
    assert model.transformed_spec().items() <= features.transformed_spec().items()
    model = two_towers(model)
    assert [feature.name for feature in features.features] == [
        feature.name for tower in (model.query, model.candidate) for feature in tower.inputs
    ]
    assert model.customer_id == experiment.dataset.customer_id
    assert model.product_id == experiment.dataset.product_id


def test_entry_points_are_those_that_tfx_looks_for():
    experiment = full_experiment()
    assert callable(executed(render_transform_module(experiment))["preprocessing_fn"])
    assert callable(executed(render_trainer_module(experiment))["run_fn"])
