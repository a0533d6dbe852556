"""The filter of a list of builds, as far as the product writes it; what is beyond it is refused.

https://cloud.google.com/build/docs/view-build-results#filtering_build_results_using_queries
"""

import re
from collections.abc import Mapping
from typing import Any

from local_cloud.vertex.errors import InvalidArgumentError

CONDITION = re.compile(r'\s*(?P<field>tags|status)\s*=\s*"(?P<value>[^"]*)"\s*')


def has(build: Mapping[str, Any], text: str) -> bool:
    """Whether a build has the tags and the status that a filter names, all of them."""
    parts = re.split(r"\bAND\b", text) if text.strip() else []
    return all(_holds(build, part) for part in parts)


def _holds(build: Mapping[str, Any], part: str) -> bool:
    found = CONDITION.fullmatch(part)
    if found is None:
        raise InvalidArgumentError(
            f'filter has {part.strip()!r}; the local Cloud Build reads tags="…" and status="…" joined by AND.'
        )
    if found["field"] == "status":
        return bool(build["status"] == found["value"])
    return found["value"] in build.get("tags", [])
