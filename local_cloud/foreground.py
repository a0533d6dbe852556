"""The servers one by one, as containers run them: `python -m local_cloud.foreground run scheduler`.

Each stays in the foreground. `healthy` in place of `run` asks one that runs, and exits with 0 when it works.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from local_cloud.errors import LocalCloudError, ServiceError
from local_cloud.services import Service, ServiceRunner, build_services
from local_cloud.settings import REPOSITORY, LocalSettings

PYTHON = str(REPOSITORY / ".venv" / "bin" / "python")
# The log servers of scheduler and triggerer listen on all interfaces; the parts share the folder of logs.
AIRFLOW_PARTS = {
    "migrate": ("airflow", "db", "migrate"),
    "api-server": (PYTHON, "-m", "local_cloud.airflow_api_server"),
    "scheduler": (PYTHON, "-m", "local_cloud.airflow_scheduler", "--skip-serve-logs"),
    "dag-processor": ("airflow", "dag-processor"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
}


def build_parts(settings: LocalSettings) -> dict[str, Service]:
    """Returns what runs in a container of its own, by name; each part of Airflow judges its own health."""
    services = build_services(settings)
    airflow = services.pop("airflow")
    parts = {
        name: replace(
            airflow,
            name=name,
            argv=argv,
            healthy=_part_is_healthy("metadatabase" if name == "api-server" else name.replace("-", "_")),
        )
        for name, argv in AIRFLOW_PARTS.items()
    }
    return services | parts


def part(name: str, settings: LocalSettings) -> Service:
    """Returns what runs in a container of its own.

    Raises:
        ServiceError: There is none of this name.
    """
    parts = build_parts(settings)
    if name not in parts:
        raise ServiceError(f"command line: part is {name!r}; use {', '.join(parts)}.")
    return parts[name]


def become(service: Service) -> NoReturn:
    """Runs a server in place of this process."""
    if service.prepare is not None:
        service.prepare()
    os.chdir(REPOSITORY)
    os.execvpe(service.argv[0], service.argv, {**os.environ, **service.environment})  # noqa: S606


def _part_is_healthy(name: str) -> Callable[[bytes], bool]:
    return lambda body: json.loads(body).get(name, {}).get("status") == "healthy"


def main() -> int:
    """Runs one command and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local_cloud.foreground", description=__doc__)
    parser.add_argument("command", choices=["run", "healthy"])
    parser.add_argument("part", help="a server, or a part of Airflow")
    options = parser.parse_args()
    # What is kept is for this user alone.
    os.umask(0o077)
    try:
        settings = LocalSettings.from_environment()
        service = part(options.part, settings)
        if options.command == "healthy":
            return 0 if ServiceRunner(settings).is_healthy(service) else 1
        become(service)
    except LocalCloudError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
