"""A PostgreSQL of Debian's, in place of the image that docker-compose.yaml names."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.process_activity import Activity, wait_until

VERSIONS = Path("/usr/lib/postgresql")
HOST = "127.0.0.1"


def programs() -> Path | None:
    """Returns the folder of the newest installed server's programs."""
    found = sorted(VERSIONS.glob("*/bin/postgres"), key=lambda path: int(path.parents[1].name))
    return found[-1].parent if found else None


def _as_server(*command: str) -> list[str]:
    """Returns a command under the server's own user, since PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextmanager
def postgres(password: str, create: Path) -> Iterator[str]:
    """Runs a server with the user `recsflow` and the database `airflow`, as the image would.

    Args:
        password: the user's.
        create: statements that the image runs at the first start.

    Yields:
        Its host and port.
    """
    binaries = programs()
    assert binaries is not None
    # Not below pytest's folder, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="recsflow-postgres-"))
    password_file, log = folder / "password", folder / "server.log"
    password_file.write_text(password)
    log.touch()
    if os.geteuid() == 0:
        for path in (folder, password_file, log):
            shutil.chown(path, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = str(probe.getsockname()[1])
    store, address = ("-D", str(folder / "database")), ("-h", HOST, "-p", port, "-U", "recsflow")
    subprocess.run(
        _as_server(
            *(str(binaries / "initdb"), *store, "--username=recsflow", f"--pwfile={password_file}"),
            "--auth=scram-sha-256",
        ),
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = (f"listen_addresses={HOST}", f"unix_socket_directories={folder}", "fsync=off")
    settings = [word for option in options for word in ("-c", option)]
    with log.open("ab") as output:
        server = subprocess.Popen(
            _as_server(str(binaries / "postgres"), *store, "-p", port, *settings),
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    try:
        ready = [str(binaries / "pg_isready"), *address[:4]]
        wait_until(
            lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0,
            Activity(server.pid, logs=[log]),
            what="PostgreSQL does not answer",
        )
        caller = {**os.environ, "PGPASSWORD": password}
        for statements in (("--command=CREATE DATABASE airflow",), ("--file", str(create))):
            psql = [
                str(binaries / "psql"),
                *address,
                "--dbname=postgres",
                "--set=ON_ERROR_STOP=1",
                *statements,
            ]
            subprocess.run(psql, env=caller, check=True, capture_output=True)
        yield f"{HOST}:{port}"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)
