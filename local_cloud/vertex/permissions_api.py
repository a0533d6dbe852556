"""Which permissions an account has: all of them, on one machine.

https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions and
https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/testIamPermissions
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex.errors import InvalidArgumentError
from local_cloud.vertex.message_checks import json_of


def routes() -> list[Route]:
    """Returns the HTTP routes."""
    return [
        Route("/v3/projects/{project}:testIamPermissions", answer, methods=["POST"]),
        Route(
            "/v1/projects/{project}/serviceAccounts/{account}:testIamPermissions", answer, methods=["POST"]
        ),
    ]


async def answer(request: Request) -> Response:
    """Answers which of some permissions the caller has."""
    body = await json_of(request)
    asked = body.get("permissions", []) if isinstance(body, dict) else []
    for permission in asked:
        if "*" in str(permission) or str(permission).count(".") != 2:
            raise InvalidArgumentError(
                f"permissions has {permission!r}; name each as service.resource.verb, without wildcards."
            )
    return JSONResponse({"permissions": asked})
