"""Dockerfiles, read as far as the trainer image's goes (https://docs.docker.com/reference/dockerfile/)."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        line: Where it begins, from 1.
        name: `FROM`, `RUN` and so on.
        text: The rest, on one line.
    """

    line: int
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """The rest in words, as a shell would split it."""
        return shlex.split(self.text)


def parse(text: str) -> Iterator[Instruction]:
    """Yields the instructions of a Dockerfile in order; comments and line breaks within one are gone."""
    begun, begin = "", 0
    for number, row in enumerate(text.splitlines(), start=1):
        if row.lstrip().startswith("#") or not (begun or row.strip()):
            continue
        begin = begin or number
        begun += row.strip()
        if begun.endswith("\\"):
            begun = begun.removesuffix("\\")
            continue
        name, _, rest = begun.partition(" ")
        yield Instruction(begin, name, rest.strip())
        begun, begin = "", 0


def expanded(text: str, values: Mapping[str, str]) -> str:
    """Returns a text with its variables filled in; one without a value is empty, as in Docker."""
    return _VARIABLE.sub(lambda match: values.get(match[1] or match[2], ""), text)


def stage_of(instruction: Instruction) -> tuple[str, str]:
    """Returns the image that a FROM takes, and the name that it gives the stage, if any."""
    words = [word for word in instruction.words if not word.startswith("--")]
    return words[0], words[2] if len(words) > 2 else ""
