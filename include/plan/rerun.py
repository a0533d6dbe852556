"""The plan of a rerun: a finished experiment's Trainer once more, as a job of its own."""

from __future__ import annotations

from dataclasses import dataclass

from include.experiment.resolve.experiment import Experiment
from include.plan.cache_hits import TRAINER, ComponentPlan
from include.plan.cost import Prices, Usage
from include.plan.cost_text import cost_lines
from include.plan.differences import Difference, mapping_differences
from include.plan.lines import RULE, kept, row
from include.plan.plan import KeptFile


@dataclass(frozen=True)
class RerunPlan:
    """What a rerun would do.

    Attributes:
        experiment: The rerun.
        parent: What it starts from.
        examples: URI of what the Trainer reads.
        module: The module that the Trainer runs.
        limit_s: Seconds after which the job is cancelled; None where nothing cancels it.
        prices: None where nobody has given any.
        unknown: What could not be found out, and why, as sentences.
    """

    experiment: Experiment
    parent: Experiment
    examples: str
    module: KeptFile
    limit_s: float | None
    prices: Prices | None
    unknown: tuple[str, ...] = ()

    @property
    def differences(self) -> list[Difference]:
        """Where the Trainer's parameters differ from the parent's."""
        same_model = self.parent.model.name == self.experiment.model.name
        old, new = (_parameters(each, with_model=same_model) for each in (self.parent, self.experiment))
        return mapping_differences(old, new)


def render_rerun_plan(plan: RerunPlan, *, whole: bool) -> str:
    """Return a plan's text.

    Args:
        plan: The plan.
        whole: With the warnings of the configuration, which a run says elsewhere.
    """
    experiment = plan.experiment
    configs = f"{experiment.dataset.name} / {experiment.features.name} / {experiment.model.name}"
    runs = (ComponentPlan(TRAINER, True, ""),)
    usage = Usage(0, runs, experiment.parameters.accelerator, plan.limit_s)
    differences = [row(each.name, f"{each.old} -> {each.new}") for each in plan.differences]
    warnings = [f"  {warning}" for warning in experiment.warnings] if whole else []
    unknown = [f"  {sentence}" for sentence in plan.unknown]
    return "\n".join(
        [
            RULE,
            f"plan of a run of {experiment.dag_id}: {configs}",
            "steps",
            row("generate_modules", kept(plan.module, "re-used", "new")),
            row("submit_trainer", f"runs the Trainer on {plan.examples}"),
            f"compared with {plan.parent.experiment_id}",
            *(differences or [row("", "nothing")]),
            "cost, at most",
            *cost_lines(usage, plan.prices, {}),
            *(["warnings of the configuration", *warnings] if warnings else []),
            *(["what is not known", *unknown] if unknown else []),
            RULE,
        ]
    )


def _parameters(experiment: Experiment, *, with_model: bool) -> dict[str, object]:
    """Return a Trainer's parameters; of another model its name says more than its fields."""
    training = experiment.training
    model = experiment.model.model_dump(mode="json", exclude={*training, "description"})
    accelerator = experiment.parameters.accelerator.value
    return {
        "model": model if with_model else experiment.model.name,
        "accelerator": accelerator,
        "training": training,
    }
