"""Airflow's processes, each started from the folders that Composer gives it and from nothing else.

`RECSFLOW_COMPOSER_PYTHON` names another interpreter than ours, of an environment with Composer's packages.
"""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from airflow._shared.module_loading import find_path_from_directory

from include.process_activity import Activity, wait_until
from scripts.composer_folder import lay_out
from tests.patience import PATIENCE_S

PYTHON = os.environ.get("RECSFLOW_COMPOSER_PYTHON", sys.executable)
WORKFLOWS = {"clean_up", "overfit_check", "quick_test", "sweep", "trainer_rerun"}
# The plugin's listener makes the pool where a process starts.
POOL = "SELECT 1 FROM slot_pool WHERE pool = 'recsflow_rows'"
NO_POOL = "DELETE FROM slot_pool WHERE pool = 'recsflow_rows'"
# Loads plugins as every process does, then what the triggerer is told to run.
TRIGGER = """
import airflow
from airflow import plugins_manager
from airflow._shared.module_loading import import_string
assert not plugins_manager.get_import_errors(), plugins_manager.get_import_errors()
trigger = import_string("recsflow.triggers.vertex_job.VertexJobTrigger")
import include
print(include.__path__[0])
"""


class Composer:
    """Folders and environments of the processes of one Airflow."""

    def __init__(self, home):
        self.home, self.gcs = home, home / "gcs"
        lay_out(self.gcs)
        (home / "none").mkdir()
        self.run("airflow", "db", "migrate")

    def environment(self, *, dags=False):
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
        return {
            **kept,
            "AIRFLOW_HOME": str(self.home / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.gcs / "dags" if dags else self.home / "none"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.gcs / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def command(self, *words):
        return [PYTHON, "-m", "airflow", *words[1:]] if words[0] == "airflow" else [PYTHON, *words]

    def run(self, *words, **options):
        done = subprocess.run(
            self.command(*words),
            env=self.environment(**options),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def process(self, *words, **options):
        """A process of Airflow with its log, ended afterwards with all that it started."""
        log = self.home / f"{words[0]}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command("airflow", *words),
                env=self.environment(**options),
                cwd=self.home,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield Activity(process.pid, logs=[log]), log
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def rows(self, statement):
        with closing(sqlite3.connect(self.home / "airflow.db", timeout=PATIENCE_S)) as database:
            rows = database.execute(statement).fetchall()
            database.commit()
            return rows


@pytest.fixture(scope="module")
def composer(tmp_path_factory):
    return Composer(tmp_path_factory.mktemp("composer"))


@pytest.mark.emulator
@pytest.mark.parametrize(
    "words",
    [("scheduler", "--skip-serve-logs"), ("triggerer", "--skip-serve-logs")],
    ids=lambda words: words[0],
)
def test_each_process_that_starts_loads_the_plugin(composer, words):
    # Without the DAG folder, since only the processor and the workers need it.
    composer.rows(NO_POOL)
    with composer.process(*words) as (activity, log):
        wait_until(
            lambda: composer.rows(POOL),
            activity,
            what=f"{words[0]} has not loaded the plugin",
        )
    assert "Failed to import plugin" not in log.read_text()


@pytest.mark.emulator
def test_dag_processor_parses_every_workflow(composer):
    composer.rows(NO_POOL)
    composer.run("airflow", "dag-processor", "--num-runs", "1", dags=True)
    assert composer.rows(POOL)
    assert composer.rows("SELECT filename, stacktrace FROM import_error") == []
    found = {name for (name,) in composer.rows("SELECT dag_id FROM dag")}
    assert found >= WORKFLOWS
    assert any(name.startswith("retraining_") for name in found)


@pytest.mark.emulator
def test_triggerer_finds_the_trigger_and_the_domain_without_the_dag_folder(composer):
    place = composer.run("-c", TRIGGER).splitlines()[-1]
    assert Path(place) == composer.gcs / "plugins" / "include"


@pytest.mark.emulator
def test_api_server_lists_the_plugin(composer):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"

    def answers():
        try:
            return json.load(urllib.request.urlopen(f"{url}/auth/token", timeout=PATIENCE_S))["access_token"]
        except OSError:
            return None

    def get(path, token):
        request = urllib.request.Request(f"{url}{path}", headers={"Authorization": f"Bearer {token}"})
        return json.load(urllib.request.urlopen(request, timeout=PATIENCE_S))

    with composer.process("api-server", "--host", "127.0.0.1", "--port", str(port)) as (activity, _):
        wait_until(answers, activity, what="api-server does not answer")
        token = answers()
        assert "recsflow" in {plugin["name"] for plugin in get("/api/v2/plugins", token)["plugins"]}
        assert get("/api/v2/plugins/importErrors", token)["import_errors"] == []


@pytest.mark.unit
def test_airflow_takes_one_file_of_the_deployed_folder_for_a_plugin(tmp_path):
    lay_out(tmp_path)
    found = find_path_from_directory(tmp_path / "plugins", ".airflowignore", "glob")
    assert [Path(path).relative_to(tmp_path) for path in found] == [Path("plugins/recsflow/plugin.py")]


@pytest.mark.unit
def test_a_deployment_is_whole_and_leaves_nothing_old(tmp_path):
    lay_out(tmp_path / "bucket")
    old = tmp_path / "bucket" / "plugins" / "include" / "removed.py"
    old.write_text("old = True\n")
    lay_out(tmp_path / "bucket")
    laid = {str(path.relative_to(tmp_path / "bucket")) for path in (tmp_path / "bucket").rglob("*")}
    assert not old.exists()
    assert "plugins/include/configs/datasets/complete_journey.yaml" in laid
    assert "plugins/include/quality/report.html.j2" in laid
    assert not [name for name in laid if "__pycache__" in name]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("others", "says"),
    [
        ("dags", r"'include' is \S+/dags/include here, another project's; recsflow needs its own"),
        (None, r"needs its package 'include' as \S+/plugins/include, which is not there"),
    ],
)
def test_another_include_or_none_is_refused_before_it_is_used(tmp_path, others, says):
    lay_out(tmp_path)
    if others:
        (tmp_path / others / "include").mkdir()
        (tmp_path / others / "include" / "__init__.py").touch()
    else:
        shutil.rmtree(tmp_path / "plugins" / "include")
    path = os.pathsep.join(str(tmp_path / name) for name in ("dags", "plugins"))
    done = subprocess.run(
        [sys.executable, "-c", "import recsflow"],
        env={"PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert re.search(says, done.stderr), done.stderr
