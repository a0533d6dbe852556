import pytest

from include.experiment.config.column_types import StagedType, Use, base_type, staged_type
from include.sql.casts import cast_expression

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("reported", "use", "sql"),
    [
        ("INTEGER", Use.NUMBER, "t.x"),
        ("FLOAT", Use.NUMBER, "t.x"),
        ("STRING", Use.KEY, "t.x"),
        ("BOOLEAN", Use.KEY, "CAST(t.x AS INT64)"),
        ("NUMERIC(10, 2)", Use.NUMBER, "CAST(t.x AS FLOAT64)"),
        ("BIGNUMERIC", Use.NUMBER, "CAST(t.x AS FLOAT64)"),
        ("NUMERIC", Use.ID, "CAST(t.x AS STRING)"),
        ("FLOAT64", Use.KEY, "CAST(t.x AS STRING)"),
        ("TIMESTAMP", Use.DATE, "UNIX_SECONDS(t.x)"),
        ("DATETIME", Use.DATE, "UNIX_SECONDS(CAST(t.x AS TIMESTAMP))"),
        ("DATE", Use.CALENDAR, "UNIX_SECONDS(CAST(t.x AS TIMESTAMP))"),
        ("TIME", Use.CALENDAR, "TIME_DIFF(t.x, TIME '00:00:00', SECOND)"),
        ("STRING", Use.LIST, "t.x"),
        (
            "ARRAY<INTEGER>",
            Use.LIST,
            "ARRAY_TO_STRING(ARRAY(SELECT CAST(n AS STRING) FROM UNNEST(t.x) n), '')",
        ),
        ("ARRAY<STRING>", Use.LIST, "ARRAY_TO_STRING(t.x, '')"),
    ],
)
def test_cast_by_reported_type(reported, use, sql):
    assert cast_expression("t.x", reported, staged_type(reported, use)) == sql


@pytest.mark.parametrize(
    "reported", ["ARRAY<FLOAT>", "ARRAY<RECORD>", "RECORD", "JSON", "GEOGRAPHY", "BYTES", "INTERVAL", "RANGE"]
)
@pytest.mark.parametrize("use", list(Use))
def test_types_without_a_scalar_serve_nothing(reported, use):
    assert staged_type(reported, use) is None


def test_only_three_types_are_staged():
    assert {kind.value for kind in StagedType} == {"INT64", "FLOAT64", "STRING"}


@pytest.mark.parametrize(
    ("reported", "base"),
    [
        ("integer", "INT64"),
        ("STRING(20)", "STRING"),
        ("STRUCT<a INT64>", "STRUCT"),
        ("REPEATED", "ARRAY"),
        ("ARRAY<INTEGER>", "ARRAY<INT64>"),
        ("array<string(9)>", "ARRAY<STRING>"),
        ("ARRAY<STRUCT<a INT64>>", "ARRAY"),
        ("ARRAY<NUMERIC(3)>", "ARRAY"),
    ],
)
def test_base_type_drops_aliases_and_parameters(reported, base):
    assert base_type(reported) == base
