"""What the form of a sweep asks beside the run parameters that all trials share."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from include.experiment.config.base import Frozen
from include.experiment.config.dimensions import Space
from include.experiment.config.form_fields import FIRST, on_form
from include.experiment.config.sweep_config import ParallelTrials, Trials

EXAMPLE = '{"learning_rate": {"type": "log_uniform", "low": 0.03, "high": 0.5}}'
AS_THE_SWEEP_SAYS = "as the sweep says"
# What is wrong within a space is left to its own checks, whose sentences name the dimension.
_AnyObject = WithJsonSchema({"type": "object"})


class SweepForm(Frozen):
    """The form's own fields; None means 'as the sweep says'."""

    sweep: str | None = Field(
        default=None,
        title="Sweep",
        description="What is searched: a file in sweeps.",
        json_schema_extra=on_form(FIRST, empty="as the search space below says", configs="sweeps"),
    )
    search_space: Annotated[Space, Field(min_length=1), _AnyObject] | None = Field(
        default=None,
        title="Search space",
        description=f"JSON in place of the sweep's space, for example {EXAMPLE}.",
        json_schema_extra=on_form(FIRST),
    )
    trials: Trials | None = Field(
        default=None,
        title="Trials",
        description="How many points of the space are tried, {bounds}.",
        json_schema_extra=on_form(FIRST, empty=AS_THE_SWEEP_SAYS),
    )
    parallel_trials: ParallelTrials | None = Field(
        default=None,
        title="Parallel trials",
        description="How many at once, {bounds}; the first one goes alone, and leaves rows that the others "
        "re-use.",
        json_schema_extra=on_form(FIRST, empty=AS_THE_SWEEP_SAYS),
    )
    metric: str | None = Field(
        default=None,
        title="Metric",
        description="What is best: recall@100, rmse and so on of the days before the test window, or "
        "val_recall@10, val_loss of the eval rows.",
        json_schema_extra=on_form(FIRST, empty="as the sweep says, or as the model is judged"),
    )
    resume: str | None = Field(
        default=None,
        title="Resume",
        description="Id of an earlier sweep: only its unfinished trials run. It goes on as it began; only "
        "trials and parallel trials may be changed.",
        json_schema_extra=on_form(FIRST),
    )
