"""A path with named parts: one declaration that writes it, and reads the parts back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PART = re.compile(r"\{(\w+)\}")
_ANY_NAME = "[^/]+?"
_FOLDER_END = r"(?=/|\Z)"


class PathPattern:
    """Paths below the artifact root that differ in a few names.

    Args:
        template: Such as `experiments/{experiment_id}`.
        names: The regular expression of each name, as those that are derived from content are made.
        endings: How the paths of files go on after the template; without any, it is a folder.
    """

    def __init__(self, template: str, names: Mapping[str, str], endings: Sequence[str] = ()) -> None:
        self._template = template
        end = f"(?:{'|'.join(map(re.escape, endings))})\\Z" if endings else _FOLDER_END
        self._ours = re.compile(_expression(template, names) + end)
        self._anywhere = re.compile(f"(?P<root>.+)/{_expression(template, {})}{end}")

    @property
    def folder(self) -> str:
        """The folder below the artifact root that has all such paths."""
        return self._template.partition("/{")[0]

    def write(self, names: Mapping[str, str]) -> str:
        """Return the path, of files without their endings."""
        return self._template.format_map(names)

    def read(self, path: str) -> dict[str, str] | None:
        """Return the names in a path below the artifact root, or below such a folder; None of others."""
        found = self._ours.match(path)
        return found.groupdict() if found else None

    def find(self, uri: str) -> tuple[str, dict[str, str]] | None:
        """Return the root of a URI that follows the template, and its names, of whatever form they are."""
        found = self._anywhere.match(uri)
        if found is None:
            return None
        names = found.groupdict()
        return names.pop("root"), names


def _expression(template: str, names: Mapping[str, str]) -> str:
    literal_and_name = _PART.split(template)
    return "".join(
        f"(?P<{text}>{names.get(text, _ANY_NAME)})" if is_name else re.escape(text)
        for is_name, text in ((index % 2, text) for index, text in enumerate(literal_and_name))
    )
