"""Writes the digests of a Dockerfile's base images: `python -m scripts.pin_images [DOCKERFILE]`.

Each registry is asked which image a tag names now, by the distribution API that Docker itself uses
(https://distribution.github.io/distribution/spec/api/).
"""

import re
import sys
from pathlib import Path

import requests

from include.errors import innermost

DOCKERFILE = Path("trainer_image/Dockerfile")
FROM = re.compile(r"^(FROM (?:--\S+ )?)(\S+?)(?:@sha256:[0-9a-f]{64})?((?: AS (\S+))?)$", re.MULTILINE)
DOCKER_HUB = "registry-1.docker.io"
LOOPBACK = ("127.0.0.1", "localhost")
MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
TIMEOUT_S = 30.0


class RegistryError(Exception):
    """A registry does not say which image a tag names."""


def pinned(dockerfile: str) -> str:
    """Returns a Dockerfile's text with the digest that each base image's tag has now."""
    stages = {match[4] for match in FROM.finditer(dockerfile)} | {"scratch"}

    def pin(match: re.Match[str]) -> str:
        begin, image, end = match[1], match[2], match[3]
        return match[0] if image in stages else f"{begin}{image}@{digest_of(image)}{end}"

    return FROM.sub(pin, dockerfile)


def digest_of(image: str) -> str:
    """Asks an image's registry for the digest of its tag.

    Args:
        image: As in a Dockerfile: `python:3.12-slim`, `gcr.io/project/name:tag`.

    Raises:
        RegistryError: The registry did not answer or has no such tag.
    """
    name, _, tag = image.rpartition(":") if ":" in image.rpartition("/")[2] else (image, "", "latest")
    host, repository = _location(name)
    scheme = "http" if host.partition(":")[0] in LOOPBACK else "https"
    url = f"{scheme}://{host}/v2/{repository}/manifests/{tag}"
    try:
        answer = _ask(url)
    except requests.RequestException as error:
        raise RegistryError(f"{image}: {host} does not answer: {innermost(error)}") from error
    digest = answer.headers.get("Docker-Content-Digest", "")
    if not answer.ok or not digest:
        raise RegistryError(
            f"{image}: {host} answers {answer.status_code} {answer.reason} for {repository}, tag {tag}; "
            "correct the image's name in the Dockerfile."
        )
    return digest


def _location(name: str) -> tuple[str, str]:
    """Returns a name's host and repository, by Docker's own rule for names without a host."""
    host, slash, repository = name.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return host, repository
    return DOCKER_HUB, name if slash else f"library/{name}"


def _ask(url: str) -> requests.Response:
    accept = {"Accept": MANIFESTS}
    answer = requests.head(url, headers=accept, timeout=TIMEOUT_S)
    if answer.status_code != requests.codes.unauthorized:
        return answer
    # Public images, too, take a token, which whoever asks is given.
    challenge = dict(re.findall(r'(\w+)="([^"]*)"', answer.headers.get("WWW-Authenticate", "")))
    realm = challenge.pop("realm", "")
    if not realm:
        return answer
    token = requests.get(realm, params=challenge, timeout=TIMEOUT_S)
    token.raise_for_status()
    bearer = {"Authorization": f"Bearer {token.json()['token']}"}
    return requests.head(url, headers={**accept, **bearer}, timeout=TIMEOUT_S)


def main(arguments: list[str]) -> int:
    """Pins one Dockerfile and returns the exit status."""
    path = Path(arguments[0]) if arguments else DOCKERFILE
    before = path.read_text()
    try:
        after = pinned(before)
    except RegistryError as error:
        print(f"error: {path}: {error}", file=sys.stderr)
        return 1
    path.write_text(after)
    for match in FROM.finditer(after):
        print(match[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
