import pytest

from local_cloud.vertex import listing
from local_cloud.vertex.errors import InvalidArgumentError

pytestmark = pytest.mark.unit


def job(name, state="PIPELINE_STATE_SUCCEEDED", created="2026-01-01T00:00:00Z", **labels):
    return {
        "displayName": name,
        "state": state,
        "createTime": created,
        "labels": labels,
        "pipelineSpec": {"pipelineInfo": {"name": "shop-basic"}},
    }


def names(jobs):
    return [job["displayName"] for job in jobs]


JOBS = [
    job("a", created="2026-01-03T00:00:00Z", team="search"),
    job("b", state="PIPELINE_STATE_FAILED", created="2026-01-02T00:00:00Z"),
    job("ab", created="2026-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", ["a", "b", "ab"]),
        ('state="PIPELINE_STATE_FAILED"', ["b"]),
        ('state!="PIPELINE_STATE_FAILED"', ["a", "ab"]),
        ('display_name="a*"', ["a", "ab"]),
        ('display_name="a*" AND create_time>"2026-01-02T00:00:00Z"', ["a"]),
        ("labels.team=search", ["a"]),
        ("labels.team:*", ["a"]),
        ('pipeline_name="shop-basic" AND create_time<="2026-01-02T00:00:00Z"', ["b", "ab"]),
        ('end_time>"2026-01-01T00:00:00Z"', []),
    ],
)
def test_filter_selects(expression, expected):
    assert names(listing.select(JOBS, expression)) == expected


@pytest.mark.parametrize(
    "expression", ["state", 'size="3"', 'state>"A"', 'create_time>"yesterday"', 'state="A" OR state="B"']
)
def test_filter_that_is_not_understood_is_refused_not_ignored(expression):
    with pytest.raises(InvalidArgumentError, match="filter"):
        listing.select(JOBS, expression)


def test_order_by_several_fields():
    assert names(listing.order(JOBS, "state, create_time desc")) == ["b", "a", "ab"]
    with pytest.raises(InvalidArgumentError, match="orderBy"):
        listing.order(JOBS, "size")


def test_pages_join_to_the_whole():
    first, token = listing.page(JOBS, "2", "")
    rest, end = listing.page(JOBS, "2", token)
    assert names([*first, *rest]) == ["a", "b", "ab"]
    assert end == ""


def test_mask_takes_names_in_either_spelling():
    assert listing.mask(JOBS[0], "display_name,state") == {
        "displayName": "a",
        "state": "PIPELINE_STATE_SUCCEEDED",
    }
    assert listing.mask(JOBS[0], "displayName") == {"displayName": "a"}
