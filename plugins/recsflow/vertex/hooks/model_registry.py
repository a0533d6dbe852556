"""Vertex AI's Model Registry: finds and uploads versions of a model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import NotFound

from include.labels import INPUTS_LABEL
from recsflow.errors import JobRefused
from recsflow.vertex.hooks.vertex import CALL_TIMEOUT_S, VertexConnection, answered, ended
from recsflow.vertex.messages.model_service import Model, ModelContainerSpec, ModelServiceClient
from recsflow.vertex.messages.values import label

if TYPE_CHECKING:
    from recsflow.vertex.requests.model_upload import ModelUpload

UPLOAD_TIMEOUT_S = 600.0
# What a batch prediction takes, and whoever names no version.
DEFAULT_ALIAS = "default"


class ModelRegistryHook(VertexConnection):
    """Models whose ids we choose, with versions that the service counts."""

    @cached_property
    def client(self) -> ModelServiceClient:
        """Google's client."""
        return ModelServiceClient(**self.client_arguments())

    def find(self, upload: ModelUpload) -> str | None:
        """Return the version that was uploaded before; None where there is none.

        Raises:
            JobRefused: Its alias is on another model or on another container.
            VertexUnavailable: The service did not answer.
        """
        found = self._get(f"{upload.model_id}@{upload.alias}")
        if found is None:
            return None
        if found.labels.get(INPUTS_LABEL) != upload.labels[INPUTS_LABEL]:
            raise JobRefused(
                f"Alias {upload.alias!r} of model {upload.model_id} in the Model Registry is on version "
                f"{found.version_id}, which is another model or has another container than "
                f"{upload.model_uri} with {upload.image}; take the alias from it, then clear this task."
            )
        return str(found.version_id)

    def upload(self, upload: ModelUpload) -> str:
        """Make a model, or a version of the one that is there, and wait for it; returns the version.

        Raises:
            JobRefused: The service does not take it as it is.
            VertexUnavailable: The service did not answer, or did not end in time.
        """
        request: dict[str, Any] = {"parent": self._parent(), "model": _to_message(upload)}
        if self._get(upload.model_id) is None:
            request["model_id"] = upload.model_id
        else:
            request["parent_model"] = self._name(upload.model_id)
        what = f"model {upload.model_id} with {upload.model_uri}"
        with answered(what):
            uploading = self.client.upload_model(request=request, timeout=CALL_TIMEOUT_S)
            return str(ended(uploading, f"upload of {what}", UPLOAD_TIMEOUT_S).model_version_id)

    def make_default(self, model_id: str, version: str) -> None:
        """Let a version stand for the model where no version is named."""
        with answered(f"version {version} of model {model_id}"):
            self.client.merge_version_aliases(
                name=self._name(f"{model_id}@{version}"),
                version_aliases=[DEFAULT_ALIAS],
                timeout=CALL_TIMEOUT_S,
            )

    def _get(self, reference: str) -> Model | None:
        try:
            with answered(f"reading model {reference}", may_be_gone=True):
                return self.client.get_model(name=self._name(reference), timeout=CALL_TIMEOUT_S)
        except NotFound:
            return None

    def _parent(self) -> str:
        return self.client.common_location_path(self.project, self.location)

    def _name(self, reference: str) -> str:
        return self.client.model_path(self.project, self.location, reference)


def _to_message(upload: ModelUpload) -> Model:
    return Model(
        display_name=upload.model_id,
        version_description=upload.description,
        version_aliases=[upload.alias],
        artifact_uri=upload.model_uri,
        container_spec=ModelContainerSpec(image_uri=upload.image),
        labels={key: label(value) for key, value in upload.labels.items()},
    )
