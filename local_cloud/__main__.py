"""Command line of the local cloud: `python -m local_cloud start|stop|status|env|load-sample|load|console`."""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from include.process_activity import Activity, ProcessStalled, wait_until
from local_cloud.airflow_database import migrate
from local_cloud.errors import LocalCloudError, SampleError, ServiceError
from local_cloud.locks import locked
from local_cloud.process import BackgroundProcess
from local_cloud.services import PASSWORDS, Service, ServiceRunner, build_services
from local_cloud.settings import REPOSITORY, LocalSettings

# Dataset of the sample's tables in BigQuery.
SAMPLE = "complete_journey"
DEFAULT_SERVICES = ("storage", "bigquery", "vertex", "mlflow")


def _parse(arguments: Sequence[str] | None, names: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local_cloud", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start servers and wait until they answer")
    start.add_argument("services", nargs="*", metavar="service", help=f"of {', '.join(names)}, or all")
    stop = commands.add_parser("stop", help="stop the servers that `start` started")
    stop.add_argument("services", nargs="*", metavar="service", help="default: all")
    commands.add_parser("status", help="show every server; exits 1 when one that was started does not answer")
    commands.add_parser("env", help="print the environment for Airflow and the clients as shell exports")
    migrate_airflow = commands.add_parser("migrate-airflow", help="bring Airflow's database up to date")
    migrate_airflow.add_argument("stamp", type=Path, help="file that is as old as the last migration")
    migrate_airflow.add_argument("lock_file", type=Path, help="lock file of the environment")
    sample = commands.add_parser("load-sample", help="load Complete Journey into the BigQuery emulator")
    sample.add_argument(
        "--for", dest="run", default="{}", help="a run's parameters, which may need no sample"
    )
    load = commands.add_parser("load", help="load tables of one's own into the BigQuery emulator")
    load.add_argument("dataset", help="BigQuery dataset that the tables go to")
    load.add_argument(
        "files", nargs="+", metavar="file", help=".parquet or .csv; becomes a table of its name"
    )
    commands.add_parser("console", help="print what a person can open, and Airflow's login")
    return parser.parse_args(arguments)


def _select(names: Sequence[str], services: dict[str, Service], default: Sequence[str]) -> list[Service]:
    wanted = list(services) if "all" in names else list(names) or list(default)
    unknown = sorted(set(wanted) - set(services))
    if unknown:
        raise ServiceError(
            f"command line: service is {', '.join(unknown)}; use {', '.join(services)} or all."
        )
    return [service for name, service in services.items() if name in wanted]


def _start(selected: list[Service], runner: ServiceRunner) -> None:
    # All are launched before the first is waited for: they start side by side.
    started = {service.name: runner.launch(service) for service in selected}
    for service in selected:
        runner.wait(service)
        note = "started" if started[service.name] else "already running"
        print(f"{service.name:10} {note:16} {service.address}")


def _stop(selected: list[Service], runner: ServiceRunner) -> None:
    for service in reversed(selected):
        print(f"{service.name:10} {'stopped' if runner.stop(service) else 'was not running'}")


def _status(services: dict[str, Service], runner: ServiceRunner) -> int:
    exit_code = 0
    for service in services.values():
        pid = runner.process(service).pid()
        if pid is None:
            left = len(runner.process(service).processes())
            print(f"{service.name:10} {f'ENDED, {left} of its processes live on' if left else 'stopped'}")
            exit_code = 1 if left else exit_code
            continue
        healthy = runner.is_healthy(service)
        exit_code = exit_code if healthy else 1
        print(
            f"{service.name:10} {'running' if healthy else 'NOT ANSWERING':16} pid {pid:<8} {service.address}"
        )
    return exit_code


def needs_sample(run: str) -> bool:
    """Returns whether a run may read the sample: one whose dataset config names none of its tables does not.

    Args:
        run: the run's parameters as JSON; what is wrong with them is told by the run.
    """
    try:
        config = REPOSITORY / "include" / "configs" / "datasets" / f"{json.loads(run)['dataset']}.yaml"
        return f"{SAMPLE}." in config.read_text()
    except (ValueError, KeyError, TypeError, OSError):
        return True


def _load_sample(run: str, settings: LocalSettings, emulator: BackgroundProcess) -> int:
    if not needs_sample(run):
        return 0
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    environment = {**os.environ, **settings.environment()}
    # One at a time: the second finds what the first has loaded.
    with locked(settings.home / "run" / "sample.lock"):
        loader = subprocess.Popen([str(python), "-m", "local_cloud.sample"], env=environment, cwd=REPOSITORY)
        # The loader only waits while the emulator works for it.
        activity = Activity(loader.pid, emulator.pid() or loader.pid, logs=[emulator.log_file])
        try:
            wait_until(
                lambda: loader.poll() is not None, activity, what="the sample is not loaded", say=print
            )
        except ProcessStalled as error:
            raise SampleError(f"{error} See {emulator.log_file}.") from None
        finally:
            activity.kill()
            loader.wait()
    return loader.returncode


def _load(settings: LocalSettings, dataset: str, files: Sequence[str]) -> int:
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    command = [str(python), "-m", "local_cloud.load_tables", dataset, *map(os.path.abspath, files)]
    environment = {**os.environ, **settings.environment()}
    return subprocess.run(command, env=environment, cwd=REPOSITORY, check=False).returncode


def _env(settings: LocalSettings) -> None:
    for key, value in settings.environment().items():
        print(f"export {key}={shlex.quote(value)}")


def _console(settings: LocalSettings, services: dict[str, Service], runner: ServiceRunner) -> None:
    labels = {
        "storage": "Cloud Storage (API)",
        "bigquery": "BigQuery (API)",
        "vertex": "Pipeline jobs",
        "mlflow": "MLflow",
        "airflow": "Airflow",
    }
    for service in services.values():
        if runner.process(service).pid() is not None:
            print(f"{labels[service.name]:19} {service.address}")
    passwords = settings.home / "airflow" / PASSWORDS
    if passwords.exists():
        for user, password in json.loads(passwords.read_text() or "{}").items():
            print(f"{'Airflow login':19} {user} / {password}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status."""
    try:
        settings = LocalSettings.from_environment()
        services = build_services(settings)
        return _run(_parse(arguments, list(services)), settings, services, ServiceRunner(settings))
    except LocalCloudError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(
    options: argparse.Namespace, settings: LocalSettings, services: dict[str, Service], runner: ServiceRunner
) -> int:
    if options.command == "start":
        _start(_select(options.services, services, DEFAULT_SERVICES), runner)
    elif options.command == "stop":
        _stop(_select(options.services, services, list(services)), runner)
    elif options.command == "status":
        return _status(services, runner)
    elif options.command == "env":
        _env(settings)
    elif options.command == "load-sample":
        return _load_sample(options.run, settings, runner.process(services["bigquery"]))
    elif options.command == "load":
        return _load(settings, options.dataset, options.files)
    elif options.command == "migrate-airflow":
        migrate(settings, options.stamp, options.lock_file)
    elif options.command == "console":
        _console(settings, services, runner)
    return 0


if __name__ == "__main__":
    sys.exit(main())
