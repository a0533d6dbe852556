import pytest

pytestmark = pytest.mark.unit


def renamed(configs, name):
    """Give the column that the query tower reads another name."""
    configs.edit(
        "datasets/shop.yaml", lambda dataset: dataset["columns"][3].update(name=name, source="sold_on")
    )
    configs.edit(
        "features/ids.yaml",
        lambda features: features["query"].append({"column": name, "kind": "vocabulary"}),
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("k", "which the saved model takes for its own argument 'k'"),
        ("Exclude_Bought", "which the saved model takes for its own argument 'exclude_bought'"),
        ("_hidden", "which begins as no argument of a saved model may"),
        ("class", "a word of Python's, which no argument of a saved model may be"),
        ("self", "a word of Python's, which no argument of a saved model may be"),
    ],
)
def test_a_column_that_a_saved_model_cannot_take_is_refused_before_training(configs, name, why):
    renamed(configs, name)
    remedy = "choose another name and set `source: sold_on`"
    assert configs.problems() == [f"datasets/shop.yaml: columns[3].name is {name!r}, {why}; {remedy}."]


def test_arguments_of_recommend_are_free_for_models_without_it(configs):
    renamed(configs, "k")
    configs.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][4].update(role="label"))
    (configs.root / "models/one.yaml").write_text("type: ranking\n")
    assert configs.resolve().columns


def test_a_column_that_no_feature_reads_may_be_called_anything(configs):
    configs.edit(
        "datasets/shop.yaml", lambda dataset: dataset["columns"][3].update(name="k", source="sold_on")
    )
    assert configs.resolve().columns
