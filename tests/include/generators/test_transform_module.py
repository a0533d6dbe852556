import ast

import pytest

from include.experiment.config.feature_config import FeatureConfig
from include.generators.transform_module import render_transform_module
from tests.include.generators.checks import ROOT, complaints, imported_names, undefined_or_unused
from tests.include.generators.experiments import experiment_of, full_experiment, shipped_experiments

pytestmark = pytest.mark.unit


def with_features(**towers):
    full = full_experiment()
    data = full.features.model_dump() | towers
    return experiment_of(full.dataset, FeatureConfig.model_validate(data), full.model)


def test_module_is_the_golden_one():
    golden = ROOT / "tests/include/generators/golden/transform_module.py"
    assert render_transform_module(full_experiment()) == golden.read_text()


def test_shipped_modules_pass_linter_and_formatter():
    for source in {render_transform_module(experiment) for experiment in shipped_experiments()}:
        assert complaints(source) == ""
        assert undefined_or_unused(source) == set()


def test_each_kind_of_feature_is_imported_only_where_it_is_used():
    query = [{"column": "age", "kind": "numeric"}]
    candidate = [{"column": "price", "kind": "bucketized"}]
    source = render_transform_module(with_features(query=query, candidate=candidate))
    assert imported_names(source) == {"Any", "Bucketized", "FeatureSet", "Numeric", "preprocess"}


def test_changing_a_model_or_an_embedding_changes_nothing():
    def source(dim, primary):
        feature = {"column": "sku", "kind": "vocabulary", "embedding_dim": dim, "is_primary_id": primary}
        return render_transform_module(with_features(candidate=[feature]))

    assert source(16, True) == source(64, False)
    full = full_experiment()
    other = full.model.model_copy(update={"name": "narrow", "embedding_dim": 8})
    assert render_transform_module(
        experiment_of(full.dataset, full.features, other)
    ) == render_transform_module(full)


def test_changing_what_decides_the_rows_changes_the_text():
    def source(**options):
        feature = {"column": "sku", "kind": "vocabulary", **options}
        return render_transform_module(with_features(candidate=[feature]))

    texts = [
        source(),
        source(oov_buckets=2),
        source(max_vocabulary=9),
        source(min_frequency=2),
        source(name="x"),
    ]
    assert len(set(texts)) == 5


def test_braces_quotes_and_backslashes_in_names_are_only_text():
    full = full_experiment()
    awkward = "we\"ird {name} 'x' \\ {{y}}"
    feature = full.features.query[0].model_copy(update={"column": awkward, "name": awkward})
    features = full.features.model_copy(update={"query": (feature,), "name": "{0} %s"})
    source = render_transform_module(experiment_of(full.dataset, features, full.model))
    assert complaints(source) == ""
    assert awkward in {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
