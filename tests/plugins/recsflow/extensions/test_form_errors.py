"""What the trigger form says of a wrong value, by way of the web server's own kind of application."""

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from recsflow.extensions.form_errors import FormErrors
from recsflow.forms.experiment import experiment_params

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def client():
    """Airflow's route, as far as it checks params: by the same schema, with the same words."""
    app, params = FastAPI(), experiment_params()

    @app.post("/api/v2/dags/{dag_id}/dagRuns")
    def trigger(dag_id: str, body: dict):
        for name, value in body["conf"].items():
            if name == "theirs":
                raise HTTPException(400, "Invalid input for param epochs: 0\n'title': 'Eras'")
            try:
                params[name].resolve(value)
            except Exception as error:
                raise HTTPException(400, f"Invalid input for param {name}: {error}") from None
        return {"dag_run_id": "manual__1", "conf": body["conf"]}

    app.add_middleware(FormErrors)
    return TestClient(app)


def refused(client, **conf):
    answer = client.post("/api/v2/dags/quick_test/dagRuns", json={"conf": conf})
    assert answer.status_code == 400
    return answer.json()["detail"]


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"epochs": 0}, "run parameters: epochs is 0; use at least 1 and at most 1000."),
        ({"learning_rate": "fast"}, "run parameters: learning_rate is 'fast'; use a number."),
    ],
)
def test_wrong_value_is_refused_in_our_words(client, conf, said):
    assert refused(client, **conf) == said


def test_name_of_no_config_is_refused_with_what_was_meant(client):
    assert refused(client, model="fst").startswith("run parameters: model is 'fst'; did you mean 'fast'?")


def test_param_of_another_dag_keeps_airflows_words(client):
    assert refused(client, theirs=1, epochs=0) == "Invalid input for param epochs: 0\n'title': 'Eras'"


def test_what_is_taken_passes_unchanged(client):
    answer = client.post("/api/v2/dags/quick_test/dagRuns", json={"conf": {"epochs": 3}})
    assert answer.json() == {"dag_run_id": "manual__1", "conf": {"epochs": 3}}
    assert client.get("/api/v2/dags").status_code == 404
