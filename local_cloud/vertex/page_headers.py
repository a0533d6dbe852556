"""What a browser may do with what this server answers."""

from local_cloud.http_guard import Application, Message, Receive, Send

# Nothing but text and style: no page of this server has a script.
STYLE_ONLY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
OWN_PAGES = {
    "content-security-policy": f"{STYLE_ONLY}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
# A file below the artifact root may be anybody's: a sandbox is an origin of its own, in which no script runs.
OF_ANYBODY = {"content-security-policy": f"sandbox; {STYLE_ONLY}; img-src data:; frame-ancestors 'none'"}


class PageHeaders:
    """Adds these headers to each answer that has none of its own.

    Args:
        app: the server.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hands a request on, and its answer with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [(name.encode(), value.encode()) for name, value in OWN_PAGES.items()]
                missing = [each for each in added if each[0] not in given]
                message = {**message, "headers": [*message["headers"], *missing]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
