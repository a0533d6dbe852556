"""Why an experiment is red: one sentence, and the lines behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.cards.card import Card, cut
from include.experiment.config.base import Frozen
from include.tracking.outcome import PipelineOutcome
from include.tracking.training_metrics import TrainingMetrics

_SENTENCE_CHARS = 600


class Failure(Frozen):
    """Why an experiment failed.

    Attributes:
        sentence: The cause first.
        component: The component of the pipeline that failed; None where none did.
        task: The first task that failed; None where that is not known.
        lines: All that was said, the last lines of the component's own log among them.
    """

    sentence: str
    component: str | None = None
    task: str | None = None
    lines: tuple[str, ...] = ()


def failure_of(
    card: Card,
    metrics: TrainingMetrics | None,
    *,
    outcome: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Failure | None:
    """Return why an experiment failed; None where nobody said so.

    Args:
        card: Of the experiment.
        metrics: What training said; None where it never began.
        outcome: The event of the wait for its job, as tasks hand it on; None where it did not come so far.
        errors: What each task that failed said, in the order in which they did.
    """
    ended = PipelineOutcome.from_event(outcome) if outcome else None
    broken = next((each for each in ended.components if each.state == "failed"), None) if ended else None
    task, said = next(iter((errors or {}).items()), (None, ""))
    if broken and broken.error:
        said = broken.error
    elif metrics and metrics.error and not said:
        said = f"{metrics.error.type}: {metrics.error.message}\n{metrics.error.traceback}"
    lines = tuple(line.rstrip() for line in said.splitlines() if line.strip())
    if not card.error and not lines:
        return None
    sentence = _whole(card.error, lines) if card.error else cut(lines[0], _SENTENCE_CHARS)
    return Failure(sentence=sentence, component=broken.name if broken else None, task=task, lines=lines)


def _whole(sentence: str, lines: tuple[str, ...]) -> str:
    """Return a sentence that a card has cut, as it was said."""
    begun = sentence.removesuffix("…")
    whole = (line.strip().removeprefix("- ") for line in lines)
    return next((line for line in whole if line.startswith(begun)), sentence) if "…" in sentence else sentence
