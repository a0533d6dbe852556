"""Every version in MLflow's model registry that a run of ours made: what it needs, and who stands for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.tracking.champions import ALIAS, MODEL_URI
from include.tracking.connection import tracking_client
from include.tracking.entries import EXPERIMENT_ID
from include.tracking.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

_PAGE = 100


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of a registered model.

    Attributes:
        model: The registered model.
        experiment_id: The experiment that made it.
        model_uri: Its SavedModel.
        registered: When it became a version.
        aliases: What points at it, `champion` for example.
    """

    model: str
    version: str
    experiment_id: str
    model_uri: str
    registered: datetime
    aliases: tuple[str, ...]


def registered_versions(tracking_uri: str) -> list[RegisteredVersion]:
    """Return all versions that runs of ours made, of all registered models.

    Raises:
        TrackingError: MLflow did not answer, or the champion of a model of ours names no SavedModel.
    """
    with tracking_client(tracking_uri) as client:
        return [version for model in _models(client) for version in _versions(client, model)]


def _models(client: MlflowClient) -> list[RegisteredModel]:
    found: list[RegisteredModel] = []
    token = None
    while True:
        page = client.search_registered_models(max_results=_PAGE, page_token=token)
        found.extend(page)
        token = page.token
        if not token:
            return found


def _versions(client: MlflowClient, model: RegisteredModel) -> list[RegisteredVersion]:
    pages: list[ModelVersion] = []
    token = None
    while True:
        page = client.search_model_versions(f"name = '{model.name}'", max_results=_PAGE, page_token=token)
        pages.extend(page)
        token = page.token
        if not token:
            break
    ours = [each for each in pages if {EXPERIMENT_ID, MODEL_URI} <= each.tags.keys()]
    champion = model.aliases.get(ALIAS)
    if ours and champion is not None and str(champion) not in {str(each.version) for each in ours}:
        raise TrackingError(
            f"MLflow: alias {ALIAS!r} of model {model.name!r} is on version {champion}, which has no tag "
            f"{MODEL_URI!r}; move the alias to a version that a run has registered, or delete it."
        )
    return [_read(each, model) for each in ours]


def _read(version: ModelVersion, model: RegisteredModel) -> RegisteredVersion:
    aliases = (alias for alias, number in model.aliases.items() if str(number) == str(version.version))
    return RegisteredVersion(
        model=model.name,
        version=str(version.version),
        experiment_id=version.tags[EXPERIMENT_ID],
        model_uri=version.tags[MODEL_URI],
        registered=datetime.fromtimestamp(version.creation_timestamp / 1000, UTC),
        aliases=tuple(sorted(aliases)),
    )
