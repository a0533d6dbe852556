"""Which permissions the connection's account has, as Google's IAM tells everybody about themselves.

The connection extra `permissions_endpoint` replaces the public endpoints where there is one. Two calls are
needed, so they are made without a client library of their own:
https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions
https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/testIamPermissions
"""

from __future__ import annotations

from collections.abc import Iterable

import requests
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from include.errors import innermost
from recsflow.errors import PermissionsUnknown
from recsflow.images.artifact_registry import said_by

PROJECTS = "https://cloudresourcemanager.googleapis.com"
ACCOUNTS = "https://iam.googleapis.com"
CALL_TIMEOUT_S = 30.0


class PermissionsHook(GoogleBaseHook):
    """Asks for the account's own permissions; none is needed for that."""

    def missing_in_project(self, project: str, wanted: Iterable[str]) -> list[str]:
        """Return which permissions the account does not have in a project.

        Raises:
            PermissionsUnknown: IAM did not answer, or refused.
        """
        return self._missing(PROJECTS, f"v3/projects/{project}", wanted)

    def missing_on_account(self, account: str, wanted: Iterable[str]) -> list[str]:
        """Return which permissions the account does not have on another one.

        Raises:
            PermissionsUnknown: IAM did not answer, or refused.
        """
        return self._missing(ACCOUNTS, f"v1/projects/-/serviceAccounts/{account}", wanted)

    def _missing(self, endpoint: str, resource: str, wanted: Iterable[str]) -> list[str]:
        asked, server = sorted(wanted), self._get_field("permissions_endpoint") or endpoint
        try:
            answer = AuthorizedSession(self.get_credentials()).post(
                f"{server}/{resource}:testIamPermissions", json={"permissions": asked}, timeout=CALL_TIMEOUT_S
            )
        except (requests.RequestException, GoogleAuthError) as error:
            raise PermissionsUnknown(
                f"permissions: no answer from {server} about {resource} ({innermost(error)}); check that it "
                "is reached, and the connection's credentials."
            ) from None
        if not answer.ok:
            raise PermissionsUnknown(
                f"permissions: {server} does not tell those on {resource} ({said_by(answer)}); switch its "
                "API on in the project, or correct the name."
            )
        granted = answer.json().get("permissions", [])
        return [permission for permission in asked if permission not in granted]
