"""What components alone read about Cloud Storage, and about the account that they call it as."""

from local_cloud.settings import HOST, LocalSettings


def component_environment(settings: LocalSettings) -> dict[str, str]:
    """Returns what components have in place of what everybody has.

    TensorFlow reads the file of trusted authorities anew for each request, 145 of them in 9 ms of CPU, and
    clears a block for each file that it reads, 64 MB in 35 ms. Requests, which would read the first variable
    too, has one of its own. Vertex AI's machines have a metadata server, and so have components here.
    """
    metadata_server = f"{HOST}:{settings.port('vertex')}"
    trusted = settings.storage_root / "tls"
    return {
        "CURL_CA_BUNDLE": str(trusted / "authority.pem"),
        "REQUESTS_CA_BUNDLE": str(trusted / "ca-bundle.pem"),
        "GCS_READ_CACHE_BLOCK_SIZE_MB": "16",
        "NO_GCE_CHECK": "false",
        "GCE_METADATA_HOST": metadata_server,
        "GCE_METADATA_IP": metadata_server,
    }
