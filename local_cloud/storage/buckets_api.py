"""Buckets: https://cloud.google.com/storage/docs/json_api/v1/buckets."""

import json
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_cloud.storage.api import Route, base_of, route
from local_cloud.storage.bodies import json_of
from local_cloud.storage.conditions import number
from local_cloud.storage.errors import InvalidError, PreconditionError, RequiredError
from local_cloud.storage.field_mask import select
from local_cloud.storage.names import check_bucket_name
from local_cloud.storage.records import Bucket
from local_cloud.storage.resources import MULTI_REGIONS, of_bucket, patched
from local_cloud.storage.store import Store

DEFAULT_LOCATION = "US"
STORAGE_CLASSES = frozenset({"STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"})


class BucketsApi:
    """The endpoints of buckets.

    Args:
        store: buckets and objects.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """Returns the routes."""
        bucket = "/storage/v1/b/{bucket}"
        return [
            route("GET", "/storage/v1/b", self.list_page),
            route("POST", "/storage/v1/b", self.insert),
            route("GET", bucket, self.get),
            route("PATCH", bucket, self.patch),
            route("DELETE", bucket, self.delete),
            route("GET", f"{bucket}/storageLayout", self.layout),
            route("GET", f"{bucket}/iam", self.policy),
            route("GET", f"{bucket}/iam/testPermissions", self.test_permissions),
        ]

    async def list_page(self, request: Request) -> Response:
        """Answers the buckets of a project."""
        query = request.query_params
        if not query.get("project"):
            raise RequiredError("Required parameter: project")
        found = self._store.buckets(query["project"], query.get("prefix", ""))
        items = [of_bucket(bucket, base_of(request)) for bucket in found]
        return JSONResponse(select({"kind": "storage#buckets", "items": items}, query.get("fields", "")))

    async def insert(self, request: Request) -> Response:
        """Makes a bucket."""
        body = await json_of(request)
        project = request.query_params.get("project", "")
        if not project:
            raise RequiredError("Required parameter: project")
        moment = self._store.now_us()
        location = _location(body.get("location") or DEFAULT_LOCATION)
        kind = body.get("storageClass") or "STANDARD"
        if kind not in STORAGE_CLASSES:
            raise InvalidError(f"Invalid storage class {kind!r}; use {', '.join(sorted(STORAGE_CLASSES))}.")
        bucket = Bucket(
            name=check_bucket_name(str(body.get("name", ""))),
            project=project,
            location=location,
            storage_class=str(kind),
            created_us=moment,
            updated_us=moment,
            labels=_labels(body.get("labels")),
        )
        self._store.insert_bucket(bucket)
        return self._answer(bucket, request)

    async def get(self, request: Request, bucket: str) -> Response:
        """Answers a bucket."""
        return self._answer(self._wanted(request, bucket), request)

    async def patch(self, request: Request, bucket: str) -> Response:
        """Changes a bucket's labels; its location and class stay, as on Cloud Storage."""
        old = self._wanted(request, bucket)
        body = await json_of(request)
        if str(body.get("location", old.location)).upper() != old.location:
            raise InvalidError(f"The location of bucket {bucket} is {old.location}; it cannot be changed.")
        new = replace(
            old,
            labels=_labels(patched(dict(old.labels), _dict(body.get("labels")))),
            updated_us=self._store.now_us(),
            metageneration=old.metageneration + 1,
        )
        self._store.update_bucket(new)
        return self._answer(new, request)

    async def delete(self, request: Request, bucket: str) -> Response:
        """Removes an empty bucket."""
        self._wanted(request, bucket)
        self._store.delete_bucket(bucket)
        return Response(status_code=204)

    async def layout(self, _request: Request, bucket: str) -> Response:
        """Answers that names are flat: https://cloud.google.com/storage/docs/json_api/v1/buckets/getStorageLayout."""
        found = self._store.bucket(bucket)
        return JSONResponse(
            {
                "kind": "storage#storageLayout",
                "bucket": bucket,
                "location": found.location,
                "locationType": "multi-region" if found.location in MULTI_REGIONS else "region",
                "hierarchicalNamespace": {"enabled": False},
            }
        )

    async def policy(self, _request: Request, bucket: str) -> Response:
        """Answers who may do what: everybody on this machine may do all."""
        self._store.bucket(bucket)
        binding = {"role": "roles/storage.admin", "members": ["allUsers"]}
        answer = {"kind": "storage#policy", "version": 1, "etag": "CAE=", "bindings": [binding]}
        return JSONResponse({**answer, "resourceId": f"projects/_/buckets/{bucket}"})

    async def test_permissions(self, request: Request, bucket: str) -> Response:
        """Answers which of the permissions asked for the caller has, .../buckets/testIamPermissions."""
        self._store.bucket(bucket)
        asked = request.query_params.getlist("permissions")
        if not asked:
            raise RequiredError("Required parameter: permissions")
        wrong = [name for name in asked if not name.startswith("storage.")]
        if wrong:
            raise InvalidError(
                f"Invalid permission {wrong[0]!r}; use names such as 'storage.objects.create'."
            )
        return JSONResponse({"kind": "storage#testIamPermissionsResponse", "permissions": asked})

    def _wanted(self, request: Request, name: str) -> Bucket:
        found = self._store.bucket(name)
        query = request.query_params
        matches = "ifMetagenerationMatch"
        if matches in query and number(query, matches) != found.metageneration:
            raise PreconditionError("At least one of the pre-conditions you specified did not hold.")
        return found

    def _answer(self, bucket: Bucket, request: Request) -> Response:
        resource = of_bucket(bucket, base_of(request))
        content = json.dumps(select(resource, request.query_params.get("fields", "")))
        headers = {"etag": f"{bucket.metageneration:x}"}
        return Response(content, media_type="application/json; charset=UTF-8", headers=headers)


def _location(value: object) -> str:
    location = str(value).upper()
    if not location.replace("-", "").isalnum():
        raise InvalidError(
            f"The specified location constraint is not valid: {value!r}; use a region as 'US-CENTRAL1'."
        )
    return location


def _dict(value: object) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidError(f"Invalid value for labels: {value!r}; use an object.")
    return value


def _labels(value: object) -> dict[str, str]:
    return {name: str(label) for name, label in _dict(value).items()}
