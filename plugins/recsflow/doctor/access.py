"""Who asks, and what that account may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from recsflow.doctor.finding import Finding, bad, doubtful, good
from recsflow.doctor.permissions import PermissionsHook
from recsflow.identity import connection_credentials

if TYPE_CHECKING:
    from recsflow.settings import Settings

IN_PROJECT = (
    *(f"aiplatform.pipelineJobs.{verb}" for verb in ("create", "get", "list", "cancel", "delete")),
    *(f"aiplatform.customJobs.{verb}" for verb in ("create", "get", "list", "cancel", "delete")),
    *("bigquery.jobs.create", "bigquery.readsessions.create", "logging.logEntries.list"),
)
# To cancel is to update.
TO_BUILD = tuple(f"cloudbuild.builds.{verb}" for verb in ("create", "get", "list", "update"))
TO_RUN_AS = ("iam.serviceAccounts.actAs",)


def check_access(settings: Settings) -> Iterator[Finding]:
    """Look for the account, and for its permissions in the project and on the account of jobs."""
    credentials = connection_credentials(settings.gcp_conn_id)
    name = getattr(credentials, "service_account_email", None) or "an account without a name"
    yield good("account", f"connection {settings.gcp_conn_id} is {name}")
    hook = PermissionsHook(gcp_conn_id=settings.gcp_conn_id)
    wanted = (*IN_PROJECT, *(TO_BUILD if settings.compiler.kind == "cloud_build" else ()))
    missing = hook.missing_in_project(settings.project, wanted)
    yield _judged(missing, f"project {settings.project}", name)
    if settings.service_account:
        missing = hook.missing_on_account(settings.service_account, TO_RUN_AS)
        yield _judged(missing, f"account {settings.service_account}", name)
    else:
        yield doubtful(
            "account", "service_account is not set, so jobs run as the project's default account; name one"
        )


def _judged(missing: list[str], where: str, account: str) -> Finding:
    if missing:
        return bad("account", f"{account} lacks {', '.join(missing)} on {where}; grant a role that has them")
    return good("account", f"has all permissions that it needs on {where}")
