"""Validation of a build: what Cloud Build refuses is refused here, and what this server does not do.

Fields are those of Build (https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds), limits
those of Google's own local builder
(https://github.com/GoogleCloudPlatform/cloud-build-local/blob/master/validate/validate.go).
"""

import re
from collections.abc import Mapping
from typing import Any

from google.cloud.devtools.cloudbuild_v1.types import Build

from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError
from local_cloud.vertex.identity_checks import SERVICE_ACCOUNT
from local_cloud.vertex.message_checks import parse, refuse_unknown

IMPLEMENTED = {
    "build": {"steps", "timeout", "tags", "options", "serviceAccount"},
    "build.steps": {"id", "name", "entrypoint", "args"},
    "build.options": {"logging"},
}
MAX_TIMEOUT_S = 24 * 3600
DEFAULT_TIMEOUT_S = 3600
MAX_STEPS = 100
MAX_NAME = 1_000
MAX_ARGUMENTS = 100
MAX_ARGUMENT = 4_000
MAX_TAGS = 64
TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
LOGGING = "CLOUD_LOGGING_ONLY"
# "ACCOUNT can be email address or uniqueId of the service account".
ACCOUNT = re.compile(rf"projects/[^/]+/serviceAccounts/({SERVICE_ACCOUNT.pattern}|\d+)")
# https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values
SUBSTITUTION = re.compile(r"\$(\$|(?P<plain>[A-Z_][A-Z0-9_]*)|\{(?P<braced>[A-Z_][A-Z0-9_]*)\})")


def read_build(body: object) -> dict[str, Any]:
    """Returns the build that a create request asks for, as JSON of the message."""
    build = parse(body, Build)
    refuse_unknown(build, "build", IMPLEMENTED)
    refuse_unknown(build.get("options", {}), "build.options", IMPLEMENTED)
    _check_steps(build.get("steps", []))
    _check_timeout(timeout_s(build))
    _check_tags(build.get("tags", []))
    _check_account(build)
    if build.get("options", {}).get("logging") != LOGGING:
        raise UnimplementedError(
            f"build.options.logging is not {LOGGING}; the local Cloud Build writes to no bucket. Give it."
        )
    return build


def timeout_s(build: Mapping[str, Any]) -> float:
    """Returns how many seconds a build may work."""
    return float(str(build.get("timeout", f"{DEFAULT_TIMEOUT_S}s")).removesuffix("s"))


def _check_steps(steps: list[Mapping[str, Any]]) -> None:
    if not 0 < len(steps) <= MAX_STEPS:
        raise InvalidArgumentError(f"invalid build: .steps has {len(steps)} steps; give 1 to {MAX_STEPS}.")
    for number, step in enumerate(steps):
        refuse_unknown(step, "build.steps", IMPLEMENTED)
        name, arguments = step.get("name", ""), step.get("args", [])
        if not 0 < len(name) <= MAX_NAME:
            raise InvalidArgumentError(
                f"invalid build: build step {number} must specify a name of 1 to {MAX_NAME} characters."
            )
        if len(arguments) > MAX_ARGUMENTS or any(len(each) > MAX_ARGUMENT for each in arguments):
            raise InvalidArgumentError(
                f"invalid build: build step {number} has {len(arguments)} args; give at most "
                f"{MAX_ARGUMENTS}, each of up to {MAX_ARGUMENT} characters."
            )
        for text in (name, step.get("entrypoint", ""), *arguments):
            _refuse_substitution(text)


def _refuse_substitution(text: str) -> None:
    for found in SUBSTITUTION.finditer(text):
        if key := found["plain"] or found["braced"]:
            raise InvalidArgumentError(
                f"invalid value for 'build.substitutions': key in the template {key!r} is no substitution of "
                "this build; the local Cloud Build has none. Write $$ for a dollar."
            )


def _check_timeout(seconds: float) -> None:
    if not 0 <= seconds <= MAX_TIMEOUT_S:
        raise InvalidArgumentError(
            f"invalid value for 'build.timeout': it is {seconds:g} s; give 0 to {MAX_TIMEOUT_S} s."
        )


def _check_tags(tags: list[str]) -> None:
    if len(tags) > MAX_TAGS:
        raise InvalidArgumentError(f"invalid build: .tags has {len(tags)} tags; give at most {MAX_TAGS}.")
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise InvalidArgumentError(f"invalid build: tag {tag!r} does not match {TAG.pattern}.")


def _check_account(build: Mapping[str, Any]) -> None:
    """https://cloud.google.com/build/docs/securing-builds/configure-user-specified-service-accounts."""
    account = build.get("serviceAccount", "")
    if account and not ACCOUNT.fullmatch(account):
        raise InvalidArgumentError(
            f"invalid value for 'build.service_account': it is {account!r}; give "
            "projects/PROJECT/serviceAccounts/ACCOUNT, the account's address or unique id."
        )
    if account and build.get("options", {}).get("logging") not in (LOGGING, "NONE"):
        raise InvalidArgumentError(
            "if 'build.service_account' is specified, the build must say where its log goes; give "
            f"build.options.logging {LOGGING}."
        )
