"""The folder of each endpoint, as TensorFlow Serving reads it: `<endpoint>/<version>/saved_model.pb`.

A version appears whole and disappears whole: it is copied beside its place, under a name that TensorFlow
Serving passes over, and renamed.
"""

import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

from local_cloud.vertex.artifacts import files_of, is_place, location
from local_cloud.vertex.errors import FailedPreconditionError, InvalidArgumentError

SAVED_MODEL = "saved_model.pb"


class ServingFolders:
    """Copies of the models that endpoints serve.

    Args:
        root: folder of all endpoints.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, endpoint: str, version: str) -> Path:
        """Returns where an endpoint has a version."""
        return self._root / endpoint / version

    def put(self, endpoint: str, version: str, model: str) -> None:
        """Copies a model to where an endpoint serves it."""
        place = self.place(endpoint, version)
        copy = place.with_name(f".{version}.{uuid.uuid4().hex[:8]}.tmp")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            files_of(model).download(model, copy)
            self.remove(endpoint, version)  # left by a server that was killed
            copy.rename(place)
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def remove(self, endpoint: str, version: str) -> None:
        """Removes a version; nothing happens where it is not."""
        place = self.place(endpoint, version)
        if place.exists():
            leaving = place.with_name(f".{version}.{uuid.uuid4().hex[:8]}.removed")
            place.rename(leaving)
            shutil.rmtree(leaving)

    def keep_only(self, places: Iterable[Path]) -> None:
        """Removes what a server that was killed has left: all but what is served."""
        kept = set(places)
        for folder in self._root.glob("*/*"):
            if folder not in kept:
                shutil.rmtree(folder)


def saved_model(uri: str) -> str:
    """Returns where a SavedModel is; refuses one that cannot be served."""
    path = location(uri)
    if not is_place(path):
        raise InvalidArgumentError(
            f"model.artifactUri is {uri!r}; give gs://bucket/folder, or, on this machine alone, an absolute "
            "path or a file:/// URI."
        )
    if not files_of(path).exists(f"{path}/{SAVED_MODEL}"):
        raise FailedPreconditionError(
            f"model.artifactUri is {uri!r}, which has no {SAVED_MODEL}; give the folder of a SavedModel that "
            "is there."
        )
    return path
