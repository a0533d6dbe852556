"""Runs the trainer image's Dockerfile without Docker: `python -m scripts.run_dockerfile FOLDER`, as root.

Each stage is a folder with Debian's packages in it (mmdebstrap), in which every instruction runs by chroot.
Two things stand in for what a registry has: `python:3.12-slim-trixie` is Debian 13 with this machine's Python
3.12 in /usr/local, and Beam's image is a folder with its starter, where `--beam-boot` names that program.
What cannot be run is said and left out. At the end the image's own entry points are started
as its user.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scripts.dockerfile import Instruction, expanded, parse, stage_of

IMAGE_FOLDER = Path(__file__).resolve().parent.parent / "trainer_image"
# How this machine reaches package archives.
NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
CERTIFICATES = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STARTED = ("recsflow_trainer.pipeline.compile", "recsflow_trainer.scoring", "recsflow_trainer.training.rerun")
IN_ROOT = """set -e
root=$0 user=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot --userspec="$user" "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$@"
"""
# What Docker's image of Python has beside Debian's smallest.
LIBRARIES = (
    *("ca-certificates", "libbz2-1.0", "libffi8", "liblzma5", "libncursesw6", "libreadline8t64"),
    *("libsqlite3-0", "libssl3t64", "zlib1g"),
)


@dataclass
class Stage:
    """A stage as far as it has run.

    Attributes:
        root: Its file system.
        environment: Of its commands, from ENV.
        arguments: Of its build, from ARG.
        user: Who its commands run as.
        folder: Where they run.
        entrypoint: What a container starts.
    """

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    arguments: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    folder: str = "/"
    entrypoint: tuple[str, ...] = ()

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Runs a command in the file system, in mounts and processes of its own."""
        home = "/root" if self.user == "root" else f"/home/{self.user}"
        unshared = ("unshare", "--mount", "--pid", "--fork", "sh", "-c", IN_ROOT)
        return subprocess.run(
            [*unshared, str(self.root), self.user, self.folder, *command],
            env={"HOME": home, **CERTIFICATES, **self.arguments, **self.environment},
            check=False,
        )


