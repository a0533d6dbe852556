"""Which components of a pipeline would be re-used, inferred from runs of the same pipeline before.

A component is re-used where everything that determines its result is the same: what it does, the runtime
parameters that it reads, and the results that it reads, which are the same where they are re-used themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from include.plan.differences import Difference, mapping_differences
from include.plan.pipelines import (
    PastPipeline,
    Pipeline,
    PipelineTask,
    parameter_differences,
    tasks_of,
    topology_differences,
)

TRAINER = "Trainer"
# The only field of a topology that leaves every component but the Trainer as it is.
OF_THE_TRAINER = frozenset({"accelerator"})
_FIRST = "no earlier run of this pipeline is found"
_NEVER_REUSED = "its experiment's name is a parameter of it, so no result is ever re-used"


@dataclass(frozen=True)
class ComponentPlan:
    """What is to be expected of a component.

    Attributes:
        runs: Whether it runs; None where that is not known.
        reason: Why, or whose result is re-used.
    """

    name: str
    runs: bool | None
    reason: str


@dataclass(frozen=True)
class Prediction:
    """What is to be expected of a pipeline.

    Attributes:
        components: In the order in which they run; none where the pipeline was never compiled.
        last: The last pipeline of the same name that ran.
        seconds: How long components took when they last ran, as far as was looked.
    """

    components: tuple[ComponentPlan, ...]
    last: PastPipeline | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


def predict(new: Pipeline, past: Iterable[PastPipeline], exists: Callable[[str], bool]) -> Prediction:
    """Return what is to be expected of a pipeline.

    Args:
        new: The pipeline that is planned.
        past: Pipelines of the same name that ran, the newest first. The engine remembers all of them, so
            the one that shares most with the new one counts; what follows one that shares all that can be
            is not asked for.
        exists: Whether something is at a URI.
    """
    last: PastPipeline | None = None
    best: tuple[ComponentPlan, ...] = ()
    seconds: dict[str, float] = {}
    for each in past:
        plans = _compared(new, each, exists)
        best = plans if last is None or _running(plans) < _running(best) else best
        last = last or each
        took = {name: part.seconds for name, part in each.components.items() if part.seconds is not None}
        seconds = {**took, **seconds}
        if _running(best) <= 1:
            break
    if last is None:
        names = tasks_of(new.spec) if new.spec else ()
        best = tuple(ComponentPlan(name, True, _FIRST) for name in names)
    return Prediction(best, last, seconds)


def _running(plans: Sequence[ComponentPlan]) -> int:
    return sum(each.runs is not False for each in plans)


def _compared(new: Pipeline, past: PastPipeline, exists: Callable[[str], bool]) -> tuple[ComponentPlan, ...]:
    spec = new.spec or past.pipeline.spec
    plans: dict[str, ComponentPlan] = {}
    for name, task in (tasks_of(spec) if spec else {}).items():
        plans[name] = (
            _absent(task, past)
            or _changed(task, new, past)
            or _fed_otherwise(task, plans)
            or _named_anew(task, new, past)
            or _unknown(task, new, plans)
            or _without_result(task, past, exists)
            or ComponentPlan(name, False, f"as in {past.experiment_id}")
        )
    return tuple(plans.values())


def _absent(task: PipelineTask, past: PastPipeline) -> ComponentPlan | None:
    if task.name in past.components:
        return None
    return ComponentPlan(task.name, True, f"{past.experiment_id} had no such component")


def _changed(task: PipelineTask, new: Pipeline, past: PastPipeline) -> ComponentPlan | None:
    """Say what the component itself does otherwise, or with which other parameters."""
    if definition := _definition_difference(task, new, past.pipeline):
        return ComponentPlan(task.name, True, definition)
    given = [name for name in task.parameters if name in new.parameters]
    for name in given:
        if found := parameter_differences(name, past.pipeline, new):
            return ComponentPlan(task.name, True, _listed(found))
        if name in new.written and _is_newer(new, name, past):
            return ComponentPlan(task.name, True, f"{name}: the files are written anew")
    return None


def _definition_difference(task: PipelineTask, new: Pipeline, old: Pipeline) -> str:
    if new.topology_key == old.topology_key:
        return ""
    known = topology_differences(old, new)
    fields = [each for each in known if task.name == TRAINER or each.name not in OF_THE_TRAINER]
    if new.spec is None or old.spec is None:
        unknown = "" if known else "the pipeline is compiled anew, which may change what it does"
        return str(fields[0]) if fields else unknown
    before = tasks_of(old.spec).get(task.name)
    found = mapping_differences(before.definition, task.definition) if before else []
    return str((fields or found)[0]) if found else ""


def _fed_otherwise(task: PipelineTask, plans: Mapping[str, ComponentPlan]) -> ComponentPlan | None:
    """Say which component before it makes something else."""
    running = [name for name in task.producers if plans[name].runs]
    return ComponentPlan(task.name, True, f"reads {running[0]}, which runs") if running else None


def _named_anew(task: PipelineTask, new: Pipeline, past: PastPipeline) -> ComponentPlan | None:
    """Say whether the names of its run are parameters of it, in which no two runs are the same."""
    given = [name for name in task.parameters if name in new.parameters]
    if all(past.pipeline.parameters.get(name) == new.parameters[name] for name in given):
        return None
    return ComponentPlan(task.name, True, _NEVER_REUSED)


def _unknown(task: PipelineTask, new: Pipeline, plans: Mapping[str, ComponentPlan]) -> ComponentPlan | None:
    """Say what would have to be known to tell."""
    if untold := [name for name in task.parameters if name not in new.parameters]:
        return ComponentPlan(task.name, None, f"{untold[0]} is not known without the warehouse")
    if unclear := [name for name in task.producers if plans[name].runs is None]:
        return ComponentPlan(task.name, None, f"reads {unclear[0]}, of which it is not known")
    return None


def _without_result(
    task: PipelineTask, past: PastPipeline, exists: Callable[[str], bool]
) -> ComponentPlan | None:
    component = past.components[task.name]
    if not component.has_result:
        return ComponentPlan(task.name, True, f"it is {component.state} in {past.experiment_id}")
    lost = next((uri for uri in component.outputs if not exists(uri)), None)
    return ComponentPlan(task.name, True, f"its result is gone: {lost}") if lost else None


def _is_newer(new: Pipeline, name: str, past: PastPipeline) -> bool:
    written = new.written[name]
    return written is None or written > past.created


def _listed(found: Sequence[Difference]) -> str:
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].reason}{more}"
