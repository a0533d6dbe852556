"""The result of an overfit check, as a person and as MLflow see it."""

from __future__ import annotations

from collections.abc import Iterator

from include.tracking.metric_names import metric_name
from include.tracking.training_metrics import OverfitCheck

_NAME_WIDTH = 34


def overfit_lines(check: OverfitCheck) -> Iterator[str]:
    """Yield what was asked for beside what was seen, then each red flag with where to look."""
    end = "passed" if check.passed else "FAILED"
    rate = f"learning rate {check.learning_rate:g}"
    yield f"overfit check {end}: {check.rows} rows, {check.epochs} epochs, {rate}"
    for each in check.criteria:
        sign = "<" if each.name == "final_loss" else ">"
        seen = "not finite" if each.value is None else f"{each.value:.4f}"
        bound = "not finite" if each.bound is None else f"{each.bound:.4f}"
        yield f"{each.name:<{_NAME_WIDTH}}{seen:>10} {sign} {bound:<10} {'ok' if each.met else 'FAILED'}"
    for flag in check.red_flags:
        yield f"red flag {flag.name}: look at the {flag.look_at}"
        yield f"  {flag.evidence}"
        yield f"  {flag.advice}"


def overfit_values(check: OverfitCheck | None) -> dict[str, float | None]:
    """Return what was measured, by its name in MLflow; nothing where nothing was checked."""
    if check is None:
        return {}
    return {metric_name(each.name.replace(" ", "_"), "overfit"): each.value for each in check.criteria}


def overfit_tags(check: OverfitCheck | None) -> dict[str, str]:
    """Return the tags by which a check is found; nothing where nothing was checked."""
    if check is None:
        return {}
    flags = "\n".join(f"{flag.name} ({flag.look_at})" for flag in check.red_flags)
    return {"recsflow.overfit_check": "passed" if check.passed else "failed", "recsflow.red_flags": flags}
