"""YAML as plain values, in bounded time and memory; whatever its parser or constructor finds names a line.

PyYAML alone does not suffice: its C composer recurses without a limit, and ends the process on deep nesting;
an alias costs nothing until somebody walks or prints what it stands for; and its constructor raises whatever
`int()` or `date()` raise.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import yaml

from include.errors import ConfigError, Problem
from include.experiment.config.problems import shown

MAX_BYTES = 128 * 1024
MAX_DEPTH = 50
MAX_UNFOLDED = 500_000
_INT64 = range(-(2**63), 2**63)
_MERGE = "tag:yaml.org,2002:merge"
# What libyaml says from 0.2.6 on, which reads ahead of the events that are counted here.
_TOO_DEEP = "exceeded maximum nesting depth"
_USED_TAGS = ("null", "bool", "int", "float", "timestamp", "str", "seq", "map")


class _Loader(yaml.CSafeLoader):
    """Refuses a key written twice, where YAML keeps the last, and any error of a value with its line."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._looked_at: set[yaml.Node] = set()

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except Exception as error:  # whatever int(), float(), date() and lookups raise
            said = f"{_written(node)} cannot be read as {node.tag.rpartition(':')[2]}: {error}"
            raise _mistake(said, node) from None
        if isinstance(value, int) and value not in _INT64:
            raise _mistake(f"{_written(node)} does not fit into 64 bits", node)
        return value

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # Merging puts keys of others beside a mapping's own, so these are looked at before, and once.
        if node not in self._looked_at:
            self._looked_at.add(node)
            self._refuse_repeated(node)
        super().flatten_mapping(node)

    def _refuse_repeated(self, node: yaml.MappingNode) -> None:
        seen = set()
        for key_node, _ in node.value:
            merges = key_node.tag == _MERGE
            key = key_node.value if merges else self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _mistake("a key is a list or a mapping", key_node)
            if key in seen:
                raise _mistake(f"key {shown(key)} is written twice", key_node)
            seen.add(key)


# Sets, bytes and ordered pairs stand in no config, and a set has no order of its own.
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.CSafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in _USED_TAGS
}


@dataclass(slots=True)
class _Unfolded:
    """What a part of the text is once its aliases are replaced by what they stand for.

    Attributes:
        anchor: Its name for aliases.
        size: Characters of its scalars, and one for each part.
        height: Levels below it.
    """

    anchor: str | None
    size: int = 1
    height: int = 0

    def take(self, part: _Unfolded, anchored: dict[str | None, _Unfolded]) -> None:
        """Count a part of this one, and keep it for aliases."""
        self.size += part.size
        self.height = max(self.height, part.height + 1)
        if part.anchor:
            anchored[part.anchor] = part


def parse_yaml(text: str, where: str) -> Any:
    """Return what a text of at most `MAX_BYTES` says.

    Args:
        text: The text.
        where: Its file, for errors.

    Raises:
        ConfigError: It is not YAML, nests too deeply, unfolds to too much, or has a value that is none.
    """
    try:
        _check_bounds(text, where)
        return yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        if error.problem == _TOO_DEEP:
            raise ConfigError([_nested(error.problem_mark, where)]) from None
        raise ConfigError([_problem(_exact(text, error), where)]) from None
    except yaml.YAMLError as error:
        received = f"is not valid YAML ({' '.join(str(error).split())})"
        raise ConfigError([Problem(where, "the file", received, "save it as UTF-8 text")]) from None


def _check_bounds(text: str, where: str) -> None:
    """Refuse what would cost too much, from the events of the parser, which does not recurse."""
    around = [_Unfolded(None)]
    anchored: dict[str | None, _Unfolded] = {}
    unfolded = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        part = None
        if isinstance(event, yaml.ScalarEvent):
            part = _Unfolded(event.anchor, len(event.value) + 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            around.append(_Unfolded(event.anchor))
        elif isinstance(event, yaml.CollectionEndEvent):
            around[-2].take(around[-1], anchored)
            around.pop()
        elif isinstance(event, yaml.AliasEvent):
            if any(each.anchor == event.anchor for each in around):
                received = f"has alias *{event.anchor} inside of what it stands for"
                raise ConfigError([_at(event.start_mark, where, received, "write it out")])
            known = anchored.get(event.anchor, _Unfolded(None))
            part = _Unfolded(None, known.size, known.height)
        if part:
            around[-1].take(part, anchored)
            unfolded += part.size
        if len(around) + around[-1].height > MAX_DEPTH:
            raise ConfigError([_nested(event.start_mark, where)])
        if unfolded > MAX_UNFOLDED:
            received = f"unfolds to more than {MAX_UNFOLDED:,} characters"
            remedy = "write fewer values, and fewer aliases"
            raise ConfigError([_at(event.start_mark, where, received, remedy)])


def _nested(mark: Any, where: str) -> Problem:
    return _at(mark, where, f"nests values more than {MAX_DEPTH} deep", "write them flat")


def _at(mark: Any, where: str, received: str, remedy: str) -> Problem:
    line = f"line {mark.line + 1}" if mark else "the file"
    return Problem(where, line, received, remedy)


def _exact(text: str, error: yaml.MarkedYAMLError) -> yaml.MarkedYAMLError:
    """Return the error of the parser in Python: the fast one may name a line after the last."""
    try:
        for _ in yaml.parse(text, yaml.SafeLoader):
            pass
    except yaml.MarkedYAMLError as exact:
        return exact
    except (yaml.YAMLError, ValueError, OverflowError):  # it decodes escapes by chr()
        pass
    return error


def _problem(error: yaml.MarkedYAMLError, where: str) -> Problem:
    line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
    received = f"is not valid YAML ({error.problem or error.context})"
    return Problem(where, line, received, "correct it there")


def _mistake(said: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, said, node.start_mark)


def _written(node: yaml.Node) -> str:
    return shown(node.value) if isinstance(node, yaml.ScalarNode) else "a list or mapping"
