"""The SavedModel of a schedule's champion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from recsflow.errors import ModelGone

if TYPE_CHECKING:
    from include.tracking.champions import RegisteredChampion


def require_model(champion: RegisteredChampion) -> str:
    """Return the champion's folder.

    Raises:
        ModelGone: There is no model in it any more: that must not be passed over in silence.
    """
    if not storage.exists(f"{champion.model_uri}/saved_model.pb"):
        raise ModelGone(
            f"The champion, version {champion.version}, experiment {champion.experiment_id}, has no model at "
            f"{champion.model_uri} any more; in MLflow, move the alias 'champion' to a version that has one, "
            "or delete the alias, then clear this task."
        )
    return champion.model_uri
