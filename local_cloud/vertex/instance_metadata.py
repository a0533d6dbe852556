"""The metadata server of the machine that a container runs on, which says as whom it calls Google's services.

Without one, Beam looks for an account four times, for 20 seconds, in each component that reads a bucket.
https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local_cloud.settings import PROJECT, SERVICE_ACCOUNT
from local_cloud.vertex.identity_tokens import certificates, identity_token

FLAVOR = {"Metadata-Flavor": "Google"}
ACCOUNT = {
    "aliases": ["default"],
    "email": SERVICE_ACCOUNT,
    "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
}
# Nothing here judges it; its hour is that of a real one.
TOKEN = {"access_token": "local", "expires_in": 3599, "token_type": "Bearer"}


def routes() -> list[Route]:
    """Returns the HTTP routes; the root shows people the jobs, and clients that there is such a server."""
    metadata = "/computeMetadata/v1"
    account = f"{metadata}/instance/service-accounts/{{account}}"
    return [
        Route("/", _root),
        Route(f"{metadata}/project/project-id", _project),
        Route(f"{account}/", _account),
        Route(f"{account}/token", _token),
        Route(f"{account}/identity", _identity),
        Route("/oauth2/v1/certs", _certificates),
    ]


def _root(request: Request) -> Response:
    if not _is_client(request):
        return RedirectResponse("/console/jobs")
    return PlainTextResponse("computeMetadata/\n", headers=FLAVOR)


def _project(request: Request) -> Response:
    return PlainTextResponse(PROJECT, headers=FLAVOR) if _is_client(request) else _forbidden()


def _account(request: Request) -> Response:
    return _of_account(request, lambda: JSONResponse(ACCOUNT, headers=FLAVOR))


def _token(request: Request) -> Response:
    return _of_account(request, lambda: JSONResponse(TOKEN, headers=FLAVOR))


def _identity(request: Request) -> Response:
    def answer() -> Response:
        audience = request.query_params.get("audience")
        if not audience:
            return PlainTextResponse("non-empty audience parameter required", status_code=400, headers=FLAVOR)
        is_full = request.query_params.get("format") == "full"
        return PlainTextResponse(identity_token(audience, is_full=is_full), headers=FLAVOR)

    return _of_account(request, answer)


def _certificates(_: Request) -> Response:
    return JSONResponse(certificates())


def _of_account(request: Request, answer: Callable[[], Response]) -> Response:
    if not _is_client(request):
        return _forbidden()
    if request.path_params["account"] not in ("default", SERVICE_ACCOUNT):
        return PlainTextResponse("not found", status_code=404, headers=FLAVOR)
    return answer()


def _is_client(request: Request) -> bool:
    """Whether the header is there that no page of a browser can send unasked."""
    return request.headers.get("metadata-flavor") == "Google"


def _forbidden() -> Response:
    return PlainTextResponse("Missing Metadata-Flavor:Google header.", status_code=403, headers=FLAVOR)
