"""Jobs and models read and write buckets of their own region."""

from collections.abc import Callable

from local_cloud.vertex.artifacts import BUCKET_SCHEME, bucket_location
from local_cloud.vertex.errors import FailedPreconditionError, NotFoundError

# Multi-regions and the beginnings of the regions in them: https://cloud.google.com/storage/docs/locations
MULTI_REGIONS = {"us": ("us-",), "eu": ("europe-",), "asia": ("asia-",)}


def check_bucket_region(
    uri: str, region: str, place: str, location_of: Callable[[str], str | None] = bucket_location
) -> None:
    """Refuses a bucket of another region than the service's; a multi-region has its regions.

    Create the bucket in the region where the pipelines run
    (https://cloud.google.com/vertex-ai/docs/pipelines/configure-project#storage).
    """
    if not uri.startswith(BUCKET_SCHEME):
        return
    found = location_of(uri)
    if found is None:
        raise NotFoundError(f"{place} is {uri!r}, whose bucket does not exist; create it in {region}.")
    found = found.lower()
    if found != region and not region.startswith(MULTI_REGIONS.get(found, ("\0",))):
        raise FailedPreconditionError(
            f"The Cloud Storage bucket of `{uri}` is in location `{found}`. It must be in the same regional "
            f"location as the service location `{region}`."
        )
