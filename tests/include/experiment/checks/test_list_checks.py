import pytest

from include.experiment.config.column_types import StagedType
from tests.include.experiment.conftest import SCHEMAS

pytestmark = pytest.mark.unit


def with_tags(configs, **feature):
    """The shop with its tags as a feature of the product."""
    configs.edit("datasets/shop.yaml", lambda d: d["columns"].append({"name": "tags"}))
    tags = {"column": "tags", "kind": "vocabulary", **feature}
    configs.edit("features/ids.yaml", lambda f: f["candidate"].append(tags))


@pytest.mark.parametrize("reported", ["ARRAY<STRING>", "ARRAY<INTEGER>", "STRING"])
def test_lists_are_staged_as_one_text(configs, reported):
    with_tags(configs, separator="|")
    schemas = {**SCHEMAS, "shop.sales": {**SCHEMAS["shop.sales"], "tags": reported}}
    column = configs.resolve(schemas=schemas).column("tags")
    assert column.staged_type is StagedType.STRING
    assert column.separator == (None if reported == "STRING" else "|")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda f: f["candidate"][2].pop("separator"),
            "candidate[2].kind is 'vocabulary' on tags of type ARRAY<STRING>; read it by a vocabulary with a "
            "`separator` that is in none of its values, such as '|', or take one element or UNNEST it in a "
            "view, and name the view as the table.",
        ),
        (
            lambda f: f["candidate"][0].update(separator=","),
            "candidate[0].separator is ',' on the primary id; remove it, since a row has one id.",
        ),
        (
            lambda f: f["candidate"][1].update(max_values=4),
            "candidate[1].max_values is 4 on a vocabulary without a separator; give the separator too, or "
            "remove it.",
        ),
        (
            lambda f: f["query"].append({**f["candidate"][2], "name": "liked", "separator": ";"}),
            "candidate[2].separator is '|', but query[2] joins tags by ';'; use one separator for both.",
        ),
        (
            lambda f: f["query"].append({"column": "sold_on", "kind": "vocabulary", "separator": "-"}),
            "query[2].kind is 'vocabulary' on sold_on of type DATE; use a column of type STRING, "
            "ARRAY<STRING>, ARRAY<INT64> as vocabulary with a separator.",
        ),
        (
            lambda f: f["query"].append({"columns": ["tags", "colour"], "kind": "hashed_cross"}),
            "query[2].kind is 'hashed_cross' on tags of type ARRAY<STRING>; read it by a vocabulary with",
        ),
    ],
)
def test_lists_that_cannot_be_used(configs, change, sentence):
    with_tags(configs, separator="|")
    configs.edit("features/ids.yaml", change)
    assert [problem for problem in configs.problems() if problem.startswith(f"features/ids.yaml: {sentence}")]


def test_a_graph_has_no_place_for_lists(configs):
    with_tags(configs, separator="|")
    configs.edit("datasets/shop.yaml", lambda d: d["columns"][4].update(role="label"))
    configs.edit("datasets/shop.yaml", lambda d: d["columns"].append({"name": "visit", "role": "basket"}))
    (configs.root / "models" / "graph.yaml").write_text(
        "type: graph_ranking\nlayers: [{units: 8}]\nlearning_rate: 0.01\n"
    )
    assert (
        "features/ids.yaml: candidate[2].separator is '|', but a node of model graph has one value of a "
        "column; remove the feature."
    ) in configs.problems(model="graph")
