import pytest

from recsflow.extensions.links import CustomJobLink, MlflowRunLink, PipelineJobLink
from recsflow.page.routes.experiment import KEYS
from tests.plugins.recsflow.page.experiments import (
    BROKEN,
    DELETED,
    EARLIER,
    FASTER,
    HEALTHY,
    KILLED,
    NAME,
    REFUSED,
)

pytestmark = pytest.mark.emulator


def detail(web_server, experiment_id=HEALTHY):
    return web_server.get(f"api/experiments/{experiment_id}").json()


def test_the_verdict_is_one_sentence_and_says_how_it_compares(web_server):
    healthy = detail(web_server)
    assert healthy["sentence"] == (
        "Healthy: it does not beat the best baseline, repeat_purchases, in recall@100 "
        "(0.2100 against 0.3070, 0.68 x)."
    )
    assert healthy["warnings"] == [
        "recall@5 is close to popularity.",
        "The model does not beat repeat_purchases in recall@10, recall@100.",
    ]


def test_each_metric_stands_beside_every_baseline_the_headline_first(web_server):
    headline, loss, *_ = detail(web_server)["metrics"]
    assert (headline["name"], headline["headline"], headline["better"]) == ("recall@100", True, "higher")
    assert headline["baselines"] == {"popularity": 0.138, "repeat_purchases": 0.307}
    assert (headline["best_baseline"], headline["baseline_value"]) == ("repeat_purchases", 0.307)
    assert headline["lift"] == pytest.approx(0.684, abs=0.001)
    assert (loss["name"], loss["better"], loss["baselines"], loss["lift"]) == ("loss", "lower", {}, None)


def test_each_parameter_says_who_chose_it(web_server):
    parameters = {each["name"]: each for each in detail(web_server)["parameters"]}
    rate, size, seed = (parameters[name] for name in ("learning_rate", "batch_size", "seed"))

    assert (rate["value"], rate["source"], rate["section"]) == (0.05, "run", "Run Parameters")
    assert (size["value"], size["source"], size["where"]) == (8192, "config", "models/shallow.yaml")
    assert (seed["value"], seed["source"]) == (42, "default")
    assert parameters["notes"]["value"] == NAME


def test_components_say_what_they_read_and_whether_an_earlier_result_was_taken(web_server):
    reader, trainer = detail(web_server)["components"]
    assert (reader["name"], reader["cached"], reader["cache_reason"]) == ("ExampleGen", True, None)
    assert (reader["inputs"], reader["outputs"]) == ([], ["examples"])
    assert (trainer["inputs"], trainer["outputs"]) == (["ExampleGen.examples"], ["model"])
    assert (trainer["cached"], trainer["seconds"]) == (False, 75.0)


def test_tasks_come_in_the_order_in_which_they_started(web_server):
    tasks = [(each["task_id"], each["state"]) for each in detail(web_server)["tasks"]]
    assert [task for task, _ in tasks] == [
        *("resolve_experiment", "submit_pipeline", "wait_for_pipeline", "cache_metrics"),
    ]
    assert detail(web_server, BROKEN)["tasks"][-1] == {
        "task_id": "cache_metrics",
        "state": "pending",
        "seconds": None,
    }


def test_a_red_run_says_why_and_which_component(web_server):
    assert detail(web_server, BROKEN)["error"] == {
        "sentence": "rows have no product_id",
        "component": "ExampleGen",
        "task": "wait_for_pipeline",
        "lines": ["reading rows", "ValueError: rows of table shop.orders have no product_id"],
    }


def test_a_run_whose_configuration_was_refused_has_its_sentence_and_nothing_else(web_server):
    refused = detail(web_server, REFUSED)
    assert refused["error"]["sentence"] == "epochs is 0"
    assert (refused["sentence"], refused["parameters"], refused["metrics"], refused["files"]) == (
        None,
        [],
        [],
        [],
    )


def test_what_airflow_has_forgotten_is_told_from_the_card(web_server):
    deleted = detail(web_server, DELETED)
    assert (deleted["card"]["deleted"], deleted["card"]["state"], deleted["tasks"]) == (True, "succeeded", [])
    assert detail(web_server, KILLED)["card"]["state"] == "cancelled"


def test_links_lead_to_pages_only(web_server):
    links = detail(web_server)["links"]
    assert links["airflow"] == f"/dags/quick_test/runs/manual__{HEALTHY}"
    assert links["pipeline"] == "http://console/jobs/x"
    # What a task left there is javascript.
    assert links["mlflow"] is None


def test_links_are_those_that_tasks_publish():
    assert {PipelineJobLink().xcom_key, CustomJobLink().xcom_key, MlflowRunLink().xcom_key} <= set(KEYS)


def test_quality_is_counted_and_what_is_broken_said(web_server):
    assert detail(web_server)["quality"] == {
        **{"passed": 2, "failed": 1, "warnings": 0, "has_report": True},
        "findings": ["train: no customer_id is missing: 3 are"],
    }


