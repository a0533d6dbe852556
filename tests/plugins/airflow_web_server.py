"""Airflow's own web server on loopback, with its own login, for tests of what the plugin adds to it."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

import requests

from include.process_activity import Activity, wait_until
from tests.patience import PATIENCE_S

REPOSITORY = Path(__file__).resolve().parents[2]
# Roles and teams of Airflow's simple auth manager: a viewer of a team reads the DAGs of its team and of none.
USERS = {
    "admin": "admin:ADMIN",
    "viewer": "viewer:VIEWER",
    "grocer": "grocer:VIEWER:grocery",
    "nobody": "nobody:",
}
# The bundle, and so its DAGs, of the team.
BUNDLES = {"dags-folder": None, "grocery-dags": "grocery"}


class AirflowWebServer:
    """The web server, with an own database.

    Args:
        folder: Airflow's home.
        database: A migrated one, which is copied.
        variable: The Airflow Variable `recsflow`.
    """

    def __init__(self, folder: Path, database: Path, variable: Mapping[str, object]) -> None:
        self.database = folder / "airflow.db"
        shutil.copy(database, self.database)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "api-server.log"
        passwords = folder / "passwords.json"
        passwords.write_text(json.dumps({name: name for name in USERS}))
        self._seed()
        settings = {
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.database}",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "AIRFLOW__CORE__MULTI_TEAM": "True",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(USERS.values()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW_VAR_RECSFLOW": json.dumps(variable),
            "PYTHONPATH": str(REPOSITORY),
        }
        command = [sys.executable, "-m", "airflow", "api-server", "--host", "127.0.0.1", "--port", str(port)]
        with self._log.open("wb") as output:
            self._server = subprocess.Popen(
                [*command, "--workers", "1"], stdout=output, stderr=output, env={**os.environ, **settings}
            )
        self._tokens: dict[str, str] = {}

    def start(self) -> None:
        """Wait until it answers."""
        wait_until(self._answers, Activity(self._server.pid, logs=[self._log]), what=f"{self.url} is silent")

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait()

    def get(self, path, user="admin", headers=None, **params):
        """Ask as a user, by a token of the server's own login; None asks as nobody."""
        signed = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        return requests.get(
            f"{self.url}/recsflow/{path}",
            params=params,
            headers={**signed, **(headers or {})},
            timeout=PATIENCE_S,
        )

    def token(self, user):
        if user not in self._tokens:
            answer = requests.post(
                f"{self.url}/auth/token", json={"username": user, "password": user}, timeout=PATIENCE_S
            )
            self._tokens[user] = answer.json()["access_token"]
        return self._tokens[user]

    def add_dag(self, dag_id: str, bundle: str = "dags-folder") -> None:
        columns = {
            **{
                "dag_id": dag_id,
                "bundle_name": bundle,
                "timetable_type": "none",
                "partition_mapper_info": "{}",
            },
            **dict.fromkeys(("is_paused", "is_stale", "has_task_concurrency_limits"), 0),
            **{"max_active_tasks": 1, "max_consecutive_failed_dag_runs": 0},
        }
        self._insert("dag", columns)

    def add_run(
        self, dag_id: str, run_id: str, state: str, started: str | None = "2026-01-05 12:00:00"
    ) -> None:
        columns = {"dag_id": dag_id, "run_id": run_id, "state": state, "run_type": "manual"}
        self._insert("dag_run", {**columns, "start_date": started, "run_after": "2026-01-05 12:00:00"})

    def add_task(
        self, dag_id: str, run_id: str, task_id: str, state: str | None, started: str | None, **left
    ) -> None:
        """A task of a run, and what it left as XComs."""
        columns = {
            "dag_id": dag_id,
            "run_id": run_id,
            "task_id": task_id,
            "state": state,
            "start_date": started,
        }
        others = {
            "id": uuid.uuid4().hex,
            "try_number": 1,
            "pool": "default_pool",
            "pool_slots": 1,
            "duration": 1.5 if started else None,
        }
        self._insert("task_instance", {**columns, **others})
        with sqlite3.connect(self.database, timeout=60) as connection:
            of_run = "SELECT id FROM dag_run WHERE dag_id = ? AND run_id = ?"
            (number,) = connection.execute(of_run, (dag_id, run_id)).fetchone()
        for key, value in left.items():
            row = {"dag_run_id": number, "dag_id": dag_id, "run_id": run_id, "task_id": task_id, "key": key}
            # Airflow keeps the JSON of a value as a JSON text.
            self._insert(
                "xcom", {**row, "value": json.dumps(json.dumps(value)), "timestamp": "2026-01-05 12:00:00"}
            )

    def _insert(self, table: str, columns: dict[str, object]) -> None:
        marks = ", ".join("?" * len(columns))
        self.execute(
            (f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
        )

    def execute(self, *statements: tuple[str, tuple]) -> None:
        """Change Airflow's database."""
        with sqlite3.connect(self.database, timeout=60) as connection:
            for statement, values in statements:
                connection.execute(statement, values)

    def log(self) -> str:
        return self._log.read_text()

    def _seed(self) -> None:
        teams = [team for team in BUNDLES.values() if team]
        self.execute(
            *(("INSERT INTO team (name) VALUES (?)", (team,)) for team in teams),
            *(("INSERT INTO dag_bundle (name, active) VALUES (?, 1)", (name,)) for name in BUNDLES),
            *(
                ("INSERT INTO dag_bundle_team (dag_bundle_name, team_name) VALUES (?, ?)", (name, team))
                for name, team in BUNDLES.items()
                if team
            ),
        )

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/api/v2/version", timeout=PATIENCE_S).ok
        except requests.ConnectionError:
            return False
