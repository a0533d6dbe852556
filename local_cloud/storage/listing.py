"""Listing objects by the start of their names: https://cloud.google.com/storage/docs/json_api/v1/objects/list.

There are no folders. With a delimiter, names that have it behind the prefix are folded into one `prefixes`
entry.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local_cloud.storage.conditions import number
from local_cloud.storage.errors import InvalidError
from local_cloud.storage.records import StoredObject

MAX_RESULTS = 1000
HIGHEST = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)

type Fetch = Callable[[str, int], list[StoredObject]]


@dataclass(frozen=True)
class Question:
    """What a client asks for.

    Attributes:
        prefix: start of the names.
        delimiter: folds names; empty for none.
        start: first name, included.
        end: names from here on are left out; empty for none.
        shows_trailing: whether an object whose name ends with the first delimiter is shown beside its prefix.
        limit: items and prefixes in one page.
    """

    prefix: str
    delimiter: str
    start: str
    end: str
    shows_trailing: bool
    limit: int

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Question":
        """Returns the question in a query."""
        limit = number(query, "maxResults") if "maxResults" in query else MAX_RESULTS
        start = max(query.get("startOffset", ""), query.get("prefix", ""))
        if token := query.get("pageToken"):
            start = max(start, _start_of(token))
        return cls(
            prefix=query.get("prefix", ""),
            delimiter=query.get("delimiter", ""),
            start=start,
            end=query.get("endOffset", ""),
            shows_trailing=query.get("includeTrailingDelimiter", "").lower() == "true",
            # More is not refused: the most is answered, as for maxResults of 0.
            limit=min(limit, MAX_RESULTS) or MAX_RESULTS,
        )


@dataclass
class Page:
    """One page.

    Attributes:
        items: objects, by name.
        prefixes: starts of names, up to the delimiter.
        next_token: asks for the page behind this one; empty at the end.
    """

    items: list[StoredObject] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_token: str = ""


def list_objects(fetch: Fetch, question: Question) -> Page:
    """Returns the first page from `question.start` on.

    Args:
        fetch: returns objects by name, from a name on, as many as told.
        question: what is asked.
    """
    page = Page()
    position: str | None = question.start
    while position is not None:
        position = _take(page, fetch(position, question.limit + 1), question)
    return page


def _take(page: Page, batch: list[StoredObject], question: Question) -> str | None:
    """Adds a batch to a page; returns from which name on to go on, None at the end."""
    after = ""
    for found in batch:
        if found.name < after:
            continue
        if not found.name.startswith(question.prefix) or (question.end and found.name >= question.end):
            return None
        if len(page.items) + len(page.prefixes) >= question.limit:
            page.next_token = _token_for(found.name)
            return None
        folded = _folded(found.name, question)
        if folded is None:
            page.items.append(found)
            continue
        page.prefixes.append(folded)
        if question.shows_trailing and found.name == folded:
            page.items.append(found)
        after = successor(folded)
        if not after:
            return None
    if len(batch) <= question.limit:
        return None
    return max(after, batch[-1].name + "\0")


def _folded(name: str, question: Question) -> str | None:
    if not question.delimiter:
        return None
    head, found, _ = name[len(question.prefix) :].partition(question.delimiter)
    return question.prefix + head + found if found else None


def successor(prefix: str) -> str:
    """Returns the first text behind all that begin with a prefix; empty where there is none."""
    while prefix:
        following = ord(prefix[-1]) + 1
        if following in SURROGATES:
            following = SURROGATES.stop
        if following <= HIGHEST:
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return ""


def _token_for(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _start_of(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise InvalidError(
            f"Invalid value for pageToken: {token!r}; use what the page before this one said."
        ) from None
