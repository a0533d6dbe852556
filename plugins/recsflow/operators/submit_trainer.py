"""Starts the trainer of a rerun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsflow.operators.submit_custom_job import SubmitCustomJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recsflow.settings import Settings
    from recsflow.vertex.requests.container import ContainerRequest


class SubmitTrainer(SubmitCustomJob):
    """Starts the trainer image's own command on what an earlier Trainer read.

    Args:
        experiment: URI of the rerun's resolved experiment.
        rerun: What resolve_rerun returns: `examples`, and `transform_graph` unless the examples are graphs.
        modules: What generate_modules returns.
    """

    template_fields: Sequence[str] = ("experiment", "rerun", "modules")

    def __init__(self, *, experiment: Any, rerun: Any, modules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.rerun = rerun
        self.modules = modules

    def request(self, settings: Settings) -> ContainerRequest:
        """Return the rerun's command."""
        from recsflow.experiments.files import read_experiment
        from recsflow.vertex.requests.trainer import trainer_request

        return trainer_request(read_experiment(self.experiment), self.rerun, self.modules, settings)
