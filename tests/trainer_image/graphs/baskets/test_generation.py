"""From a few visits, which fit on paper, to their manifest."""

import json

import numpy as np
import pytest

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.graphs.baskets.generation import write_basket_graphs
from recsflow_trainer.graphs.baskets.options import GraphOptions
from recsflow_trainer.graphs.evaluation import customer_mean
from recsflow_trainer.graphs.history_targets import read_targets
from recsflow_trainer.graphs.manifest import read_manifest
from tests.trainer_image.graphs.baskets.shop import OPTIONS, ROWS, stage

pytestmark = pytest.mark.tensorflow


def graphs(tmp_path, **changes):
    options = GraphOptions.from_json(json.dumps({**OPTIONS, **changes}))
    write_basket_graphs(stage(tmp_path / "rows"), options, str(tmp_path / "graphs"))
    return read_manifest(str(tmp_path / "graphs" / "manifest.csv"))


def columns(tmp_path):
    return json.loads((tmp_path / "graphs" / "graphs.json").read_text())["nodes"]


def test_target_is_the_value_of_the_next_visit_on_the_same_side_of_the_test_window(tmp_path):
    splits = graphs(tmp_path)
    # Customer 1: 10 is followed by 11 (12.0), 11 by 12 (1.5), 12 by 13 (8.0); 13 by 14, which is a test
    # visit, so 13 is left out; 14 by 15 (3.0); 15 is the last. Customer 2's visit 10 is followed by 20 (4.0).
    assert splits["train"].targets.tolist() == [12.0, 1.5, 4.0]
    assert splits["train"].customers.tolist() == ["1", "1", "2"]
    assert splits["eval"].targets.tolist() == [8.0]
    assert splits["test"].targets.tolist() == [3.0]


def test_target_may_be_the_visit_itself(tmp_path):
    splits = graphs(tmp_path, target="basket_value")
    assert splits["train"].targets.tolist() == [4.0, 12.0, 8.0, 1.0, 4.0]
    assert splits["test"].targets.tolist() == [7.0, 3.0]
    assert "paid" not in columns(tmp_path)


def test_product_is_one_node_a_visit(tmp_path):
    splits = graphs(tmp_path)
    assert splits["train"].node_counts.tolist() == [2, 3, 1]
    paid = columns(tmp_path).index("paid")
    # Products in alphabetical order: bread for 2.0, milk twice for 1.0.
    np.testing.assert_allclose(splits["train"].nodes[:2, paid], np.log1p([2.0, 2.0]), rtol=1e-6)


def test_statistics_are_those_of_the_other_train_visits(tmp_path):
    splits = graphs(tmp_path)
    popularity, price = (columns(tmp_path).index(name) for name in ("popularity", "price"))
    # Milk is in the train visits 10, 11, and both of customer 2: 2.0, 1.0, 1.0, 4.0; bread in two for 2.0.
    bread, milk = splits["train"].nodes[:2]
    np.testing.assert_allclose(bread[[popularity, price]], np.log1p([1, 2.0]), rtol=1e-6)
    np.testing.assert_allclose(milk[[popularity, price]], np.log1p([3, 6.0 / 3]), rtol=1e-6)
    cake, milk = splits["test"].nodes
    np.testing.assert_allclose(cake[[popularity, price]], [0, 0])
    np.testing.assert_allclose(milk[[popularity, price]], np.log1p([4, 8.0 / 4]), rtol=1e-6)


def test_edges_come_from_the_product_that_is_bought_together_most_often(tmp_path):
    train = graphs(tmp_path)["train"]
    # Visit 11: bread 0, milk 1, wine 2. Bread and milk are together once more, in visit 10; wine is with
    # neither elsewhere, and of equal ones takes the first. Customer 2's milk is alone.
    second = slice(2, 5)
    assert sorted(map(tuple, train.edges[second].tolist())) == [(0, 1), (0, 2), (1, 0)]
    weights = dict(zip(map(tuple, train.edges[second].tolist()), train.edge_features[second, 0], strict=True))
    np.testing.assert_allclose([weights[0, 1], weights[0, 2], weights[1, 0]], [np.log(2), 0, np.log(2)])
    assert train.edges[5].tolist() == [0, 0]
    assert train.edge_counts.tolist() == [2, 3, 1]


def test_one_hot_knows_the_most_frequent_train_values(tmp_path):
    splits = graphs(tmp_path)
    assert columns(tmp_path)[-2:] == ["aisle=dairy", "aisle=(other)"]
    # Bread, milk, wine without an aisle.
    assert splits["train"].nodes[2:5, -2:].tolist() == [[0, 1], [1, 0], [0, 1]]


