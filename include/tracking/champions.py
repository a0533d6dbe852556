"""Champions in MLflow's model registry: a registered model a schedule, its alias `champion` on one version.

Every model that was up for promotion is a version, with the decision about it; who disagrees moves the alias
in MLflow's page, and the next run is compared with that version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from include.tracking.connection import tracking_client
from include.tracking.entries import EXPERIMENT_ID
from include.tracking.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

ALIAS = "champion"
MODEL_URI = "recsflow.model_uri"
WINDOW_END, TRAINED_UNTIL = "recsflow.window_end", "recsflow.trained_until"
DECISION = "recsflow.promotion"
_MAX_TAG_CHARACTERS = 4000


@dataclass(frozen=True)
class RegisteredChampion:
    """A version of a registered model, with what is needed to compare it with another one.

    Attributes:
        model_uri: Its SavedModel.
        window_end: Exclusive end of the rows of its run.
        trained_until: Exclusive end of the rows that it was trained on.
    """

    version: str
    experiment_id: str
    model_uri: str
    window_end: datetime
    trained_until: datetime


def find_champion(name: str, *, tracking_uri: str) -> RegisteredChampion | None:
    """Return the champion of a registered model; None where no version has the alias.

    Raises:
        TrackingError: The alias is on a version that no run of ours has registered.
    """
    with tracking_client(tracking_uri) as client:
        found = client.search_registered_models(f"name = '{name}'")
        aliases = found[0].aliases if found else {}
        if ALIAS not in aliases:
            return None
        return _read(client.get_model_version(name, aliases[ALIAS]))


def find_version(name: str, version: str, *, tracking_uri: str) -> RegisteredChampion:
    """Return a version of a registered model, whoever is champion now."""
    with tracking_client(tracking_uri) as client:
        return _read(client.get_model_version(name, version))


def register(
    name: str, run_id: str, champion: RegisteredChampion, decision: str, *, tracking_uri: str
) -> str:
    """Make a run's model a version of a registered model, once, and return the version.

    Args:
        name: The registered model, made on first use.
        run_id: The MLflow run.
        champion: What the version is, should it become champion; its own `version` is not looked at.
        decision: What was decided about it, and why.
        tracking_uri: The MLflow server.
    """
    tags = {
        EXPERIMENT_ID: champion.experiment_id,
        MODEL_URI: champion.model_uri,
        WINDOW_END: champion.window_end.isoformat(),
        TRAINED_UNTIL: champion.trained_until.isoformat(),
        DECISION: decision[:_MAX_TAG_CHARACTERS],
    }
    with tracking_client(tracking_uri) as client:
        if not client.search_registered_models(f"name = '{name}'"):
            _make(client, name)
        version = _version(client, name, run_id)
        if version is None:
            # The server takes no folder of its own as a source; the tag says where the model is.
            made = client.create_model_version(name, f"runs:/{run_id}/model", run_id, await_creation_for=0)
            version = str(made.version)
        for key, value in tags.items():
            client.set_model_version_tag(name, version, key, value)
        client.update_model_version(name, version, description=decision)
        return version


def promote(name: str, version: str, *, tracking_uri: str) -> None:
    """Move the alias to a version."""
    with tracking_client(tracking_uri) as client:
        client.set_registered_model_alias(name, ALIAS, version)


def _make(client: MlflowClient, name: str) -> None:
    from mlflow.exceptions import MlflowException

    description = f"Models that {name} trained. The alias '{ALIAS}' is on the one that users have."
    try:
        client.create_registered_model(name, description=description)
    except MlflowException:
        # Another run made it just now; any other cause is raised again.
        if not client.search_registered_models(f"name = '{name}'"):
            raise


def _version(client: MlflowClient, name: str, run_id: str) -> str | None:
    """Return the version that a run has made already, the first where two tries made one each."""
    versions = client.search_model_versions(f"name = '{name}' and run_id = '{run_id}'")
    return min((str(each.version) for each in versions), key=int, default=None)


def _read(version: ModelVersion) -> RegisteredChampion:
    tags = version.tags
    wanted = (EXPERIMENT_ID, MODEL_URI, WINDOW_END, TRAINED_UNTIL)
    if missing := [tag for tag in wanted if tag not in tags]:
        raise TrackingError(
            f"MLflow: alias {ALIAS!r} of model {version.name!r} is on version {version.version}, which has "
            f"no tag {missing[0]!r}; move the alias to a version that a run has registered, or delete it."
        )
    return RegisteredChampion(
        version=str(version.version),
        experiment_id=tags[EXPERIMENT_ID],
        model_uri=tags[MODEL_URI],
        window_end=datetime.fromisoformat(tags[WINDOW_END]),
        trained_until=datetime.fromisoformat(tags[TRAINED_UNTIL]),
    )