def test_a_rerun_names_its_parent(web_server):
    assert detail(web_server, FASTER)["parent"] == HEALTHY


def test_epochs_after_those_that_are_known(web_server):
    both = web_server.get(f"api/experiments/{HEALTHY}/epochs").json()
    newer = web_server.get(f"api/experiments/{HEALTHY}/epochs", after=1).json()

    assert (both["status"], [each["epoch"] for each in both["epochs"]]) == ("succeeded", [1, 2])
    assert newer["epochs"] == both["epochs"][1:]
    assert both["epochs"][0]["metrics"] == {"loss": 7.16, "val_loss": 6.64, "learning_rate": 0.2}
    assert set(both["epochs"][0]["towers"]["query"]) == {"weight_norm", "gradient_norm"}
    assert web_server.get(f"api/experiments/{REFUSED}/epochs").json() == {"status": None, "epochs": []}


def test_histograms_have_an_edge_more_than_bins(web_server):
    address = f"api/experiments/{HEALTHY}/histograms"
    weights = web_server.get(address, tower="query").json()["epochs"]
    gradients = web_server.get(address, tower="query", tensor="gradient").json()["epochs"]

    assert [each["epoch"] for each in weights] == [1, 2]
    assert all(len(each["edges"]) == len(each["counts"]) + 1 for each in (*weights, *gradients))
    unknown = web_server.get(address, tower="third")
    assert (unknown.status_code, unknown.json()["detail"]) == (
        404,
        "The experiment has no tower 'third'; there are query, candidate.",
    )


def test_files_are_text_and_the_report_a_page_that_can_do_nothing(web_server):
    query = web_server.get(f"api/experiments/{HEALTHY}/files/query.sql")
    report = web_server.get(f"api/experiments/{HEALTHY}/files/quality.html")

    assert query.text == "SELECT 1 AS one -- <script>alert(1)</script>\n"
    assert query.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert report.headers["Content-Type"] == "text/html; charset=utf-8"
    for answer in (query, report):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        # Without allow-scripts and allow-same-origin.
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")


@pytest.mark.parametrize(
    "name", ["secret.txt", "..%2F..%2Fcards", "../query.sql", "%2Fetc%2Fpasswd", "query.sql%00", ".", "model"]
)
def test_no_name_leads_to_a_file_that_is_not_shown(web_server, name):
    assert web_server.get(f"api/experiments/{HEALTHY}/files/{name}").status_code == 404


@pytest.mark.parametrize(
    "experiment_id",
    ["..", f"{HEALTHY}%2F..%2F{HEALTHY}", f"../cards/{HEALTHY}", "a" * 5000, "%00", "*", "<b>"],
)
def test_nothing_but_an_id_becomes_a_path(web_server, experiment_id):
    assert web_server.get(f"api/experiments/{experiment_id}/files/query.sql").status_code == 404


def test_compared_on_equal_rows_the_best_is_marked_where_it_is_better(web_server):
    compared = web_server.get("api/compare", id=[HEALTHY, FASTER]).json()
    metrics = {each["name"]: each for each in compared["metrics"]}

    assert (compared["comparable"], compared["reason"]) == (True, None)
    assert [each["experiment_id"] for each in compared["experiments"]] == [HEALTHY, FASTER]
    differing = [each for each in compared["parameters"] if each["differs"]]
    assert differing == compared["parameters"][:1]
    assert (differing[0]["name"], differing[0]["values"]) == ("learning_rate", [0.05, 0.1])
    assert (metrics["recall@100"]["values"], metrics["recall@100"]["best"]) == ([0.21, 0.2], [0])
    assert (metrics["loss"]["values"], metrics["loss"]["best"]) == ([6.72, 6.5], [1])
    assert metrics["recall@5"]["best"] == [0, 1]
    assert (metrics["recall@50"]["values"], metrics["recall@50"]["best"]) == ([0.16, None], [])
    assert {"id": HEALTHY, "metric": "loss", "values": [7.16, 6.18]} in compared["curves"]


def test_on_other_rows_nothing_is_called_best(web_server):
    compared = web_server.get("api/compare", id=[HEALTHY, EARLIER]).json()
    assert (compared["comparable"], compared["reason"]) == (
        False,
        "They are tested on different rows of complete_journey: 2017-12-04 to 2017-12-31 and 2017-11-06 to "
        "2017-12-03.",
    )
    assert all(each["best"] == [] for each in compared["metrics"])


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ([HEALTHY], "id is ['quick-test-healthy-0000000000']; List should have at least 2 items"),
        ([HEALTHY, HEALTHY], "id names 'quick-test-healthy-0000000000' more than once; name each"),
        ([], "id is missing; add it."),
    ],
)
def test_two_to_ten_are_compared(web_server, ids, sentence):
    answer = web_server.get("api/compare", id=ids)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence)
