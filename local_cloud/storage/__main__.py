"""Runs the storage server: `python -m local_cloud.storage`, as `python -m local_cloud start` does."""

import argparse
import asyncio
import contextlib
import os
import ssl
from pathlib import Path

import uvicorn

from local_cloud.http_guard import LoopbackGuard
from local_cloud.settings import BUCKET, HOST, LOCATION, PROJECT, LocalSettings
from local_cloud.storage.app import StorageApp
from local_cloud.storage.certificates import HOSTS, CertificateFiles, ensure_certificate
from local_cloud.storage.connect_proxy import ConnectProxy
from local_cloud.storage.http_protocol import StorageHttpProtocol
from local_cloud.storage.records import Bucket
from local_cloud.storage.store import Store


def main() -> None:
    """Serves until told to end."""
    settings = LocalSettings.from_environment()
    parser = argparse.ArgumentParser(prog="python -m local_cloud.storage", description=__doc__)
    parser.add_argument("--folder", type=Path, default=settings.storage_root, help="where buckets are kept")
    parser.add_argument("--port", type=int, default=settings.port("storage"))
    parser.add_argument("--proxy-port", type=int, default=settings.port("storage_proxy"))
    parser.add_argument(
        "--bucket", action="append", help="made where it is not there; may come several times"
    )
    parser.add_argument("--location", default=LOCATION, help="of buckets that are made")
    options = parser.parse_args()
    # What is stored is for this user alone.
    os.umask(0o077)
    store = Store(options.folder)
    try:
        _make_buckets(store, options.bucket or [BUCKET], options.location)
        certificate = CertificateFiles(options.folder / "tls")
        ensure_certificate(certificate)
        with contextlib.suppress(KeyboardInterrupt):
            _run(StorageApp(store), certificate, options.port, options.proxy_port)
    finally:
        store.close()


def _make_buckets(store: Store, names: list[str], location: str) -> None:
    existing = {bucket.name for bucket in store.buckets(PROJECT, "")}
    for name in set(names) - existing:
        now = store.now_us()
        store.insert_bucket(Bucket(name, PROJECT, location.upper(), "STANDARD", now, now))


def _run(app: StorageApp, certificate: CertificateFiles, port: int, proxy_port: int) -> None:
    plain, behind_tls = (
        uvicorn.Config(
            guarded,
            HOST,
            port,
            http=StorageHttpProtocol,
            log_level="warning",
            access_log=False,
            lifespan="off",
        )
        for guarded in (LoopbackGuard(app), LoopbackGuard(app, hosts=HOSTS, scheme="https"))
    )
    server, loop_factory = uvicorn.Server(plain), plain.get_loop_factory()

    async def serve() -> None:
        behind_tls.load()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate.chain, certificate.key)
        tls.set_alpn_protocols(["http/1.1"])

        def new_protocol() -> asyncio.Protocol:
            return StorageHttpProtocol(behind_tls, server.server_state, {})

        proxy = ConnectProxy(new_protocol, tls, _other_proxy(proxy_port))
        loop = asyncio.get_running_loop()
        async with await loop.create_server(proxy.connection, HOST, proxy_port):
            await server.serve()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve())


def _other_proxy(own_port: int) -> str:
    """Returns the proxy that this machine had before; who starts the server may have ours set already."""
    address = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY") or ""
    return "" if address.rstrip("/") == f"http://{HOST}:{own_port}" else address


if __name__ == "__main__":
    main()