def test_history_knows_earlier_visits_and_this_one(tmp_path):
    splits = graphs(tmp_path, history=True)
    visits, usual = (columns(tmp_path).index(name) for name in ("known_visits", "usual_value"))
    # Train visits are worth 4, 12, 8, 1 and 4, 5.8 in the mean, which counts as five visits.
    np.testing.assert_allclose(
        splits["train"].nodes[2, [visits, usual]], [np.log(3), (4 + 12 + 5 * 5.8) / 7], rtol=1e-6
    )
    splits = graphs(tmp_path, history=True, target="basket_value")
    usual = columns(tmp_path).index("usual_value")
    np.testing.assert_allclose(splits["train"].nodes[2, usual], (4 + 5 * 5.8) / 6, rtol=1e-6)


# A customer who is not in the sample, but whose test visits are, as all are.
OUTSIDE = [
    ("history", 3, 30, 100, "milk", 10.0, None),
    ("history", 3, 31, 200, "wine", 20.0, None),
    ("test", 3, 32, 500, "cake", 5.0, "bakery"),
    ("test", 3, 33, 600, "cake", 7.0, "bakery"),
]


def test_a_test_graph_knows_the_visits_of_its_customer_outside_the_sample(tmp_path):
    rows = stage(tmp_path / "rows", [*ROWS, *OUTSIDE])
    options = GraphOptions.from_json(json.dumps({**OPTIONS, "history": True}))
    assert write_basket_graphs(rows, options, str(tmp_path / "graphs")) == {"train": 3, "eval": 1, "test": 2}
    test = read_manifest(str(tmp_path / "graphs" / "manifest.csv"))["test"]
    assert (test.customers.tolist(), test.targets.tolist()) == (["1", "3"], [3.0, 7.0])
    assert test.node_counts.tolist() == [2, 1]
    visits, usual = (columns(tmp_path).index(name) for name in ("known_visits", "usual_value"))
    known = test.nodes[2, [visits, usual]]
    np.testing.assert_allclose(known, [np.log(4), (10 + 20 + 5 + 5 * 5.8) / 8], rtol=1e-6)
    # Statistics of products are those of the sample.
    assert test.nodes[2, columns(tmp_path).index("popularity")] == 0


def test_a_mean_of_a_customer_counts_her_visits_outside_the_sample(tmp_path):
    options = GraphOptions.from_json(json.dumps(OPTIONS))
    write_basket_graphs(stage(tmp_path / "rows", [*ROWS, *OUTSIDE]), options, str(tmp_path / "graphs"))
    splits, history = (
        read_manifest(str(tmp_path / "graphs" / "manifest.csv")),
        read_targets(tmp_path / "graphs"),
    )
    # Visit 30 is followed by 31; 31 by a test visit, whose value nobody knows before.
    assert (history.customers.tolist(), history.targets.tolist()) == (["3"], [20.0])
    seen = (splits["train"], splits["eval"], history)
    # Customer 1's known targets are 12, 1.5 and 8.
    np.testing.assert_allclose(customer_mean(seen, splits["test"]), [21.5 / 3, 20.0])


def test_where_nothing_is_left_out_there_is_no_history(tmp_path):
    graphs(tmp_path)
    assert read_targets(tmp_path / "graphs") is None


def test_numbers_of_a_product_are_added_up(tmp_path):
    splits = graphs(tmp_path, nodes=[{"column": "paid", "encoding": "none"}])
    assert splits["train"].nodes[:2, -1].tolist() == [2.0, 2.0]


def test_split_without_a_target_is_refused(tmp_path):
    options = GraphOptions.from_json(json.dumps(OPTIONS))
    rows = stage(tmp_path / "rows", [row for row in ROWS if row[2] != 15])
    with pytest.raises(ManifestError, match=r"Split 'test' at .* has no visit with a target of its own"):
        write_basket_graphs(rows, options, str(tmp_path / "graphs"))


def test_missing_column_is_named(tmp_path):
    options = GraphOptions.from_json(json.dumps({**OPTIONS, "basket": "trip"}))
    with pytest.raises(ManifestError, match=r"train/rows\.parquet: has no column trip; stage the rows"):
        write_basket_graphs(stage(tmp_path / "rows"), options, str(tmp_path / "graphs"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": "profit"}, "target is 'profit'; use one of: basket_value, next_visit_value"),
        ({"neighbors": 0}, "neighbors is 0; use an integer of 1 or more"),
        ({"depth": 2}, "graph_options.depth is unknown; use one of: customer,"),
        (
            {"nodes": [{"column": "aisle"}]},
            r"graph_options\.nodes\[0\]\.encoding is missing; give one of: one_hot",
        ),
        ({"customer": 5}, "graph_options.customer is 5; use the name of a column"),
    ],
)
def test_wrong_option_is_named(changes, message):
    with pytest.raises(ManifestError, match=message):
        GraphOptions.from_json(json.dumps({**OPTIONS, **changes}))
