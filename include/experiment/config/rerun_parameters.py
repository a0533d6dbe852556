"""What a rerun may choose: what its rows do not depend on."""

from typing import Any

from pydantic import Field

from include.experiment.config.form_fields import FIRST, on_form
from include.experiment.config.run_parameters import ChosenModel, TrainerOverrides


class RerunParameters(TrainerOverrides, ChosenModel):
    """The choices of a rerun; what is not given is as in its parent, or as the config of another model says.

    Attributes:
        experiment: Id of the parent.
    """

    experiment: str | None = Field(
        default=None,
        title="Experiment",
        description="Id of the finished experiment whose transformed rows are trained on, as MLflow and the "
        "end of a run show it.",
        json_schema_extra=on_form(FIRST),
    )

    def chosen(self) -> dict[str, Any]:
        """Return what is given, by the names of the run's parameters."""
        return self.model_dump(exclude={"experiment"}, exclude_unset=True)
