"""What a compiled pipeline depends on, and nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from include.experiment.resolve.identity import topology_key

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from recsflow.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Topology:
    """The compiler's input; every value that differs between runs is a runtime parameter instead.

    Attributes:
        trainer_image: By its digest, so that another library is another pipeline.
        trainer_input: Whether rows become transformed examples or graphs.
        accelerator: Hardware of the Trainer.
    """

    pipeline_name: str
    trainer_image: str
    project: str
    location: str
    trainer_input: str
    accelerator: str
    beam_args: tuple[str, ...]

    @classmethod
    def of(cls, experiment: Experiment, settings: Settings) -> Topology:
        """Return the topology of an experiment's pipeline under these settings."""
        accelerator = experiment.parameters.accelerator
        return cls(
            pipeline_name=experiment.pipeline_name,
            trainer_image=settings.image_for(accelerator),
            project=settings.project,
            location=settings.location,
            trainer_input="graphs" if experiment.reads_graphs else "examples",
            accelerator=accelerator.value,
            beam_args=settings.beam_arguments,
        )

    def to_json(self) -> str:
        """Return the text that the compiler reads; equal topologies have equal texts."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @property
    def key(self) -> str:
        """Name of the compiled spec."""
        return topology_key(self.to_json())
