"""The custom job that scores a run's model, and the champion, on the run's test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.experiment.config.accelerators import Accelerator
from include.experiment.config.dataset_config import Role
from recsflow.vertex.jobs import SCORING
from recsflow.vertex.requests.container import ContainerRequest, job_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.experiment.resolve.experiment import Experiment
    from recsflow.settings import Settings

COMMAND = ("python", "-m", "recsflow_trainer.scoring")


def scoring_request(
    experiment: Experiment, examples: str, models: Mapping[str, str], settings: Settings
) -> ContainerRequest:
    """Return the request.

    Args:
        experiment: The run's resolved experiment.
        examples: URI of the rows that its pipeline read, or of the graphs made of them.
        models: URI of each SavedModel, by the name that it has in the scores.
        settings: Where everything is.
    """
    scores_uri = settings.layout.experiment(experiment.experiment_id).scores
    roles = {"customer": Role.CUSTOMER_ID, "product": Role.PRODUCT_ID}
    if experiment.model.kind.learns_label_of_rows:
        roles["label"] = Role.LABEL
    columns = {option: experiment.dataset.with_role(role) for option, role in roles.items()}
    options = [("--examples", storage.local_path(examples))]
    options += [("--model", f"{name}={storage.local_path(uri)}") for name, uri in models.items()]
    options += [(f"--{option}", column.name) for option, column in columns.items() if column is not None]
    options += [("--scores", storage.local_path(scores_uri))]
    arguments = tuple(word for option in options for word in option)
    labels = job_labels(experiment, SCORING, settings.trainer_image, arguments)
    return ContainerRequest(experiment.experiment_id, COMMAND, arguments, scores_uri, Accelerator.CPU, labels)
