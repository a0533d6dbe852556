"""Long-running operations: the answers of calls that take long on Vertex AI, and how they are looked up.

Here the work is done when the call is answered, so every operation is finished from the start.
"""

import uuid
from typing import Any

from google.rpc import code_pb2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex.serving_store import ServingStore
from local_cloud.vertex.states import now

TYPE = "type.googleapis.com/google.cloud.aiplatform.v1."
# Google's client asks for operations below /ui over REST, the first path of its list.
PREFIXES = ("v1", "ui")


class Operations:
    """Operations on models and endpoints.

    Args:
        store: keeps them.
    """

    def __init__(self, store: ServingStore) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        routes = []
        for prefix in PREFIXES:
            parent = f"/{prefix}/projects/{{project}}/locations/{{location}}/{{kind}}/{{id}}/operations"
            routes += [
                Route(parent + "/{operation}:cancel", self.cancel, methods=["POST"]),
                Route(parent + "/{operation}", self.get, methods=["GET"]),
                Route(parent, self.list, methods=["GET"]),
            ]
        return routes

    def succeeded(self, parent: str, method: str, response: dict[str, Any]) -> Response:
        """Answers with the finished operation of a method such as `DeployModel`."""
        return self._finished(parent, method, {"response": {"@type": f"{TYPE}{method}Response", **response}})

    def created(self, parent: str, method: str, resource: str, message: dict[str, Any]) -> Response:
        """Answers with the finished operation that created a resource, `Endpoint` for example."""
        return self._finished(parent, method, {"response": {"@type": f"{TYPE}{resource}", **message}})

    def failed(self, parent: str, method: str, error: str) -> Response:
        """Answers with an operation that went wrong after it had been taken."""
        return self._finished(parent, method, {"error": {"code": code_pb2.INTERNAL, "message": error}})

    def _finished(self, parent: str, method: str, result: dict[str, Any]) -> Response:
        times = {"createTime": now(), "updateTime": now()}
        operation = {
            "name": f"{parent}/operations/{uuid.uuid4().int >> 65}",
            "metadata": {"@type": f"{TYPE}{method}OperationMetadata", "genericMetadata": times},
            "done": True,
            **result,
        }
        self._store.save_operation(operation)
        return JSONResponse(operation)

    def get(self, request: Request) -> Response:
        """Answers one operation."""
        return JSONResponse(self._store.operation(_name(request)))

    def list(self, request: Request) -> Response:
        """Answers the operations on a model or an endpoint."""
        return JSONResponse({"operations": self._store.operations(_parent(request))})

    def cancel(self, request: Request) -> Response:
        """Ends an operation that has not finished; what is finished stays as it is."""
        operation = self._store.operation(_name(request))
        if not operation.get("done"):
            error = {"code": code_pb2.CANCELLED, "message": "The operation was cancelled."}
            self._store.save_operation({**operation, "done": True, "error": error})
        return JSONResponse({})


def _parent(request: Request) -> str:
    path = request.path_params
    return f"projects/{path['project']}/locations/{path['location']}/{path['kind']}/{path['id']}"


def _name(request: Request) -> str:
    return f"{_parent(request)}/operations/{request.path_params['operation']}"
