import pytest

pytestmark = pytest.mark.unit

CUSTOMER = {"column": "customer", "kind": "vocabulary"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda f: f["query"][0].pop("is_primary_id"),
            "query has no primary id; set `is_primary_id: true` on the vocabulary of the customer_id.",
        ),
        (
            lambda f: f["candidate"].append({**f["candidate"][0], "column": "sku", "name": "item"}),
            "candidate has 2 primary ids (sku, item); keep `is_primary_id: true` on one of them.",
        ),
        (
            lambda f: f["query"].append({**CUSTOMER, "name": "again", "embedding_dim": 4}),
            "query[2].column is 'customer' as vocabulary again; remove it, since query[0] is the same.",
        ),
        (
            lambda f: f["query"].append({"column": "amount", "name": "sold_on", "kind": "numeric"}),
            "query[2].name is 'sold_on', which is another column of the dataset; "
            "choose a name that no column has.",
        ),
        (
            lambda f: f["query"].append({"column": "colour", "kind": "vocabulary"}),
            "candidate[1].name is 'colour' again; give it a `name` of its own, since query[2] has that one.",
        ),
        (
            lambda f: f["query"].append({"column": "amount", "name": "split", "kind": "numeric"}),
            "query[2].name is 'split', which is ours; choose another name.",
        ),
        (
            lambda f: f["candidate"][0].update(column="skuu"),
            "candidate[0].column is 'skuu', the primary id that datasets/shop.yaml does not declare; did you "
            "mean 'sku'? Otherwise use one of customer, sku, sold_at, sold_on, amount, colour.",
        ),
        (
            lambda f: f["candidate"][0].update(column="amount"),
            "candidate[0].column is 'amount', the primary id, but the dataset's product_id is 'sku'; use sku "
            "as the tower's primary id.",
        ),
        (
            lambda f: f["query"].append({"columns": ["colour", "size"], "kind": "hashed_cross"}),
            "query[2].columns is 'size', a column that datasets/shop.yaml does not declare; use one of "
            "customer, sku, sold_at, sold_on, amount, colour.",
        ),
        (
            lambda f: f["query"].append({"column": "colour", "name": "tint", "kind": "numeric"}),
            "query[2].kind is 'numeric' on colour of type STRING; use a column of type INT64, FLOAT64, "
            "NUMERIC, BIGNUMERIC, BOOL, TIMESTAMP, DATETIME, DATE, TIME as number.",
        ),
        (
            lambda f: f["query"].append({"column": "sku", "kind": "cyclical", "period": "day_of_week"}),
            "query[2].kind is 'cyclical' on sku of type INTEGER; use a column of type TIMESTAMP, DATETIME, "
            "DATE, TIME as cyclical time.",
        ),
        (
            lambda f: f["query"].append({"column": "sold_on", "kind": "cyclical", "period": "hour_of_day"}),
            "query[2].period is hour_of_day, which sold_on of type DATE does not know; use a period of days, "
            "or a TIMESTAMP column.",
        ),
        (
            lambda f: f["query"].extend(
                [
                    {"column": "amount", "kind": "numeric"},
                    {"column": "amount", "name": "price", "kind": "vocabulary"},
                ]
            ),
            "query[3].kind needs amount as STRING, but query[2] needs it as FLOAT64; use kind bucketized, or "
            "declare the column a second time under another name.",
        ),
    ],
)
def test_features_that_cannot_be_used(change, sentence, configs):
    configs.edit("features/ids.yaml", change)
    assert f"features/ids.yaml: {sentence}" in configs.problems()


def test_one_date_may_give_several_cycles(configs):
    cycles = [
        {"column": "sold_at", "kind": "cyclical", "period": p} for p in ("hour_of_day", "month_of_year")
    ]
    configs.edit("features/ids.yaml", lambda f: f["query"].extend(cycles))
    names = [feature.name for feature in configs.resolve().features.query]
    assert names == ["customer", "sold_at_day_of_week", "sold_at_hour_of_day", "sold_at_month_of_year"]


def test_name_of_a_cross_joins_its_columns(configs):
    cross = {"columns": ["colour", "sku"], "kind": "hashed_cross"}
    configs.edit("features/ids.yaml", lambda f: f["candidate"].append(cross))
    assert configs.resolve().features.candidate[2].name == "colour_x_sku"


def test_several_mistakes_are_told_together(configs):
    def spoil(features):
        features["query"].append(dict(features["query"][0]))
        features["candidate"][0].pop("is_primary_id")
        features["candidate"][1]["column"] = "color"

    configs.edit("features/ids.yaml", spoil)
    assert len(configs.problems()) == 4
