"""What is wrong with a model that cannot learn a few rows by heart, and where to look."""

import math
from collections.abc import Iterator
from enum import StrEnum

from recsflow_trainer.overfit.observation import ENOUGH, GRADIENT_NORM, Observation
from recsflow_trainer.overfit.record import RedFlag

DEAD_TOWER = 1e-6
LEARNT = 0.5
REVERSED = 0.3
RISES = 1.5
UNCHANGED = 1e-3


class LookAt(StrEnum):
    """The part of a model in which a red flag has its cause."""

    LOSS = "loss"
    DATA = "data"
    FORWARD = "forward pass"


def red_flags(seen: Observation) -> list[RedFlag]:
    """Returns the causes that the observation points to, none where the check passes.

    What follows from a flag is not a flag of its own: scores are constant where no gradient arrives.
    """
    for rule in (_not_finite, _constant_targets, _no_gradient):
        if flags := list(rule(seen)):
            return flags
    flags = [*_dead_towers(seen), *_order(seen)]
    if not seen.falls and not any(flag.name == "wrong_sign" for flag in flags):
        flags = [*_dead_towers(seen), _stuck(seen)]
    return flags


def _not_finite(seen: Observation) -> Iterator[RedFlag]:
    numbers = {
        "loss": seen.final_loss,
        "gradient norm": seen.gradient_norm,
        **{f"score std of {', '.join(fit.measures)}": fit.score_std for fit in seen.fits},
    }
    broken = [f"{name} is {value}" for name, value in numbers.items() if not math.isfinite(value)]
    if broken:
        yield RedFlag(
            "not_finite",
            LookAt.LOSS,
            ", ".join(broken),
            "Look for a logarithm or a division without a floor; if there is none, lower the learning rate.",
        )


def _constant_targets(seen: Observation) -> Iterator[RedFlag]:
    if any(fit.target_std == 0 for fit in seen.fits):
        yield RedFlag(
            "constant_targets",
            LookAt.DATA,
            "all rows have the same target",
            "Look at the label column and its transform: there is nothing to learn from one value.",
        )


def _no_gradient(seen: Observation) -> Iterator[RedFlag]:
    if seen.gradient_norm <= GRADIENT_NORM:
        stds = ", ".join(f"{fit.score_std:.3g}" for fit in seen.fits)
        yield RedFlag(
            "no_gradient",
            LookAt.FORWARD,
            f"gradient norm {seen.gradient_norm:.2g} is not above {GRADIENT_NORM:g} in any ten steps "
            f"(score std {stds})",
            "Look for a multiplication by zero, a rounding, a stop_gradient, or units that are all inactive "
            "between the inputs and the score.",
        )


def _dead_towers(seen: Observation) -> Iterator[RedFlag]:
    for tower in seen.gradient_norms[0]:
        norm = max(norms[tower] for norms in seen.gradient_norms)
        if norm <= DEAD_TOWER:
            yield RedFlag(
                "dead_tower",
                LookAt.FORWARD,
                f"{tower} gradient norm is {norm:.2g} in every step",
                f"Look at what {tower} returns and whether the score uses it.",
            )


def _order(seen: Observation) -> Iterator[RedFlag]:
    for fit in seen.fits:
        low = [
            f"{name} {value:.3f} is not above {ENOUGH[name]:g}"
            for name, value in fit.measures.items()
            if not value > ENOUGH[name]
        ]
        constant = fit.score_std <= fit.least_score_std
        evidence = ", ".join([*low, f"loss went from {seen.initial_loss:.4g} to {seen.final_loss:.4g}"])
        if low and not constant and (fit.order < REVERSED or seen.final_loss < 0):
            yield RedFlag(
                "wrong_sign",
                LookAt.LOSS,
                f"{1 - fit.order:.0%} of the pairs are the wrong way round; {evidence}",
                "Look for a wrong sign (no loss goes below 0), or scores and targets that changed places.",
            )
        elif constant:
            yield RedFlag(
                "constant_scores",
                LookAt.FORWARD,
                f"score std {fit.score_std:.3g} is not above {fit.least_score_std:.3g}; {evidence}",
                "Look for a layer that gives all rows one output, or a constant that dwarfs the rest.",
            )
        elif low and _learnt(seen):
            yield RedFlag(
                "wrong_targets",
                LookAt.DATA,
                f"the loss was learnt, the order was not: {evidence}",
                "Look whether the targets that the loss reads are those of the same rows.",
            )
        elif low:
            yield RedFlag(
                "not_memorized",
                LookAt.FORWARD,
                evidence,
                "Give it more epochs or another learning rate; if that does not help, a wider layer, and "
                "look whether every row reaches the model with features of its own.",
            )


def _stuck(seen: Observation) -> RedFlag:
    losses = f"loss went from {seen.initial_loss:.4g} to {seen.final_loss:.4g}"
    if seen.last_gradient_norm <= GRADIENT_NORM:
        return RedFlag(
            "vanished_gradient",
            LookAt.FORWARD,
            f"gradient norm fell from {seen.gradient_norm:.2g} to {seen.last_gradient_norm:.2g} while "
            f"{losses}; a model that does not look at its input has {seen.uninformed_loss:.4g}",
            "Units have died on the way: lower the learning rate, or keep gradients clipped.",
        )
    if abs(seen.final_loss - seen.initial_loss) <= UNCHANGED * abs(seen.initial_loss):
        return RedFlag(
            "unchanged_loss",
            LookAt.LOSS,
            f"{losses} although gradients arrive (norm {seen.last_gradient_norm:.2g})",
            "The step that follows from the loss changes nothing: raise the learning rate, or look whether "
            "the optimizer gets all weights.",
        )
    if seen.final_loss > RISES * max(abs(seen.initial_loss), abs(seen.uninformed_loss)):
        return RedFlag(
            "loss_rises",
            LookAt.LOSS,
            losses,
            "Lower the learning rate; if it rises then too, the step goes against the loss.",
        )
    return RedFlag(
        "nothing_learnt",
        LookAt.DATA,
        f"{losses} although gradients arrive (norm {seen.last_gradient_norm:.2g}); "
        f"a model that does not look at its input has {seen.uninformed_loss:.4g}",
        "Look whether each row's target belongs to its features: those of another row cannot be learnt.",
    )


def _learnt(seen: Observation) -> bool:
    return seen.final_loss < seen.start - LEARNT * abs(seen.start)
