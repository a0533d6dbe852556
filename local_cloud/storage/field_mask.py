"""Partial answers: the query parameter `fields`, https://cloud.google.com/storage/docs/json_api#partial-response."""

from local_cloud.storage.errors import InvalidError

type Mask = dict[str, "Mask"]


def select(resource: dict[str, object], fields: str) -> dict[str, object]:
    """Returns what a mask such as `items(name,size),prefixes` or `items/name` chooses; all where empty."""
    if not fields:
        return resource
    return {
        name: _chosen(resource[name], branch) for name, branch in parse(fields).items() if name in resource
    }


def parse(fields: str) -> Mask:
    """Returns a mask as a tree; an empty branch stands for all below it."""
    tree: Mask = {}
    rest = _read_list(fields, tree)
    if rest:
        raise InvalidError(f"Invalid field selection {fields!r}: {rest!r} is not expected.")
    return tree


def _read_list(text: str, tree: Mask) -> str:
    while True:
        stop = next((place for place, letter in enumerate(text) if letter in ",/()"), len(text))
        name, text = text[:stop].strip(), text[stop:]
        if not name:
            raise InvalidError(f"Invalid field selection: a name is expected before {text!r}.")
        branch = tree.setdefault(name, {})
        if text.startswith("("):
            text = _read_list(text[1:], branch)
            if not text.startswith(")"):
                raise InvalidError("Invalid field selection: ')' is missing.")
            text = text[1:]
        elif text.startswith("/"):
            text = _read_path(text[1:], branch)
        if not text.startswith(","):
            return text
        text = text[1:]


def _read_path(text: str, tree: Mask) -> str:
    stop = next((place for place, letter in enumerate(text) if letter in ",/()"), len(text))
    branch = tree.setdefault(text[:stop].strip(), {})
    text = text[stop:]
    if text.startswith("/"):
        return _read_path(text[1:], branch)
    if text.startswith("("):
        return _read_list(text[1:], branch).removeprefix(")")
    return text


def _chosen(value: object, tree: Mask) -> object:
    if isinstance(value, list):
        return [_chosen(item, tree) for item in value]
    if not tree or "*" in tree or not isinstance(value, dict):
        return value
    return {name: _chosen(value[name], branch) for name, branch in tree.items() if name in value}
