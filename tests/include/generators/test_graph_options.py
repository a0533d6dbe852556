import json

import pytest

from include.generators.graph_options import graph_options
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def test_options_name_columns_and_nodes():
    assert json.loads(graph_options(resolved(model="graph", features="basket"))) == {
        "customer": "household_id",
        "product": "product_id",
        "basket": "basket_id",
        "date": "transaction_timestamp",
        "value": "sales_value",
        "target": "next_visit_value",
        "neighbors": 8,
        "history": True,
        "nodes": [
            {"column": "department", "encoding": "one_hot", "max_values": 32},
            {"column": "brand", "encoding": "one_hot"},
            {"column": "quantity", "encoding": "log"},
        ],
    }


def test_hyperparameters_do_not_change_the_graphs():
    first, second = (graph_options(resolved(model="graph", learning_rate=rate)) for rate in (0.01, 0.002))
    assert first == second


def test_other_models_have_no_graphs():
    with pytest.raises(TypeError, match="has model type retrieval, which reads no graphs"):
        graph_options(resolved(model="shallow"))
