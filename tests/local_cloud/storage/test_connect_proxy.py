"""The proxy for clients that know Google's names only."""

import http.server
import re
import socket
import ssl
import threading
from pathlib import Path

import certifi
import pytest
from cryptography import x509

from tests.local_cloud.storage.conftest import BUCKET

pytestmark = pytest.mark.emulator


def connected(server, target: str) -> tuple[socket.socket, bytes]:
    """Returns a connection through the proxy, and what it answered."""
    through = socket.create_connection(("127.0.0.1", server.ports[1]))
    through.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    return through, through.recv(4096)


def ask(server, name: str, request: str) -> bytes:
    through, _ = connected(server, f"{name}:443")
    context = ssl.create_default_context(cafile=server.environment["CURL_CA_BUNDLE"])
    with context.wrap_socket(through, server_hostname=name) as encrypted:
        encrypted.sendall(request.encode())
        return b"".join(iter(lambda: encrypted.recv(65536), b""))


@pytest.mark.parametrize("name", ["storage.googleapis.com", "www.googleapis.com"])
def test_it_answers_for_the_names_of_cloud_storage_with_a_certificate_that_the_bundle_trusts(
    storage_server, name
):
    storage_server.put("through%2Ftls", b"content")
    read = ask(
        storage_server,
        name,
        f"GET /{BUCKET}/through/tls HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n",
    )
    assert read.startswith(b"HTTP/1.1 200")
    assert read.endswith(b"content")
    begun = ask(
        storage_server,
        name,
        f"POST /upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name=x HTTP/1.1\r\nHost: {name}\r\n"
        "Transfer-Encoding: identity\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    )
    assert f"Location: https://{name}/upload/".encode() in begun


@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example", "bigquery.googleapis.com"])
def test_behind_it_other_hosts_are_refused(storage_server, host):
    request = f"GET /{BUCKET}/x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert ask(storage_server, "www.googleapis.com", request).startswith(b"HTTP/1.1 403")


def test_connections_to_others_are_passed_on_unchanged(storage_server):
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.handle_request, daemon=True).start()
        through, answer = connected(storage_server, f"127.0.0.1:{other.server_port}")
        assert answer.startswith(b"HTTP/1.1 200")
        with through:
            through.sendall(b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"Server: SimpleHTTP" in through.recv(4096)


def test_what_it_cannot_reach_and_what_is_no_connect_are_one_sentence(storage_server):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        through, answer = connected(storage_server, f"127.0.0.1:{port}")
        through.close()
    assert answer.startswith(b"HTTP/1.1 502")
    assert f"127.0.0.1:{port} cannot be reached from this machine".encode() in answer
    with socket.create_connection(("127.0.0.1", storage_server.ports[1])) as plain:
        plain.sendall(b"GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n")
        assert b"answers CONNECT host:port only" in plain.recv(4096)


def test_the_bundle_trusts_what_it_did_before_and_the_new_authority_for_two_names_only(storage_server):
    trusted = certificates(Path(storage_server.environment["CURL_CA_BUNDLE"]))
    # The machine's own roots may be others than the usual ones, which they include.
    assert len(set(trusted) & set(certificates(Path(certifi.where())))) > 100
    (pem,) = certificates(Path(storage_server.component_environment["CURL_CA_BUNDLE"]))
    assert pem == trusted[-1]
    authority = x509.load_pem_x509_certificate(pem)
    names = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    assert {name.value for name in names} == {"storage.googleapis.com", "www.googleapis.com"}


def certificates(bundle: Path) -> list[bytes]:
    """As they are written, since not every root can be read by the book."""
    return re.findall(
        rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", bundle.read_bytes(), re.DOTALL
    )
