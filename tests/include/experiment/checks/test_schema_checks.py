import pytest

from tests.include.experiment.conftest import SCHEMAS

pytestmark = pytest.mark.unit


def with_types(**types):
    return {**SCHEMAS, "shop.sales": {**SCHEMAS["shop.sales"], **types}}


def with_conditions(*conditions):
    return lambda d: d.update(filters={"conditions": list(conditions)})


def test_missing_column_is_named_with_its_table_and_a_near_one(configs):
    configs.edit("datasets/shop.yaml", lambda d: d["columns"].append({"name": "total", "source": "amuont"}))
    assert configs.problems() == [
        "datasets/shop.yaml: columns[6].source is 'amuont', which table shop.sales does not have; did you "
        "mean 'amount'? Otherwise use one of customer, sku, sold_at, sold_on, amount, tags."
    ]


def test_missing_id_column_is_named(configs):
    schemas = {**SCHEMAS, "shop.sales": {"customer": "STRING", "sold_at": "TIMESTAMP"}}
    problems = configs.problems(schemas=schemas)
    assert any("columns[1].name is 'sku', which table shop.sales does not have" in text for text in problems)
    assert any(
        "tables[1].keys[0] is 'sku', which table shop.sales does not have" in text for text in problems
    )


def test_missing_table_is_one_problem(configs):
    schemas = {"shop.sales": SCHEMAS["shop.sales"]}
    assert configs.problems(schemas=schemas) == [
        "datasets/shop.yaml: tables[1].table is 'shop.items', which the warehouse does not have; check its "
        "name, and that the connection's account may read it."
    ]


@pytest.mark.parametrize("kind", ["FLOAT", "BOOLEAN", "TIMESTAMP", "RECORD", "BYTES", "ARRAY"])
def test_id_of_another_type_is_refused(kind, configs):
    problems = configs.problems(schemas=with_types(customer=kind))
    assert any(f"'customer' of type {kind}, which cannot be customer_id" in text for text in problems)


@pytest.mark.parametrize("kind", ["STRING", "INTEGER", "NUMERIC", "BIGNUMERIC"])
def test_ids_are_text_or_whole_numbers(kind, configs):
    staged = configs.resolve(schemas=with_types(customer=kind)).column("customer").staged_type
    assert staged == ("INT64" if kind == "INTEGER" else "STRING")


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("ARRAY<STRING>", "UNNEST"),
        ("REPEATED", "UNNEST"),
        ("STRUCT<a INT64>", "fields"),
        ("RECORD", "fields"),
        ("JSON", "JSON_VALUE"),
        ("GEOGRAPHY", "ST_GEOHASH"),
        ("BYTES", "TO_HEX"),
        ("INTERVAL", "EXTRACT"),
        ("RANGE<DATE>", "RANGE_START"),
    ],
)
def test_type_that_cannot_be_staged_names_the_column_and_a_way(kind, remedy, configs):
    feature = {"column": "amount", "kind": "numeric"}
    configs.edit("features/ids.yaml", lambda f: f["candidate"].append(feature))
    (problem,) = configs.problems(schemas=with_types(amount=kind))
    assert problem.startswith(f"features/ids.yaml: candidate[2].kind is 'numeric' on amount of type {kind}; ")
    assert remedy in problem


def test_unstaged_column_may_have_any_type(configs):
    configs.edit("datasets/shop.yaml", lambda d: d["columns"].append({"name": "tags"}))
    assert "tags" not in [column.name for column in configs.resolve().columns]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (
            {"column": "sku", "operator": ">", "value": "a"},
            "filters.conditions[0].value is 'a', but sku is INT64; use a value of type INT64.",
        ),
        (
            {"column": "sku", "operator": "=", "value": True},
            "filters.conditions[0].value is True, but sku is INT64; use a value of type INT64.",
        ),
        (
            {"column": "colour", "operator": "in", "value": ["red", 3]},
            "filters.conditions[0].value is 3, but colour is STRING; use a value of type STRING.",
        ),
        (
            {"column": "sold_on", "operator": ">=", "value": "2024-13-01"},
            "filters.conditions[0].value is '2024-13-01', but sold_on is DATE; use a value of type DATE, "
            "such as 2017-12-31.",
        ),
        (
            {"column": "colur", "operator": "is_null"},
            "filters.conditions[0].column is 'colur', which columns does not declare; did you mean 'colour'? "
            "Otherwise use one of customer, sku, sold_at, sold_on, amount, colour.",
        ),
    ],
)
def test_condition_that_does_not_fit_its_column(condition, sentence, configs):
    configs.edit("datasets/shop.yaml", with_conditions(condition))
    assert configs.problems() == [f"datasets/shop.yaml: {sentence}"]


