"""Conditions of a request on the object that it is about, and on the bucket's.

https://cloud.google.com/storage/docs/request-preconditions: what does not hold is answered with 412; a read
whose 'NotMatch' does not hold with 304.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from local_cloud.storage.errors import InvalidError, NotFoundError, PreconditionError
from local_cloud.storage.records import StoredObject

CONDITIONS = (
    *("ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "ifMetagenerationNotMatch"),
)


class NotModified(Exception):
    """The reader has what is here."""


@dataclass(frozen=True)
class Conditions:
    """Conditions, by the query parameter that states each; numbers are those of Generations.

    Attributes:
        wanted: parameter to number; generation 0 is that of an object that is not there.
    """

    wanted: Mapping[str, int]

    @classmethod
    def read(cls, query: Mapping[str, str], prefix: str = "if") -> "Conditions":
        """Returns the conditions in a query; those on the source of a copy begin with 'ifSource'."""
        names = {prefix + name.removeprefix("if"): name for name in CONDITIONS}
        return cls({known: number(query, name) for name, known in names.items() if name in query})

    def check(self, found: StoredObject | None) -> None:
        """Refuses a request whose conditions do not hold.

        Raises:
            PreconditionError: One does not.
        """
        generation, metageneration = _numbers(found)
        for name, wanted in self.wanted.items():
            is_now = metageneration if "Metageneration" in name else generation
            if (is_now == wanted) is name.endswith("NotMatch"):
                raise PreconditionError("At least one of the pre-conditions you specified did not hold.")

    def check_read(self, found: StoredObject) -> None:
        """Refuses a read whose conditions do not hold.

        Raises:
            PreconditionError: One that must match does not.
            NotModified: One that must not match does.
        """
        try:
            self.check(found)
        except PreconditionError:
            if any(name.endswith("NotMatch") for name in self.wanted):
                raise NotModified from None
            raise


def required(found: StoredObject | None, bucket: str, name: str, generation: int | None) -> StoredObject:
    """Returns an object that must be there; without versioning, an older generation is not."""
    if found is None or generation not in {None, found.generation}:
        version = "" if generation is None else f"#{generation}"
        raise NotFoundError(f"No such object: {bucket}/{name}{version}")
    return found


def generation_of(query: Mapping[str, str], name: str = "generation") -> int | None:
    """Returns the generation that a request names."""
    return number(query, name) if name in query else None


def number(query: Mapping[str, str], name: str) -> int:
    """Returns a query parameter that is a number from 0 on."""
    text = query[name]
    if not text.isascii() or not text.isdecimal():
        raise InvalidError(f"Invalid value for {name}: {text!r}; use a whole number from 0 on.")
    return int(text)


def _numbers(found: StoredObject | None) -> tuple[int, int]:
    return (found.generation, found.metageneration) if found is not None else (0, 0)
