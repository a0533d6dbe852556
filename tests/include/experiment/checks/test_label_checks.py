"""What is refused before anything is spent, where a model predicts the label."""

import pytest

pytestmark = pytest.mark.unit


@pytest.fixture
def ranking(configs):
    """The shop, with the amount as label and a model that predicts it."""
    configs.edit("models/one.yaml", lambda model: model.update(type="ranking"))
    configs.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][4].update(role="label"))
    return configs


@pytest.mark.parametrize("kind", ["ranking", "multitask"])
def test_model_that_predicts_the_label_resolves(ranking, kind):
    ranking.edit("models/one.yaml", lambda model: model.update(type=kind))
    experiment = ranking.resolve()
    assert experiment.model.type == kind
    assert ("amount", "NUMERIC", "FLOAT64") in [
        (column.name, column.bigquery_type, column.staged_type.value) for column in experiment.columns
    ]


@pytest.mark.parametrize("kind", ["ranking", "multitask"])
def test_dataset_without_a_label_is_refused(ranking, kind):
    ranking.edit("models/one.yaml", lambda model: model.update(type=kind))
    ranking.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][4].update(role="feature"))
    assert ranking.problems() == [
        f"datasets/shop.yaml: columns has no column with role label, which model type {kind} predicts; "
        "give the column to predict `role: label`, or choose a model of type retrieval."
    ]


@pytest.mark.parametrize("kind", ["ranking", "multitask"])
def test_feature_that_reads_the_label_is_refused(ranking, kind):
    ranking.edit("models/one.yaml", lambda model: model.update(type=kind))
    leak = {"column": "amount", "name": "price", "kind": "bucketized"}
    ranking.edit("features/ids.yaml", lambda features: features["candidate"].append(leak))
    assert ranking.problems() == [
        f"features/ids.yaml: candidate[2].column is 'amount', the label that model one of type {kind} "
        "predicts; remove the feature, or choose a feature config that does not read the label."
    ]


def test_cross_that_reads_the_label_is_refused(ranking):
    leak = {"columns": ["colour", "sold_on"], "kind": "hashed_cross"}
    ranking.edit("features/ids.yaml", lambda features: features["query"].append(leak))
    ranking.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][3].update(role="label"))
    ranking.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][4].update(role="feature"))
    assert any("query[2].columns[1] is 'sold_on', the label" in problem for problem in ranking.problems())


def test_retrieval_may_read_the_label(configs):
    configs.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][4].update(role="label"))
    price = {"column": "amount", "name": "price", "kind": "bucketized"}
    configs.edit("features/ids.yaml", lambda features: features["candidate"].append(price))
    assert configs.resolve().model.type == "retrieval"


def test_crossentropy_of_a_transformed_label_is_refused(ranking):
    ranking.edit(
        "models/one.yaml",
        lambda model: model.update(rating_loss={"type": "binary_crossentropy"}, label_transform="log1p"),
    )
    (problem,) = ranking.problems()
    assert "use label_transform identity, since binary_crossentropy takes 0 and 1 as they are" in problem


@pytest.mark.parametrize(
    ("weight", "other"), [("retrieval_weight", "ranking"), ("rating_weight", "retrieval")]
)
def test_task_without_weight_is_refused(ranking, weight, other):
    ranking.edit("models/one.yaml", lambda model: model.update({"type": "multitask", weight: 0}))
    (problem,) = ranking.problems()
    assert f"use type {other}" in problem


def test_unknown_loss_is_refused_with_those_there_are(ranking):
    ranking.edit("models/one.yaml", lambda model: model.update(rating_loss={"type": "rmse"}))
    (problem,) = ranking.problems()
    assert problem.startswith("models/one.yaml: rating_loss")
    assert "huber" in problem
