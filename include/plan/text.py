"""A plan as plain text, the same for a terminal and for the log of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from include.experiment.config.push_config import PushConfig
from include.plan.cost_text import cost_lines
from include.plan.lines import RULE, kept, row
from include.plan.plan import Plan
from include.plan.rows_text import rows_lines, staging_text


def render_plan(plan: Plan, *, whole: bool) -> str:
    """Return a plan's text.

    Args:
        plan: The plan.
        whole: With the warnings of the configuration and the SQL; a run says these elsewhere.

    Returns:
        Lines without trailing spaces or a newline at the end.
    """
    experiment = plan.experiment
    configs = f"{experiment.dataset.name} / {experiment.features.name} / {experiment.model.name}"
    warnings = [f"  {warning}" for warning in experiment.warnings] if whole else []
    sections = {
        f"plan of a run of {experiment.dag_id}: {configs}": [],
        "rows": list(rows_lines(plan)),
        "steps": list(_steps(plan)),
        _compared(plan): list(_differences(plan)),
        "cost, at most": list(cost_lines(plan.usage, plan.prices, _seconds(plan))),
        "warnings of the configuration": warnings,
        "what is not known": [f"  {each}" for each in plan.unknown],
    }
    lines = [RULE]
    for title, body in sections.items():
        if body or title.startswith(("plan of", "compared")):
            lines += [title, *body]
    if whole and plan.rows:
        lines += ["SQL", *(f"  {line}" for line in plan.rows.query.document().splitlines())]
    return "\n".join(line.rstrip() for line in (*lines, RULE))


def _steps(plan: Plan) -> Iterator[str]:
    rows = plan.rows
    yield row("stage_dataset", staging_text(rows) if rows else "not known")
    exported = bool(rows and rows.staged and rows.staged.exported)
    again = "re-used, the rows of that table are exported" if exported else "runs"
    yield row("  export", again if rows else "not known")
    yield row("check_data_quality", "runs, each time")
    yield row("generate_modules", ", ".join(kept(each, "re-used", "new") for each in plan.modules))
    yield row("submit_pipeline", kept(plan.spec, "compiled before", "compiles anew"))
    if plan.prediction is None:
        yield row("  components", "not known")
    elif not plan.prediction.components:
        yield row("  components", "all run: the pipeline was never compiled, and no earlier run is found")
    for each in plan.prediction.components if plan.prediction else ():
        said = {True: "runs:", False: "re-used,", None: "not known:"}[each.runs]
        yield row(f"  {each.name}", f"{said} {each.reason}")
    for task_id in plan.usage.later_jobs_s:
        yield row(task_id, "runs a custom job, each time")
    if plan.push:
        yield row("push_model", f"runs where the model is promoted: {_pushed(plan.push)}")


def _pushed(push: PushConfig) -> str:
    if push.endpoint is None:
        return "a version in the Model Registry, served by nobody"
    replicas = f"{push.min_replicas} to {push.most_replicas}"
    return f"served at {push.endpoint} by {replicas} {push.machine_type}, paid until it is replaced"


def _compared(plan: Plan) -> str:
    last = plan.prediction.last if plan.prediction else None
    name = plan.experiment.pipeline_name
    if last is None:
        why = "none is found" if plan.prediction else "not known"
        return f"compared with the last run of pipeline {name}: {why}"
    return f"compared with {last.experiment_id}, the last run of pipeline {name}"


def _differences(plan: Plan) -> Iterator[str]:
    if not (plan.prediction and plan.prediction.last):
        return
    for each in plan.differences:
        name, _, path = each.name.partition(": ")
        yield row(name, f"{path} {each.old} -> {each.new}".strip())
        if each.detail:
            yield row("", each.detail)
    if not plan.differences:
        yield row("", "nothing but the names of the runs")


def _seconds(plan: Plan) -> Mapping[str, float]:
    return plan.prediction.seconds if plan.prediction else {}
