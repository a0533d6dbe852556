"""Whether the trainer image is there, and which one it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from recsflow.doctor.finding import Finding, doubtful, good
from recsflow.images.trainer_images import DIGEST, by_digest

if TYPE_CHECKING:
    from recsflow.settings import Settings


def check_image(settings: Settings) -> Iterator[Finding]:
    """Ask Artifact Registry for the digest of each image."""
    resolved = by_digest(settings)
    for name in ("trainer_image", "accelerator_image"):
        image = getattr(resolved, name)
        if image is None:
            continue
        if DIGEST.search(image):
            yield good("image", f"{name} is {image}")
        elif "." in image.partition("/")[0]:
            yield doubtful(
                "image", f"{name} is {image}, which only Artifact Registry is asked about; add …@sha256:…"
            )
        else:
            yield good("image", f"{name} is {image}, this machine's own")
