"""What Vertex AI and Cloud Logging allow a project in a region; whoever wants to see a refusal lowers it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Self

from local_cloud.errors import LocalCloudError

VARIABLE = "RECSFLOW_VERTEX_LIMITS"


@dataclass(frozen=True)
class Limits:
    """Limits of one project and region.

    Attributes:
        requests_per_minute: resource management requests
            (https://cloud.google.com/vertex-ai/docs/quotas#request_quotas).
        submissions_per_minute: requests that submit a job or a long-running operation (same page).
        log_reads_per_minute: calls of entries.list (https://cloud.google.com/logging/quotas#api-limits).
        quotas: units of a quota metric of custom training, such as `custom_model_training_nvidia_l4_gpus`,
            that one job may ask for (same page); one that is not named has no bound.
        service_account_required: whether a job must say as whom it runs, as where an organization policy
            keeps default accounts from having any role
            (https://cloud.google.com/resource-manager/docs/organization-policy/restricting-service-accounts).
    """

    requests_per_minute: int = 600
    submissions_per_minute: int = 60
    log_reads_per_minute: int = 60
    quotas: Mapping[str, int] = field(default_factory=dict)
    service_account_required: bool = False

    @classmethod
    def from_environment(cls) -> Self:
        """Reads RECSFLOW_VERTEX_LIMITS: a JSON object with what differs from the defaults."""
        text = os.environ.get(VARIABLE) or "{}"
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        usual = cls()
        known = {each.name: type(getattr(usual, each.name)) for each in fields(cls)}
        given = values.items() if isinstance(values, dict) else [("", None)]
        if any(type(value) is not known.get(name) for name, value in given):
            wanted = ", ".join(f"{name} ({kind.__name__})" for name, kind in known.items())
            raise LocalCloudError(f"environment: {VARIABLE} is {text!r}; give a JSON object with {wanted}.")
        return cls(**values)
