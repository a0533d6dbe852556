"""As whom and where a job runs: accounts, networks and keys, in the form that Vertex AI takes.

Fields and forms are those of PipelineJob and CustomJobSpec
(https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.pipelineJobs,
https://cloud.google.com/vertex-ai/docs/reference/rest/v1/CustomJobSpec). Nothing here uses them: they are
kept and answered as they came.
"""

import re
from collections.abc import Mapping
from typing import Any

from local_cloud.vertex.errors import FailedPreconditionError, InvalidArgumentError

IDENTITY_FIELDS = frozenset({"serviceAccount", "network", "reservedIpRanges"})
# https://cloud.google.com/iam/docs/service-account-types
SERVICE_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{1,62}@[a-z0-9.-]+\.gserviceaccount\.com")
# "{project} is a project number".
NETWORK = re.compile(r"projects/\d+/global/networks/[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
# https://cloud.google.com/compute/docs/naming-resources
RANGE_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
KEY = re.compile(r"projects/[^/]+/locations/(?P<location>[^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+")


def check_identity(spec: Mapping[str, Any], path: str, *, account_required: bool) -> None:
    """Refuses an account, a network or address ranges that are not written as such."""
    account = spec.get("serviceAccount", "")
    if not account and account_required:
        raise FailedPreconditionError(
            f"{path}.serviceAccount is missing; this project's default account has no role, so give the "
            "account that the job runs as."
        )
    if account and not SERVICE_ACCOUNT.fullmatch(account):
        raise InvalidArgumentError(
            f"{path}.serviceAccount is {account!r}; give an account's address, such as "
            "trainer@my-project.iam.gserviceaccount.com."
        )
    network = spec.get("network", "")
    if network and not NETWORK.fullmatch(network):
        raise InvalidArgumentError(
            f"{path}.network is {network!r}; give projects/NUMBER/global/networks/NAME, with the "
            "project's number."
        )
    for name in spec.get("reservedIpRanges", []):
        if not RANGE_NAME.fullmatch(name):
            raise InvalidArgumentError(
                f"{path}.reservedIpRanges has {name!r}; give names of ranges, such as vertex-ai-ip-range."
            )


def check_key(message: Mapping[str, Any], path: str, location: str) -> None:
    """Refuses an encryption key that is none, or is in another region than the job.

    "The key needs to be in the same region as where the compute resource is created"
    (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/EncryptionSpec).
    """
    if "encryptionSpec" not in message:
        return
    name = message["encryptionSpec"].get("kmsKeyName", "")
    key = KEY.fullmatch(name)
    if key is None:
        raise InvalidArgumentError(
            f"{path}.encryptionSpec.kmsKeyName is {name!r}; give "
            "projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY."
        )
    if key["location"] != location:
        raise InvalidArgumentError(
            f"{path}.encryptionSpec.kmsKeyName is in {key['location']!r}, the job in {location!r}; use a key "
            "of the job's region."
        )
