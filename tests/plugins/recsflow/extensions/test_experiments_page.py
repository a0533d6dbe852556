import pytest

from recsflow.extensions import experiments_page

pytestmark = pytest.mark.unit


def test_airflow_is_told_of_no_page_that_was_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr(experiments_page, "STATIC", tmp_path)
    assert experiments_page.react_apps() == []


def test_the_page_is_a_view_of_its_own_and_one_on_each_dag_and_run(tmp_path, monkeypatch):
    monkeypatch.setattr(experiments_page, "STATIC", tmp_path)
    (tmp_path / "experiments.js").write_text("")

    apps = experiments_page.react_apps()

    assert {app["destination"]: app["name"] for app in apps} == {
        "nav": "Experiments",
        "dag": "Experiments",
        "dag_run": "Experiment",
    }
    # Airflow drops an app whose route another one has, and resolves an address below its own base.
    assert len({app["url_route"] for app in apps}) == 3
    assert {app["bundle_url"] for app in apps} == {"recsflow/static/experiments.js"}
