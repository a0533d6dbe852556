"""Stands for the image google-cloud-cli in a step of a build: `gcloud storage cp` and `chmod`.

Usage: google_cloud_cli.py PARENT FOLDER PROGRAM [ARGUMENT...], where FOLDER is what the step has as its
workspace, outside which no file is there, and PARENT the process without which it ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MOUNT = "/workspace"
BUCKET_SCHEME = "gs://"
PROGRAMS = ("gcloud", "chmod")
PR_SET_PDEATHSIG = 1
USAGE_ERROR = 2
NOT_FOUND = 404


def local_path(name: str, folder: Path) -> Path | None:
    """Returns where a file of the container is on this machine; None for one outside the workspace."""
    inside = os.path.relpath(os.path.join(MOUNT, name), MOUNT)
    return None if inside.split("/")[0] == ".." else folder / inside


def copy(source: str, target: str, folder: Path) -> int:
    """Copies an object to a file or a file to an object, and returns the exit status.

    https://cloud.google.com/sdk/gcloud/reference/storage/cp
    """
    is_download = source.startswith(BUCKET_SCHEME)
    name = target if is_download else source
    path = local_path(name, folder)
    if path is None or (not is_download and not path.is_file()):
        return _fail(f"The following URLs matched no objects or files:\n{name}")
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.storage import Blob, Client

    client = Client(project="local", credentials=AnonymousCredentials())
    shown = f"file://{MOUNT}/{path.relative_to(folder)}"
    print(f"Copying {source} to {shown}" if is_download else f"Copying {shown} to {target}", file=sys.stderr)
    try:
        if is_download:
            path.write_bytes(Blob.from_uri(source, client).download_as_bytes())
        else:
            Blob.from_uri(target, client).upload_from_filename(path)
    except GoogleAPICallError as error:
        if is_download and error.code == NOT_FOUND:
            return _fail(f"The following URLs matched no objects or files:\n{source}")
        return _fail(f"{error.code}: {error.message}")
    except (OSError, ValueError) as error:
        return _fail(str(error))
    return 0


def _fail(message: str, status: int = 1) -> int:
    print(f"ERROR: (gcloud.storage.cp) {message}", file=sys.stderr)
    return status


def gcloud(arguments: Sequence[str], folder: Path) -> int:
    """Runs the one command of gcloud that is here, and returns the exit status."""
    match arguments:
        case ["storage", "cp", source, target] if BUCKET_SCHEME in (source[:5], target[:5]):
            return copy(source, target, folder)
        case ["storage", "cp", *_]:
            return _fail("argument: give a file in /workspace and an object, gs://bucket/name.", USAGE_ERROR)
        case _:
            print(f"ERROR: (gcloud) Invalid choice: {' '.join(arguments[:2])!r}.", file=sys.stderr)
            return USAGE_ERROR


def chmod(arguments: Sequence[str], folder: Path) -> int:
    """Runs the machine's chmod on files of the workspace, and returns the exit status."""
    mode, *names = arguments or [""]
    paths = [local_path(name, folder) for name in names]
    if None in paths:
        missing = names[paths.index(None)]
        print(f"chmod: cannot access {missing!r}: No such file or directory", file=sys.stderr)
        return 1
    return subprocess.run(["chmod", "--", mode, *map(str, paths)], check=False).returncode


def main() -> int:
    """Runs a program of the image and returns its exit status."""
    parent, folder, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        return 1
    os.chdir(folder)
    return {"gcloud": gcloud, "chmod": chmod}[program](arguments, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
