import sqlite3
import time
from itertools import pairwise

import pytest

from recsflow.page.experiment_cards import index_folder
from tests.plugins.recsflow.page.experiments import (
    CLEARED,
    DELETED,
    EARLIER,
    FASTER,
    HEALTHY,
    KILLED,
    NAME,
    NAUGHTY,
    REFUSED,
    ROWS,
)

pytestmark = pytest.mark.emulator


def rows(web_server, **asked):
    return web_server.get("api/experiments", **asked).json()["experiments"]


def row(web_server, experiment_id):
    (found,) = [each for each in rows(web_server) if each["experiment_id"] == experiment_id]
    return found


def test_newest_come_first_each_with_what_it_is_judged_by(web_server):
    listed = rows(web_server)
    assert all(one["created_at"] > other["created_at"] for one, other in pairwise(listed))

    healthy = listed[-1]
    assert healthy["experiment_id"] == HEALTHY
    assert healthy["headline"] == {
        "metric": "recall@100",
        "value": 0.21,
        "baseline": "repeat_purchases",
        "baseline_value": 0.28,
        "better": "higher",
        "beats_baseline": False,
    }
    assert healthy["lift"] == pytest.approx(0.75)
    assert healthy["group"] == ROWS["key"]
    assert (healthy["created_at"], healthy["number"]) == ("2026-01-05T12:00:00Z", None)


def test_a_run_that_airflow_ended_is_cancelled_in_rows_filters_and_facets(web_server):
    assert (row(web_server, KILLED)["state"], row(web_server, KILLED)["deleted"]) == ("cancelled", False)
    assert [each["experiment_id"] for each in rows(web_server, state="cancelled")] == [KILLED]
    assert rows(web_server, state="training") == []
    facets = web_server.get("api/facets").json()["facets"]
    assert {each["value"]: each["count"] for each in facets["state"]}["cancelled"] == 1


def test_a_run_that_is_gone_from_airflow_keeps_its_result(web_server):
    deleted = row(web_server, DELETED)
    assert (deleted["deleted"], deleted["state"], deleted["verdict"]) == (True, "succeeded", "healthy")


def test_a_run_that_was_cleared_waits_again(web_server):
    assert row(web_server, CLEARED)["state"] == "queued"


def test_pages_follow_each_other_without_a_gap(web_server):
    seen, cursor = [], None
    while True:
        page = web_server.get("api/experiments", limit=4, **({"cursor": cursor} if cursor else {})).json()
        seen += [each["experiment_id"] for each in page["experiments"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == [each["experiment_id"] for each in rows(web_server)]
    assert page["total"] == len(seen) == 10


def test_filters_are_one_of_each_and_words_are_all(web_server):
    assert len(rows(web_server, model=["fast", "shallow"])) == 10
    assert [each["experiment_id"] for each in rows(web_server, model="fast")] == [FASTER]
    assert [each["experiment_id"] for each in rows(web_server, q="faster FAST")] == [FASTER]
    assert [each["experiment_id"] for each in rows(web_server, run_id=f"manual__{EARLIER}")] == [EARLIER]


def test_each_facet_is_counted_under_the_filters_of_the_others(web_server):
    facets = web_server.get("api/facets", model="fast").json()["facets"]
    assert facets["model"] == [{"value": "shallow", "count": 9}, {"value": "fast", "count": 1}]
    assert facets["dataset"] == [{"value": "complete_journey", "count": 1}]


def test_sorted_by_a_metric_or_a_field(web_server):
    assert rows(web_server, sort="model")[0]["experiment_id"] == FASTER
    assert rows(web_server, sort="-headline")[0]["headline"]["value"] == 0.21


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            {"state": "asleep"},
            "state is 'asleep'; it should be 'resolved', 'staging', 'checking', 'submitted', 'training', "
            "'queued', 'running', 'succeeded', 'failed' or 'cancelled'.",
        ),
        ({"limit": "201"}, "limit is '201'; it should be less than or equal to 200."),
        ({"limit": "many"}, "limit is 'many'; it should be a valid integer"),
        ({"sort": "colour"}, "sort is 'colour'; use created_at"),
        (
            {"cursor": "x"},
            "cursor is 'x'; use next_cursor of the page before, with the same sort, -created_at.",
        ),
        (
            {"datset": "shop"},
            "'datset' is no parameter of this address; did you mean 'dataset'? Otherwise use ",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(web_server, asked, sentence):
    answer = web_server.get("api/experiments", **asked)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence)


def test_a_name_with_tags_in_it_stays_text(web_server):
    answer = web_server.get("api/experiments", q="naughty")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (found,) = answer.json()["experiments"]
    assert (found["experiment_id"], found["name"]) == (NAUGHTY, NAME)


def test_a_list_that_is_the_same_is_not_sent_again(web_server):
    first = web_server.get("api/experiments", state="failed")
    again = web_server.get(
        "api/experiments", state="failed", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert {each["experiment_id"] for each in first.json()["experiments"]} >= {REFUSED}


def test_status_says_whether_the_index_is_complete_and_mlflow_down(web_server):
    assert web_server.get("api/status").json() == {
        "index": {"state": "ready", "cards": 10, "read": 10, "error": None},
        "mlflow": "down",
    }


def test_a_list_that_may_be_old_does_not_say_that_it_is_complete(web_server):
    # As after an hour in which nobody looked: whoever opens the page then would never ask again.
    (index,) = index_folder(str(web_server.database.parent)).glob("*.sqlite")
    with sqlite3.connect(index, timeout=60) as connection:
        connection.execute("UPDATE progress SET value = value - 3600 WHERE name = 'updated'")
    states = [web_server.get("api/status").json()["index"]["state"]]
    while states[-1] != "ready":
        states.append(web_server.get("api/status").json()["index"]["state"])

    # It was brought up to date before it called itself ready, in the first request where that is soon done.
    with sqlite3.connect(index, timeout=60) as connection:
        (updated,) = connection.execute("SELECT value FROM progress WHERE name = 'updated'").fetchone()
    assert time.time() - updated < 3600
    assert set(states) <= {"building", "ready"}
