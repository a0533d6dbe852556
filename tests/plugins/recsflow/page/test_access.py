import pytest

from tests.plugins.recsflow.page.experiments import GROCERY, HEALTHY

pytestmark = pytest.mark.emulator

ADDRESSES = (
    "openapi.json",
    "static/experiments.js",
    "no/such/address",
    "api/experiments",
    "api/facets",
    "api/status",
    f"api/compare?id={HEALTHY}&id={GROCERY}",
    f"api/experiments/{HEALTHY}",
    f"api/experiments/{HEALTHY}/epochs",
    f"api/experiments/{HEALTHY}/histograms?tower=query",
    f"api/experiments/{HEALTHY}/files/query.sql",
    # Bad as a question, and still nobody is told so.
    "api/experiments?limit=-1",
)
OF_ONE = ("", "/epochs", "/histograms?tower=query", "/files/query.sql")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_gets_anything_without_a_login(web_server, address):
    answer = web_server.get(address, user=None)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated"})


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_login_that_was_made_up_opens_nothing(web_server, address):
    answer = web_server.get(address, user=None, headers={"Cookie": "_token=made.up.token"})
    assert (answer.status_code, answer.json()) == (403, {"detail": "Invalid JWT token"})


def test_every_address_that_there_is_asks_who_is_there(web_server):
    paths = web_server.get("openapi.json").json()["paths"]
    filled = [path.format(experiment_id=HEALTHY, name="query.sql").removeprefix("/") for path in paths]

    assert {web_server.get(path, user=None).status_code for path in filled} == {401}
    asked = {address.partition("?")[0] for address in ADDRESSES}
    assert {path for path in filled if not path.startswith("static/")} <= asked


def test_the_cookie_of_airflows_own_pages_is_a_login(web_server):
    cookie = {"Cookie": f"_token={web_server.token('viewer')}"}
    assert web_server.get("api/experiments", user=None, headers=cookie).status_code == 200


def test_who_may_read_no_runs_is_told_so(web_server):
    answer = web_server.get("api/experiments", user="nobody")
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "You may not read DAG runs; ask an administrator of Airflow for that."},
    )


def test_lists_hold_what_one_may_read_and_count_nothing_else(web_server):
    def listed(user, **filters):
        answer = web_server.get("api/experiments", user=user, **filters).json()
        return {row["dag_id"] for row in answer["experiments"]}, answer["total"]

    assert listed("grocer") == ({"quick_test", "grocery_test"}, 10)
    assert listed("viewer") == ({"quick_test"}, 9)
    assert listed("viewer", dag_id="grocery_test") == (set(), 0)
    assert listed("viewer", q="grocery") == (set(), 0)


def test_facets_name_nothing_that_one_may_not_read(web_server):
    def datasets(user):
        facets = web_server.get("api/facets", user=user).json()["facets"]
        return {each["value"] for each in facets["dataset"]}

    assert datasets("grocer") == {"complete_journey", "groceries"}
    assert datasets("viewer") == {"complete_journey"}


@pytest.mark.parametrize("address", OF_ONE)
def test_an_experiment_of_a_dag_that_one_may_not_read_is_like_one_that_is_not_there(web_server, address):
    def answered(experiment_id, user):
        answer = web_server.get(f"api/experiments/{experiment_id}{address}", user=user)
        return answer.status_code, answer.text.replace(experiment_id, "ID")

    absent = "quick-test-absent-ffffffffff"
    assert answered(GROCERY, "grocer")[0] == 200
    assert answered(GROCERY, "viewer") == answered(absent, "viewer")
    assert answered(GROCERY, "viewer")[0] == 404


def test_a_comparison_leads_to_nothing_that_one_may_not_read(web_server):
    asked = f"api/compare?id={HEALTHY}&id={GROCERY}"
    assert web_server.get(asked, user="grocer").status_code == 200
    assert web_server.get(asked, user="viewer").status_code == 404