class Build:
    """The stages of a Dockerfile.

    Attributes:
        left_out: What could not be run, and why.
        done: How many instructions were run.
    """

    def __init__(self, folder: Path, arguments: dict[str, str], beam_boot: Path | None) -> None:
        self.folder = folder
        self.arguments = arguments
        self.beam_boot = beam_boot
        self.stages: dict[str, Stage | None] = {}
        self.left_out: list[str] = []
        self.done = 0
        self._stage: Stage | None = None

    def run(self, instructions: Sequence[Instruction]) -> Stage:
        """Runs the instructions and returns the last stage.

        Raises:
            SystemExit: A command fails; names its line.
        """
        for instruction in instructions:
            print(f"--- {instruction.line}: {instruction.name} {instruction.text}", flush=True)
            if instruction.name == "FROM":
                self._begin(instruction)
            elif self._stage is not None:
                getattr(self, f"_{instruction.name.lower()}")(instruction, self._stage)
            self.done += 1
        if self._stage is None:
            sys.exit("error: Dockerfile: the last stage has nothing that stands in for its base.")
        return self._stage

    def _begin(self, instruction: Instruction) -> None:
        image, name = stage_of(instruction)
        root = self.folder / (name or "image")
        if image in self.stages and (base := self.stages[image]) is not None:
            subprocess.run(["cp", "--archive", "--reflink=auto", str(base.root), str(root)], check=True)
            self._stage = replace(base, root=root, environment=dict(base.environment), arguments={})
        else:
            self._stage = self._base(image, root, instruction)
        self.stages[name] = self._stage

    def _base(self, image: str, root: Path, instruction: Instruction) -> Stage | None:
        if image.startswith("python:3.12-slim-trixie"):
            debian_with_python(root)
            return Stage(root)
        if "/beam_" in image and self.beam_boot is not None:
            (root / "opt/apache/beam").mkdir(parents=True)
            shutil.copy(self.beam_boot, root / "opt/apache/beam/boot")
            return Stage(root)
        self._leave_out(instruction, "nothing here stands in for this image")
        return None

    def _leave_out(self, instruction: Instruction, why: str) -> None:
        self.done -= 1
        self.left_out.append(f"line {instruction.line}, {instruction.name} {instruction.text}: {why}")

    def _arg(self, instruction: Instruction, stage: Stage) -> None:
        name, _, value = instruction.words[0].partition("=")
        stage.arguments[name] = self.arguments.get(name, value)

    def _env(self, instruction: Instruction, stage: Stage) -> None:
        known = dict(stage.environment)
        for word in instruction.words:
            name, _, value = word.partition("=")
            stage.environment[name] = expanded(value, known)

    def _run(self, instruction: Instruction, stage: Stage) -> None:
        status = stage.run("/bin/sh", "-c", instruction.text).returncode
        if status != 0:
            sys.exit(f"error: Dockerfile:{instruction.line}: RUN {instruction.text} ended with {status}.")

    def _workdir(self, instruction: Instruction, stage: Stage) -> None:
        stage.folder = instruction.text
        (stage.root / stage.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def _user(self, instruction: Instruction, stage: Stage) -> None:
        stage.user = instruction.text

    def _entrypoint(self, instruction: Instruction, stage: Stage) -> None:
        stage.entrypoint = tuple(json.loads(instruction.text))

    def _copy(self, instruction: Instruction, stage: Stage) -> None:
        words = instruction.words
        origin = IMAGE_FOLDER
        if words[0].startswith("--from="):
            other = self.stages[words.pop(0).removeprefix("--from=")]
            if other is None:
                return self._leave_out(instruction, "that stage is not there")
            origin = other.root
        *sources, target = words
        folder = stage.root / os.path.join(stage.folder, target).lstrip("/")
        for source in sources:
            _copy_into(origin / source.lstrip("/"), folder, as_folder=target.endswith("/"))
        return None


def _copy_into(source: Path, target: Path, *, as_folder: bool) -> None:
    """Copies as COPY does: a folder's content, a file under its name where the target is a folder."""
    if source.is_dir():
        shutil.copytree(
            source,
            target,
            symlinks=True,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__") if source.is_relative_to(IMAGE_FOLDER) else None,
        )
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if as_folder:
        target.mkdir(exist_ok=True)
    shutil.copy(source, target)


def debian_with_python(root: Path) -> None:
    """Makes a Debian 13 with this machine's Python 3.12 where Docker's image has its own."""
    options = ["--mode=root", "--variant=minbase", f"--include={','.join(LIBRARIES)}"]
    subprocess.run(["mmdebstrap", "--quiet", *options, "trixie", str(root)], check=True)
    for name in NETWORK_FILES:
        shutil.copy(name, root / name.lstrip("/"))
    home = Path(sysconfig.get_config_var("prefix"))
    for part in ("bin", "include", "lib"):
        shutil.copytree(home / part, root / "usr/local" / part, symlinks=True, dirs_exist_ok=True)
    # Its own scripts name the folder that it came from.
    pip = root / "usr/local/bin/pip"
    pip.unlink(missing_ok=True)
    pip.write_text('#!/bin/sh\nexec python -m pip "$@"\n')
    pip.chmod(0o755)
    Stage(root).run("ldconfig")


def start_entry_points(image: Stage) -> bool:
    """Starts what Vertex AI and Dataflow start; returns whether all of it starts."""
    starts: list[tuple[str, ...]] = [("python", "-m", module, "--help") for module in STARTED]
    if (image.root / image.entrypoint[0].lstrip("/")).exists():
        starts.append((*image.entrypoint, "--help"))
    else:
        print(f"{image.entrypoint[0]} is not there: nothing stands in for Beam's image")
    failed = []
    for command in starts:
        print(f"--- as {image.user}: {' '.join(command)}", flush=True)
        if image.run(*command).returncode != 0:
            failed.append(command)
    return not failed


def main(arguments: list[str] | None = None) -> int:
    """Runs the Dockerfile into a folder and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.run_dockerfile", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder for the stages, which is not there yet")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--beam-boot", type=Path, help="Beam's starter, /opt/apache/beam/boot of its image")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True)
    given = dict(argument.split("=", 1) for argument in options.build_arg)
    build = Build(options.folder.resolve(), given, options.beam_boot)
    instructions = list(parse((IMAGE_FOLDER / "Dockerfile").read_text()))
    image = build.run(instructions)
    started = start_entry_points(image)
    print(f"{build.done} of {len(instructions)} instructions were run; left out:")
    print("\n".join(build.left_out) or "nothing")
    return 0 if started else 1


if __name__ == "__main__":
    sys.exit(main())
