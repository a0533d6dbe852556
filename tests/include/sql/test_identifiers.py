import pytest

from include.sql.identifiers import InvalidIdentifier, identifier, table

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "sql"),
    [("product_id", "product_id"), ("order", "`order`"), ("Group", "`Group`"), ("_x1", "_x1")],
)
def test_reserved_words_are_quoted_and_nothing_else(name, sql):
    assert identifier(name) == sql


@pytest.mark.parametrize("name", ["", "1st", "a b", "a`b", "a;b", "a.b", "ä", "a\n", "a-b", "a'b"])
def test_name_that_is_no_identifier_is_refused(name):
    with pytest.raises(InvalidIdentifier):
        identifier(name)


@pytest.mark.parametrize(
    ("name", "project", "sql"),
    [
        ("shop.sales", "my-project", "`my-project.shop.sales`"),
        ("shop.sales", None, "`shop.sales`"),
        ("other.shop.sales", "my-project", "`other.shop.sales`"),
        ("shop.sales-2024", "my-project", "`my-project.shop.sales-2024`"),
        ("example.com:p.shop.sales", "my-project", "`example.com:p.shop.sales`"),
        ("shop.sales", "example.com:p", "`example.com:p.shop.sales`"),
    ],
)
def test_table_has_its_project(name, project, sql):
    assert table(name, project) == sql


@pytest.mark.parametrize(
    "name", ["sales", "a.b.c.d", "shop.`sales`", "shop.sales; DROP TABLE x", "shop. sales"]
)
def test_table_that_is_no_name_is_refused(name):
    with pytest.raises(InvalidIdentifier):
        table(name, "my-project")


@pytest.mark.parametrize("project", ["my project", "p`", "a.b.c"])
def test_project_that_is_no_name_is_refused(project):
    with pytest.raises(InvalidIdentifier):
        table("shop.sales", project)
