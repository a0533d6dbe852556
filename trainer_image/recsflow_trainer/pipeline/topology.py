"""What a compiled pipeline depends on. Everything else about a run is a runtime parameter."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationError

from recsflow_trainer.config_section import Section, problems
from recsflow_trainer.pipeline.errors import TopologyError

_TEXT = "a text that is not empty"


class TrainerInput(StrEnum):
    """What becomes of the rows before the Trainer reads them."""

    EXAMPLES = "examples"
    GRAPHS = "graphs"


class Accelerator(StrEnum):
    """Hardware of the Trainer, by Vertex AI's own names."""

    CPU = "cpu"
    T4 = "NVIDIA_TESLA_T4"
    L4 = "NVIDIA_L4"
    A100 = "NVIDIA_TESLA_A100"


class Topology(Section):
    """One compiled pipeline; two runs with equal topologies share a spec.

    Attributes:
        pipeline_name: name of the pipeline in Vertex; the task cache is kept per name.
        trainer_image: container image that runs every component.
        project: Google Cloud project that pays for Beam's BigQuery reads.
        location: region of the jobs.
        trainer_input: whether rows become transformed examples or graphs.
        accelerator: hardware of the Trainer; the other components always run on CPU.
        beam_args: flags of Apache Beam, for example `--runner=DirectRunner`.
    """

    pipeline_name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,127}$", description="1 to 128 of a-z, 0-9 and '-', not '-' first"
    )
    trainer_image: str = Field(min_length=1, description=_TEXT)
    project: str = Field(min_length=1, description=_TEXT)
    location: str = Field(min_length=1, description=_TEXT)
    trainer_input: TrainerInput = Field(default=TrainerInput.EXAMPLES, description=" or ".join(TrainerInput))
    accelerator: Accelerator = Field(default=Accelerator.CPU, description=", ".join(Accelerator))
    beam_args: tuple[Annotated[str, Field(pattern="^--")], ...] = Field(
        default=(),
        description="a list of flags such as '--runner=DirectRunner', each with its value after '='",
    )

    @classmethod
    def from_json(cls, text: str, *, source: str) -> Self:
        """Parses and validates a topology.

        Args:
            text: a JSON object with the attributes of this class.
            source: where the text comes from, for error messages.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise TopologyError("\n".join(f"{source}: {each}" for each in problems(error, cls))) from None
