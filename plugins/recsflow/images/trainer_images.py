"""The trainer image by its digest: a tag may be moved, and then other code would pass for the same."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recsflow.images.artifact_registry import ImagesHook
from recsflow.log import say

if TYPE_CHECKING:
    from recsflow.settings import Settings

DIGEST = re.compile(r"@sha256:([0-9a-f]{64})$")
ARTIFACT = re.compile(
    r"(?P<location>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[^/]+)/(?P<repository>[^/]+)"
    r"/(?P<package>[^:@]+)(?::(?P<tag>[^@]+))?"
)
LABEL_LENGTH = 56


@dataclass(frozen=True)
class ArtifactTag:
    """A tag of an image in Artifact Registry."""

    location: str
    project: str
    repository: str
    package: str
    tag: str

    @classmethod
    def of(cls, image: str) -> ArtifactTag | None:
        """Return the tag that an image's name has; None where it is in another registry."""
        match = ARTIFACT.fullmatch(image)
        return cls(**{**match.groupdict(), "tag": match["tag"] or "latest"}) if match else None


def by_digest(settings: Settings) -> Settings:
    """Return settings whose trainer images are named by digests.

    An image without a registry is this machine's own, and has a hash of its content in its name. One in a
    registry that is not Artifact Registry stays as it is, and a warning says so.

    Raises:
        ImageRefused: Artifact Registry does not show the tag.
        ImageRegistryUnavailable: It did not answer.
    """
    images = {name: getattr(settings, name) for name in ("trainer_image", "accelerator_image")}
    named = {name: _by_digest(name, image, settings) for name, image in images.items() if image}
    return settings.model_copy(update=named)


def _by_digest(name: str, image: str, settings: Settings) -> str:
    if DIGEST.search(image):
        return image
    tag = ArtifactTag.of(image)
    if tag is not None:
        hook = ImagesHook(gcp_conn_id=settings.gcp_conn_id)
        return f"{image.removesuffix(f':{tag.tag}')}@{hook.digest(name, image, tag)}"
    if "." in image.partition("/")[0]:
        say(
            "image",
            f"WARNING {name} is {image!r}, a tag that only Artifact Registry could be asked about: should it "
            "be moved, earlier results pass for those of the new image. Name it as …@sha256:….",
            logging.WARNING,
        )
    return image


def image_label(image: str) -> str:
    """Return what jobs are labelled with: the digest as far as a label goes, or the tag."""
    digest = DIGEST.search(image)
    return f"sha256-{digest[1]}"[:LABEL_LENGTH] if digest else image.rpartition("/")[2]
