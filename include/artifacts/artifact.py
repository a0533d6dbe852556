"""What is kept or removed as a whole: a folder below the artifact root, or files that share a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Self, overload

from include.artifacts.path_pattern import PathPattern
from include.errors import RecsflowError


class NoSuchArtifact(RecsflowError, ValueError):
    """A URI that is not where an artifact of its kind would be."""


@dataclass(frozen=True)
class Part:
    """A file or folder of an artifact, declared in its class; in an object, its URI.

    Attributes:
        ending: How its path goes on after the artifact's.
    """

    ending: str

    @property
    def name(self) -> str:
        """Its name in the artifact's folder."""
        return self.ending.removeprefix("/")

    def of(self, artifact: Artifact) -> str:
        """Return its URI in an artifact."""
        return f"{artifact.uri}{self.ending}"

    @overload
    def __get__(self, artifact: None, kind: type[Artifact]) -> Part: ...
    @overload
    def __get__(self, artifact: Artifact, kind: type[Artifact]) -> str: ...
    def __get__(self, artifact: Artifact | None, kind: type[Artifact]) -> Part | str:
        return self if artifact is None else self.of(artifact)


def inside(name: str) -> Part:
    """Declare a file or folder in the folder that an artifact is."""
    return Part(f"/{name}")


def file(ending: str) -> Part:
    """Declare one of the files that an artifact is, by the ending of its name."""
    return Part(ending)


@dataclass(frozen=True)
class Artifact:
    """Base of all kinds; a subclass has a field for each name in its path, and its parts.

    Attributes:
        root: The artifact root, `file:///folder` or `gs://bucket/prefix`.
    """

    root: str
    pattern: ClassVar[PathPattern]
    parts: ClassVar[tuple[Part, ...]]

    def __init_subclass__(cls, *, path: str, names: Mapping[str, str] | None = None) -> None:
        """Declare a kind.

        Args:
            path: Template of its path below the artifact root.
            names: The regular expression of each name in it, where not every name is ours.
        """
        super().__init_subclass__()
        cls.parts = tuple(each for each in vars(cls).values() if isinstance(each, Part))
        endings = [part.ending for part in cls.parts if not part.ending.startswith("/")]
        cls.pattern = PathPattern(path, names or {}, endings)

    @property
    def name(self) -> str:
        """Its path below the artifact root; of files, without what they end with."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "root"}
        return self.pattern.write(values)

    @property
    def uri(self) -> str:
        """Where it is."""
        return f"{self.root}/{self.name}"

    @classmethod
    def parse(cls, root: str, path: str) -> Self | None:
        """Return the artifact of this kind that a path below the root belongs to; None where it is none."""
        names = cls.pattern.read(path)
        return None if names is None else cls(root=root, **names)

    @classmethod
    def holding(cls, uri: str) -> Self:
        """Return the artifact of this kind that has the file of a URI which a run has handed on.

        Raises:
            NoSuchArtifact: The URI is of nothing of this kind.
        """
        found = cls.pattern.find(uri)
        if found is None:
            raise NoSuchArtifact(
                f"artifact URI: received {uri!r}; use one below {cls.pattern.folder}/ of the artifact root."
            )
        root, names = found
        return cls(root=root, **names)
