"""Airflow's own database, brought up to date by one command at a time."""

import os
import subprocess
from pathlib import Path

from local_cloud.errors import ServiceError
from local_cloud.locks import locked
from local_cloud.settings import REPOSITORY, LocalSettings

ERROR_LINES = 20


def migrate(settings: LocalSettings, stamp: Path, lock_file: Path) -> None:
    """Creates or migrates the database, unless that was done since the locked environment changed.

    Args:
        settings: whose Airflow it is.
        stamp: a file that is as old as the last migration, in a folder for this user alone.
        lock_file: names the version of Airflow.

    Raises:
        ServiceError: It failed; carries the end of its log.
    """
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.parent.chmod(0o700)
    with locked(stamp.with_name("migrate.lock")):
        if stamp.exists() and stamp.stat().st_mtime >= lock_file.stat().st_mtime:
            return
        print("preparing Airflow's database", flush=True)
        log = stamp.with_name("migrate.log")
        command = [str(REPOSITORY / ".venv" / "bin" / "airflow"), "db", "migrate"]
        with log.open("wb") as output:
            done = subprocess.run(
                command,
                env={**os.environ, **settings.environment()},
                stdout=output,
                stderr=output,
                umask=0o077,
                check=False,
            )
        if done.returncode != 0:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-ERROR_LINES:])
            raise ServiceError(f"airflow db migrate ended with status {done.returncode}:\n{last}")
        stamp.touch()
