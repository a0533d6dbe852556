"""What lies below the artifact root, and what experiments and sweeps use by what is written in them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.retention.item import Item, Kind
from include.retention.names import KINDS, experiment_item, item_of, mentioned, sweep_item
from include.storage import StoredFile

_FOLDERS = sorted({kind.pattern.folder for kind in KINDS})


def stored_items(root: str) -> list[Item]:
    """Return everything of ours below the artifact root; what has other names is not looked at."""
    found: dict[tuple[Kind, str], list[StoredFile]] = defaultdict(list)
    for folder in _FOLDERS:
        for file in storage.list_files(f"{root}/{folder}"):
            path = f"{folder}/{file.path}"
            # What an interrupted removal left is removed with what it was.
            if item := item_of(storage.original_name(path)):
                found[item].append(StoredFile(path, file.size_bytes, file.changed, file.is_folder))
    made = (_item(kind, name, files) for (kind, name), files in found.items())
    return [item for item in made if item is not None]


def files_use(item: Item, root: str, *, active: bool) -> frozenset[str]:
    """Return what an experiment or a sweep uses, by its files: rows, its parent, the trials of the sweep.

    Args:
        item: Anything; what is neither an experiment nor a sweep uses nothing by its files.
        root: The artifact root.
        active: Whether it is young or runs: only then it needs its rows.
    """
    if item.kind is Kind.EXPERIMENT:
        rows = experiment_reads(item.id, root) if active else frozenset()
        return experiment_uses(item.id, root) | rows
    if item.kind is Kind.SWEEP:
        trials = ArtifactLayout(root).sweep(item.id).trials
        texts = [_text(f"{trials}/{name}") for name in storage.list_names(trials) if name.endswith(".json")]
        return frozenset(experiment_item(json.loads(text)["experiment_id"]) for text in texts if text)
    return frozenset()


def experiment_reads(experiment_id: str, root: str) -> frozenset[str]:
    """Return the rows that an experiment asks for; none before it came so far."""
    return mentioned(_text(ArtifactLayout(root).experiment(experiment_id).query), root)


def experiment_uses(experiment_id: str, root: str) -> frozenset[str]:
    """Return what an experiment is not whole without, as far as its files tell: its parent, its sweep."""
    uses = set()
    resolved = json.loads(_text(ArtifactLayout(root).experiment(experiment_id).experiment) or "{}")
    if parent := resolved.get("parent_experiment_id"):
        uses.add(experiment_item(parent))
    if sweep := resolved.get("sweep_id"):
        uses.add(sweep_item(sweep))
    return frozenset(uses)


def _item(kind: Kind, name: str, files: Iterable[StoredFile]) -> Item | None:
    listed = list(files)
    times = _times([file for file in listed if not file.is_folder]) or _times(listed)
    if not times:
        return None
    return Item(
        kind,
        name,
        oldest=min(times),
        newest=max(times),
        size_bytes=sum(file.size_bytes for file in listed if not file.is_folder),
        paths=_tops(listed, name),
    )


def _times(files: Iterable[StoredFile]) -> list[datetime]:
    return [file.changed for file in files if file.changed is not None]


def _tops(files: Iterable[StoredFile], name: str) -> tuple[str, ...]:
    """Return the folder that an item is, or the files that share its name."""
    depth = name.count("/") + 1
    return tuple(sorted({"/".join(file.path.split("/")[:depth]) for file in files}))


def _text(uri: str) -> str:
    try:
        return storage.read_text(uri)
    except FileNotFoundError:
        return ""
