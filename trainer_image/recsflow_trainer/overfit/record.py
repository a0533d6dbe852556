"""The overfit check's part of `training_metrics.json`; standard library only, like all of that file."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Criterion:
    """Something that the check asks for: a value that has to lie beyond its bound."""

    name: str
    value: float
    bound: float
    met: bool


@dataclass(frozen=True)
class RedFlag:
    """A cause: the part to look at, what was seen, and what to look for there."""

    name: str
    look_at: str
    evidence: str
    advice: str


@dataclass(frozen=True)
class OverfitRecord:
    """How the check went. `rows` is how many there were, which may be fewer than were asked for."""

    passed: bool
    rows: int
    epochs: int
    learning_rate: float
    criteria: list[Criterion] = field(default_factory=list)
    red_flags: list[RedFlag] = field(default_factory=list)
