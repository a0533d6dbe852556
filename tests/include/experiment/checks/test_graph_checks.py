"""What is refused, and what is resolved otherwise, where the rows become graphs."""

import pytest

pytestmark = pytest.mark.unit

GRAPH = {"type": "graph_ranking", "layers": [{"units": 8}], "learning_rate": 0.01}


@pytest.fixture
def graph(configs):
    """The shop with its amount as label, `tags` no more, the sale as basket and a model of graphs."""
    configs.edit("models/one.yaml", lambda model: (model.clear(), model.update(GRAPH)))
    configs.edit("features/ids.yaml", lambda features: features["query"].pop())
    configs.edit(
        "datasets/shop.yaml",
        lambda dataset: (
            dataset["columns"][4].update(role="label"),
            dataset["columns"].append({"name": "sale", "source": "sold_on", "role": "basket"}),
        ),
    )
    schemas = {
        "shop.sales": {
            "customer": "STRING",
            "sku": "INTEGER",
            "sold_at": "TIMESTAMP",
            "sold_on": "INTEGER",
            "amount": "NUMERIC",
        },
        "shop.items": {"sku": "INTEGER", "colour": "STRING"},
    }
    configs.problems_of_graphs = lambda: configs.problems(schemas=schemas)
    configs.resolve_graphs = lambda **parameters: configs.resolve(schemas=schemas, **parameters)
    return configs


def test_basket_is_staged_and_customers_are_sampled(graph):
    experiment = graph.resolve_graphs()
    assert experiment.reads_graphs
    assert ("sale", "INT64") in [(column.name, column.staged_type.value) for column in experiment.columns]
    assert experiment.split.sample_unit.value == "customer"
    assert experiment.sources["sample_unit"] == "model type graph_ranking"


def test_other_models_do_not_stage_the_basket(graph):
    graph.edit("models/one.yaml", lambda model: (model.clear(), model.update(type="retrieval")))
    experiment = graph.resolve_graphs()
    assert not experiment.reads_graphs
    assert "sale" not in [column.name for column in experiment.columns]
    assert experiment.split.sample_unit.value == "row"


@pytest.mark.parametrize(
    ("index", "role", "remedy"),
    [
        (6, "basket", "give the column that all rows of one visit share `role: basket`"),
        (4, "label", "give the column with the money paid `role: label`"),
    ],
)
def test_dataset_without_a_needed_role_is_refused(graph, index, role, remedy):
    graph.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][index].pop("role"))
    assert graph.problems_of_graphs() == [
        f"datasets/shop.yaml: columns has no column with role {role}, which model type graph_ranking needs; "
        f"{remedy}, or choose a model of another type."
    ]


def test_basket_must_be_an_id(graph):
    graph.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][6].update(source="sold_at"))
    (problem,) = graph.problems_of_graphs()
    assert problem.startswith(
        "datasets/shop.yaml: columns[6].source is 'sale' of type TIMESTAMP, which cannot be basket; "
    )


def test_only_one_column_is_the_basket(graph):
    graph.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][5].update(role="basket"))
    assert any("has 2 columns with role basket (colour, sale)" in text for text in graph.problems_of_graphs())


def test_features_without_a_place_in_a_graph_are_refused(graph):
    def spoil(features):
        features["query"].append({"column": "sold_at", "kind": "cyclical", "period": "day_of_week"})
        features["candidate"].append({"column": "amount", "kind": "bucketized"})

    graph.edit("features/ids.yaml", spoil)
    assert graph.problems_of_graphs() == [
        "features/ids.yaml: query[1] is 'sold_at_day_of_week', which no graph of model one has a place for; "
        "remove it; a graph has the customer's id only.",
        "features/ids.yaml: candidate[2] is of kind 'bucketized', which the nodes of model one cannot have; "
        "remove it, or choose a feature config whose candidate side has vocabularies and numbers only.",
    ]


def test_node_must_not_tell_the_target(graph):
    price = {"column": "amount", "kind": "numeric"}
    graph.edit("features/ids.yaml", lambda features: features["candidate"].append(price))
    assert graph.resolve_graphs().reads_graphs
    graph.edit("models/one.yaml", lambda model: model.update(target="basket_value"))
    assert graph.problems_of_graphs() == [
        "features/ids.yaml: candidate[2].column is 'amount', whose sum is the target of model one; "
        "remove the feature, or use target next_visit_value."
    ]
