import pytest

from include.warehouse.errors import InvalidTableName
from include.warehouse.table_name import TableName

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop.orders", "ours.shop.orders"),
        ("theirs.shop.orders", "theirs.shop.orders"),
        ("bigquery-public-data.shop.orders-2017", "bigquery-public-data.shop.orders-2017"),
        ("example.com:theirs.shop.orders", "example.com:theirs.shop.orders"),
    ],
)
def test_every_name_has_a_project(text, expected):
    assert str(TableName.parse(text, project="ours")) == expected


@pytest.mark.parametrize(
    "text", ["", "orders", "a.b.c.d", "shop.orders`; DROP", "shop.`orders`", "shop. orders"]
)
def test_other_names_are_refused(text):
    with pytest.raises(InvalidTableName, match=r"use `dataset\.table` or `project\.dataset\.table`"):
        TableName.parse(text, project="ours")


def test_the_resource_is_what_the_storage_api_takes():
    name = TableName.parse("shop.orders", project="ours")
    assert name.resource == "projects/ours/datasets/shop/tables/orders"
