"""Import one corner of a package whose `__init__` imports all of it."""

from __future__ import annotations

import importlib.util
import sys
import threading
from typing import Any


def make_lazy(name: str) -> None:
    """Let submodules of a package be imported before the package itself runs.

    The package runs as soon as anybody asks it for a name that is not a submodule, so that all other users
    find it whole. Nothing happens where it is loaded already.

    Args:
        name: The package's full name.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    loader = spec.loader
    package = importlib.util.module_from_spec(spec)
    lock = threading.RLock()

    def load(attribute: str) -> Any:
        # The import system asks for a submodule as an attribute first, and imports it when there is none.
        if attribute.startswith("__") or importlib.util.find_spec(f"{name}.{attribute}") is not None:
            raise AttributeError(attribute)
        with lock:
            if package.__dict__.pop("__getattr__", None) is not None:
                loader.exec_module(package)
        return getattr(package, attribute)

    package.__dict__["__getattr__"] = load
    sys.modules[name] = package
