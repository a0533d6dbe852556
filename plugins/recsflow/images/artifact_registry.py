"""Artifact Registry with the Google provider's connection, at the address that the connection names.

The connection extra `artifact_registry_endpoint`, for example `http://127.0.0.1:9090`, replaces the public
endpoint where there is one. One call is needed, so it is made without a client library of its own:
https://docs.cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages.tags/get
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import requests
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from include.errors import innermost
from recsflow.errors import ImageRefused, ImageRegistryUnavailable

if TYPE_CHECKING:
    from recsflow.images.trainer_images import ArtifactTag

PUBLIC_ENDPOINT = "https://artifactregistry.googleapis.com"
CALL_TIMEOUT_S = 30.0
TRY_AGAIN = (requests.codes.too_many_requests, requests.codes.request_timeout)


class ImagesHook(GoogleBaseHook):
    """Reads which image a tag names."""

    def digest(self, setting: str, image: str, tag: ArtifactTag) -> str:
        """Return the digest of a tag, `sha256:…`.

        Args:
            setting: The field of the Variable that names the image, for errors.
            image: Its name there.
            tag: The same, in parts.

        Raises:
            ImageRefused: The registry has no such tag, or does not show it.
            ImageRegistryUnavailable: It did not answer.
        """
        repository = f"projects/{tag.project}/locations/{tag.location}/repositories/{tag.repository}"
        package = quote(tag.package, safe="")
        endpoint = self._get_field("artifact_registry_endpoint") or PUBLIC_ENDPOINT
        url = f"{endpoint}/v1/{repository}/packages/{package}/tags/{quote(tag.tag, safe='')}"
        try:
            answer = AuthorizedSession(self.get_credentials()).get(url, timeout=CALL_TIMEOUT_S)
        except (requests.RequestException, GoogleAuthError) as error:
            raise ImageRegistryUnavailable(
                f"Artifact Registry: no answer about {setting} {image} ({innermost(error)}); check that the "
                "service is reached."
            ) from None
        if answer.status_code >= requests.codes.server_error or answer.status_code in TRY_AGAIN:
            raise ImageRegistryUnavailable(
                f"Artifact Registry: {answer.status_code} {answer.reason}, asked about {setting} {image}."
            )
        if not answer.ok:
            raise ImageRefused(
                f"Airflow Variable 'recsflow': {setting} is {image!r}, which Artifact Registry does not "
                f"show ({said_by(answer)}); push the image, correct its name, or let the connection's "
                "account read it."
            )
        return str(answer.json()["version"]).rpartition("/")[2]


def said_by(answer: requests.Response) -> str:
    """Return why a request was refused, in the service's own words."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason}"
