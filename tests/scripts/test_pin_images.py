"""Base images by digest: written from what a registry says, and refused where they are missing."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts import pin_images

pytestmark = pytest.mark.unit

CHECK = Path(__file__).resolve().parents[2] / "trainer_image" / "check_bases.sh"
DIGESTS = {("tools/beam", "2.77.0"): "sha256:" + "ab" * 32, ("python", "latest"): "sha256:" + "01" * 32}


class Registry(BaseHTTPRequestHandler):
    """Says which image a tag names to whoever has fetched a token for that repository."""

    def do_HEAD(self):
        _, _, *repository, _, tag = self.path.split("/")
        name, here = "/".join(repository), f"http://{self.headers['Host']}"
        if self.headers["Authorization"] != f"Bearer for-{name}":
            challenge = f'Bearer realm="{here}/token",service="here",scope="repository:{name}:pull"'
            self._answer(401, {"WWW-Authenticate": challenge})
        elif (name, tag) in DIGESTS and "image.index" in self.headers["Accept"]:
            self._answer(200, {"Docker-Content-Digest": DIGESTS[name, tag]})
        else:
            self._answer(404, {})

    def do_GET(self):
        name = self.path.partition("scope=repository%3A")[2].removesuffix("%3Apull").replace("%2F", "/")
        self._answer(200, {}, json.dumps({"token": f"for-{name}"}).encode())

    def log_message(self, *arguments):
        pass

    def _answer(self, status, headers, body=b""):
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def registry():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def dockerfile(registry, tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(
        f"# FROM is at the beginning of a line\nFROM {registry}/tools/beam:2.77.0 AS beam\n"
        f"FROM --platform=linux/amd64 {registry}/python AS base\nFROM base AS built\nRUN true\nFROM base\n"
    )
    return path


def check(path):
    return subprocess.run([CHECK, path], capture_output=True, text=True, check=False)


def test_tags_get_the_digests_that_the_registry_says(dockerfile, registry):
    assert pin_images.main([str(dockerfile)]) == 0
    beam, python = DIGESTS["tools/beam", "2.77.0"], DIGESTS["python", "latest"]
    assert dockerfile.read_text().splitlines()[1:] == [
        f"FROM {registry}/tools/beam:2.77.0@{beam} AS beam",
        f"FROM --platform=linux/amd64 {registry}/python@{python} AS base",
        "FROM base AS built",
        "RUN true",
        "FROM base",
    ]


def test_a_digest_gives_way_to_what_its_tag_names_now(dockerfile):
    text = dockerfile.read_text().replace("2.77.0", f"2.77.0@sha256:{'00' * 32}")
    assert pin_images.pinned(text) == pin_images.pinned(dockerfile.read_text())


def test_build_is_refused_until_every_base_has_a_digest(dockerfile, registry):
    refused = check(dockerfile)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"{dockerfile}:{line}: FROM {image} names no digest, so another build may take another image; "
        "run 'make pin-images' and commit the file."
        for line, image in ((2, f"{registry}/tools/beam:2.77.0"), (3, f"{registry}/python"))
    ]
    pin_images.main([str(dockerfile)])
    assert check(dockerfile).returncode == 0


def test_unknown_tag_leaves_the_file_alone_and_says_so(dockerfile, capsys):
    before = dockerfile.read_text().replace("2.77.0", "2.77.1")
    dockerfile.write_text(before)
    assert pin_images.main([str(dockerfile)]) == 1
    assert (
        "answers 404 Not Found for tools/beam, tag 2.77.1; correct the image's name"
        in capsys.readouterr().err
    )
    assert dockerfile.read_text() == before


def test_registry_that_does_not_answer_is_named(dockerfile, capsys):
    dockerfile.write_text("FROM 127.0.0.1:9/python:3.12\n")
    assert pin_images.main([str(dockerfile)]) == 1
    assert "127.0.0.1:9/python:3.12: 127.0.0.1:9 does not answer: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("python", ("registry-1.docker.io", "library/python")),
        ("apache/beam_python3.12_sdk", ("registry-1.docker.io", "apache/beam_python3.12_sdk")),
        ("gcr.io/cloud-builders/docker", ("gcr.io", "cloud-builders/docker")),
        ("localhost/trainer", ("localhost", "trainer")),
    ],
)
def test_name_without_a_host_is_docker_hubs(name, location):
    assert pin_images._location(name) == location
