"""A champion as a version of a model in Vertex AI's Model Registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.experiment.resolve.identity import content_hash, model_id
from include.labels import (
    APPLICATION,
    APPLICATION_LABEL,
    DAG_LABEL,
    EXPERIMENT_LABEL,
    INPUTS_LABEL,
    INPUTS_LENGTH,
)

if TYPE_CHECKING:
    from include.tracking.champions import RegisteredChampion
    from recsflow.settings import Settings


@dataclass(frozen=True)
class ModelUpload:
    """What is uploaded.

    Attributes:
        model_id: Id of the model, one for each DAG.
        alias: By which the version is found again, whatever number the Model Registry gives it.
        model_uri: The SavedModel.
        image: Container that serves it.
        description: For people.
        labels: By which people find and bill it; `inputs` is a hash of what is served, and by what.
    """

    model_id: str
    alias: str
    model_uri: str
    image: str
    description: str
    labels: dict[str, str]

    @classmethod
    def of(cls, dag_id: str, champion: RegisteredChampion, settings: Settings) -> ModelUpload:
        """Return the upload of a DAG's champion."""
        version, experiment = champion.version, champion.experiment_id
        return cls(
            model_id=model_id(dag_id),
            alias=f"mlflow-{version}",
            model_uri=champion.model_uri,
            image=settings.serving_image,
            description=f"Version {version} of {dag_id} in MLflow, experiment {experiment}",
            labels={
                APPLICATION_LABEL: APPLICATION,
                DAG_LABEL: dag_id,
                EXPERIMENT_LABEL: experiment,
                INPUTS_LABEL: content_hash(champion.model_uri, settings.serving_image)[:INPUTS_LENGTH],
            },
        )
