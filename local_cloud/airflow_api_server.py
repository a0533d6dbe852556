"""Airflow's API server behind the guard."""

import sys
from collections.abc import Callable
from typing import Any

from airflow.__main__ import main as airflow
from airflow.api_fastapi import app as api

from local_cloud.http_guard import LoopbackGuard

type ChangeApp = Callable[[Any], None]


def with_guard(add_middlewares: ChangeApp) -> ChangeApp:
    """Returns what adds an application's outermost middleware, and ours around it."""

    def add(app: Any) -> None:
        add_middlewares(app)
        app.add_middleware(LoopbackGuard)

    return add


def main() -> None:
    """Runs the API server with the arguments that the command line has."""
    # A plugin could add it, too, but what lies in plugins/ goes to Composer, where Host is another.
    vars(api)["init_access_logging"] = with_guard(vars(api)["init_access_logging"])
    sys.argv = ["airflow", "api-server", *sys.argv[1:]]
    airflow()


if __name__ == "__main__":
    main()
