"""Is this model learning? Rules over the epochs so far; standard library only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recsflow_trainer.metrics_file import Diagnosis, EpochRecord, Verdict

CONSTANT_LOSS_TOLERANCE = 0.01
CONSTANT_LOSS_SHARE = 0.0015
CONSTANT_OUTPUT = 1e-4
VANISHED_GRADIENT = 1e-9
STEPS_TO_JUDGE_GRADIENTS = 10
MOVED_WEIGHTS = 0.1
FLOWN_WEIGHTS = 1.0
EXPLODED_LOSS = 2.0
STILL_FALLING = 0.01

SPREAD = "_spread"

_LOSSES = ("loss", "val_loss")
TOO_FAST = "Lower the learning rate (try a tenth) and keep clipnorm at 1.0."
_DEAD = (
    "Look at this tower's features and layers: lower the learning rate, or take a layer less, an activation "
    "that does not die (gelu) or a LayerNorm."
)
_TOO_SLOW = "Raise the learning rate (try ten times) or train for more steps."


@dataclass(frozen=True)
class Reference:
    """What the epochs are measured against.

    Attributes:
        uninformed_loss: Loss of a model whose output does not depend on its input; ln(batch size) for
            retrieval without corrections.
        initial_loss: Loss before the first step.
        initial_weight_norms: By tower, before the first step.
    """

    uninformed_loss: float
    initial_loss: float
    initial_weight_norms: Mapping[str, float]


def judge(epochs: Sequence[EpochRecord], steps: int, reference: Reference) -> Diagnosis:
    """Returns the verdict after the last of the epochs.

    Args:
        epochs: All epochs so far.
        steps: Steps that the last epoch's gradient statistics counted.
        reference: What to compare with.
    """
    if not epochs:
        return Diagnosis()
    last = epochs[-1]
    moved, dead = _moved_weights(last, reference), _dead_towers(last, steps)
    constant, stuck = _constant_loss(last, reference), _stuck_above(epochs, reference)
    # A model may spend its first epoch there and learn in the next one, unless its weights have flown off.
    again = len(epochs) > 1 and _constant_loss(epochs[-2], reference)
    gone = moved if again else _moved_weights(last, reference, FLOWN_WEIGHTS)
    all_dead = len(dead) == len(last.towers)
    rules = (
        (Verdict.DIVERGED, _not_finite(last) or _exploded(last, reference), TOO_FAST),
        (Verdict.COLLAPSED, [*constant, *moved, *dead] if all_dead else [], TOO_FAST),
        (Verdict.COLLAPSED, _both(constant, [*gone, *dead]), TOO_FAST),
        (Verdict.DEAD_TOWER, dead, _DEAD),
        (Verdict.DIVERGED, _both(stuck, moved), TOO_FAST),
        (Verdict.UNKNOWN, _both(constant, moved), TOO_FAST),
        (Verdict.UNKNOWN, _both([*constant, *stuck], ["the weights have hardly moved yet"]), _TOO_SLOW),
    )
    for verdict, evidence, suggestion in rules:
        if evidence:
            return Diagnosis(verdict, last.epoch, evidence, suggestion)
    return Diagnosis(Verdict.HEALTHY, last.epoch)


def _both(first: list[str], second: list[str]) -> list[str]:
    return [*first, *second] if first and second else []


def _not_finite(epoch: EpochRecord) -> list[str]:
    values = {name: value for name, value in epoch.metrics.items() if name in _LOSSES}
    for name, tower in epoch.towers.items():
        values[f"{name} gradient norm"] = tower.gradient.norm
        values[f"{name} weight norm"] = tower.weight.norm
    return [f"{name} is {value}" for name, value in values.items() if not math.isfinite(value)]


def _exploded(epoch: EpochRecord, reference: Reference) -> list[str]:
    loss = epoch.metrics["loss"]
    start = max(reference.uninformed_loss, reference.initial_loss)
    if loss <= EXPLODED_LOSS * start:
        return []
    return [f"loss {loss:.4g} is more than {EXPLODED_LOSS:g} times the {start:.4g} before the first step"]


def _stuck_above(epochs: Sequence[EpochRecord], reference: Reference) -> list[str]:
    """Worse than a model that knows nothing is no harm while the loss falls; once it does not, it is."""
    if len(epochs) < 2:
        return []
    previous, loss = epochs[-2].metrics["loss"], epochs[-1].metrics["loss"]
    knows_something = loss <= reference.uninformed_loss + CONSTANT_LOSS_TOLERANCE
    if knows_something or loss < previous * (1 - STILL_FALLING):
        return []
    return [
        f"loss {loss:.4g} hardly falls (epoch before: {previous:.4g}) and is above the "
        f"{reference.uninformed_loss:.4g} of a model that does not look at its input"
    ]


def _dead_towers(epoch: EpochRecord, steps: int) -> list[str]:
    """One sentence a tower that has no gradient, or gives all rows the same output.

    Zeros count only where steps were counted: an accumulator read after its reset shows zeros too.
    """
    if steps < STEPS_TO_JUDGE_GRADIENTS:
        return []
    dead = []
    for name, tower in epoch.towers.items():
        spread = epoch.metrics.get(name + SPREAD)
        if tower.gradient.norm <= VANISHED_GRADIENT:
            dead.append(f"{name} gradient norm is {tower.gradient.norm:.2g} over {steps} steps")
        elif spread is not None and spread < CONSTANT_OUTPUT:
            dead.append(f"{name} gives all rows the same output (spread {spread:.2g})")
    return dead


def _constant_loss(epoch: EpochRecord, reference: Reference) -> list[str]:
    name = "val_loss" if "val_loss" in epoch.metrics else "loss"
    loss = epoch.metrics[name]
    tolerance = min(CONSTANT_LOSS_TOLERANCE, CONSTANT_LOSS_SHARE * abs(reference.uninformed_loss))
    if abs(loss - reference.uninformed_loss) > tolerance:
        return []
    return [
        f"{name} {loss:.4f} is within {tolerance:.2g} of {reference.uninformed_loss:.4f}, "
        "that of a model that does not look at its input"
    ]


def _moved_weights(epoch: EpochRecord, reference: Reference, share: float = MOVED_WEIGHTS) -> list[str]:
    moved = []
    for name, before in reference.initial_weight_norms.items():
        norm = epoch.towers[name].weight.norm
        if abs(norm - before) > share * before:
            moved.append(f"{name} weight norm went from {before:.3g} to {norm:.3g}")
    return moved
