"""What can go wrong in `include`, as one small tree.

RecsflowError
└── ConfigError        a config or run parameter that cannot be used; lists every problem found
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a config, as a sentence in four parts.

    Attributes:
        where: The file, relative to the config folder, or `run parameters`.
        field: The YAML path of the field, e.g. `query[2].embedding_dim`.
        received: What stands there, in words, e.g. `is 1` or `is missing`.
        remedy: What to do about it.
    """

    where: str
    field: str
    received: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.field} {self.received}; {self.remedy}."


def innermost(error: BaseException) -> str:
    """Return what lies at the bottom of an error, in its own words: `[Errno 111] Connection refused`."""
    words = str(error)
    cause = error.__cause__ or error.__context__
    while cause is not None:
        words = str(cause) or words
        cause = cause.__cause__ or cause.__context__
    return words


class RecsflowError(Exception):
    """Anything that `include` raises on purpose."""


class ConfigError(RecsflowError):
    """A config or run parameter that cannot be used.

    Attributes:
        problems: Every problem found, not just the first.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = f"{len(self.problems)} problem{'s' if len(self.problems) > 1 else ''}"
        super().__init__("\n".join([f"{count} in the configuration:", *(f"  - {p}" for p in self.problems)]))

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[tuple[Problem, ...]]]:
        return (type(self), (self.problems,))
