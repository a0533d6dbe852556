"""The Experiments page, as Airflow's web server is told of it: views of one bundle, and what serves them.

Every process of Airflow reads this, and only the web server needs what stands behind it, which is therefore
imported when the first request comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

PREFIX = "/recsflow"
STATIC = Path(__file__).resolve().parents[1] / "page" / "static"
BUNDLE = "experiments.js"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ExperimentsApplication:
    """The ASGI application of the page."""

    def __init__(self) -> None:
        self._application: Any = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request; the first ones wait for the application in a thread, other addresses do not."""
        if self._application is None:
            self._application = await asyncio.to_thread(_imported)
        await self._application(scope, receive, send)


def _imported() -> Any:
    from recsflow.page.application import APPLICATION

    return APPLICATION


def react_apps() -> list[dict[str, Any]]:
    """Return where Airflow shows the page; nowhere while its bundle is not built.

    Airflow takes the component from the global of an app's name.
    """
    if not (STATIC / BUNDLE).exists():
        return []
    # Without a slash before it: where Airflow is served under a prefix, so is this.
    bundle_url = f"{PREFIX.removeprefix('/')}/static/{BUNDLE}"
    views = (
        ("Experiments", "nav", "experiments"),
        ("Experiments", "dag", "recsflow-experiments"),
        ("Experiment", "dag_run", "recsflow-experiment"),
    )
    return [
        {"name": name, "destination": destination, "url_route": route, "bundle_url": bundle_url}
        for name, destination, route in views
    ]


def fastapi_apps() -> list[dict[str, Any]]:
    """Return what Airflow's web server mounts."""
    return [{"app": ExperimentsApplication(), "url_prefix": PREFIX, "name": "recsflow Experiments"}]