@pytest.mark.parametrize(
    "condition",
    [
        {"column": "sku", "operator": "!=", "value": 3},
        {"column": "amount", "operator": "<", "value": 3.5},
        {"column": "colour", "operator": "not_in", "value": ["red", "`'\"\n"]},
        {"column": "sold_at", "operator": ">=", "value": "2024-01-01T12:00:00+02:00"},
        {"column": "sold_on", "operator": "<", "value": "2024-01-01"},
        {"column": "colour", "operator": "is_not_null"},
    ],
)
def test_condition_that_fits(condition, configs):
    configs.edit("datasets/shop.yaml", with_conditions(condition))
    experiment = configs.resolve()
    (kept,) = experiment.dataset.filters.conditions
    assert kept.operator.value == condition["operator"]
    assert type(experiment).from_json(experiment.to_json()) == experiment


@pytest.mark.parametrize(
    ("operator", "value"), [("in", 3), ("in", []), ("is_null", 3), ("=", None), ("<", [1])]
)
def test_value_that_does_not_fit_the_operator(operator, value, configs):
    configs.edit(
        "datasets/shop.yaml", with_conditions({"column": "sku", "operator": operator, "value": value})
    )
    (problem,) = configs.problems()
    assert problem.startswith("datasets/shop.yaml: filters.conditions[0] is {")
    assert f"operator {operator}" in problem


def test_revenue_must_be_a_number(configs):
    share = {"column": "colour", "share": 0.8}
    configs.edit("datasets/shop.yaml", lambda d: d.update(filters={"top_revenue_share": share}))
    (problem,) = configs.problems()
    assert "filters.top_revenue_share.column is 'colour' of type STRING, which cannot be summed" in problem


def joined_by(kind):
    return {**SCHEMAS, "shop.items": {"sku": kind, "colour": "STRING"}}


@pytest.mark.parametrize("kind", ["STRING", "BOOLEAN", "DATE", "TIMESTAMP"])
def test_join_keys_that_bigquery_does_not_compare_are_refused(kind, configs):
    base = {"BOOLEAN": "BOOL"}.get(kind, kind)
    assert configs.problems(schemas=joined_by(kind)) == [
        f"datasets/shop.yaml: tables[1].keys[0] compares shop.sales.sku of type INT64 with shop.items.sku of "
        f"type {base}, which BigQuery refuses; cast one of them in a view, and name the view as the table: "
        "CAST(sku AS INT64)."
    ]


@pytest.mark.parametrize("kind", ["INTEGER", "INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64"])
def test_join_keys_that_bigquery_converts_are_accepted(kind, configs):
    configs.resolve(schemas=joined_by(kind))


def test_join_key_without_equality_is_refused(configs):
    (problem,) = configs.problems(schemas=joined_by("ARRAY"))
    assert "with shop.items.sku of type ARRAY, which cannot be joined by; use columns of type" in problem


def test_newest_row_is_told_by_a_column_that_is_there_and_has_an_order(configs):
    configs.edit("datasets/shop.yaml", lambda d: d["tables"][1].update(latest_by="color"))
    (problem,) = configs.problems()
    assert problem.startswith(
        "datasets/shop.yaml: tables[1].latest_by is 'color', which table shop.items does not have; did you "
        "mean 'colour'?"
    )
    schemas = {**SCHEMAS, "shop.items": {"sku": "INTEGER", "colour": "STRING", "color": "JSON"}}
    (problem,) = configs.problems(schemas=schemas)
    assert "latest_by is 'color' of type JSON, which has no newest value; use a column of type" in problem


def test_an_empty_text_is_asked_for_as_missing(configs):
    condition = {"column": "colour", "operator": "not_in", "value": ["red", ""]}
    configs.edit("datasets/shop.yaml", with_conditions(condition))
    (problem,) = configs.problems()
    assert "use operator is_null or is_not_null for an empty text, which counts as missing" in problem
