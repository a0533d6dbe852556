"""The certificate by which clients that know Google's names only trust this machine.

An authority of its own signs one certificate and is gone: its key is never written. It may speak for the two
names of Cloud Storage alone, so that who adds it to the usual roots trusts it for nothing else. Written
again when it nears its end.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOSTS = ("storage.googleapis.com", "www.googleapis.com")
LIFE = timedelta(days=365)
RENEWED_BEFORE_END = timedelta(days=30)
# Where this machine's own roots are, should it have others than the usual ones.
ROOT_VARIABLES = ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True)
class CertificateFiles:
    """Where they are.

    Attributes:
        folder: for this user alone.
    """

    folder: Path

    @property
    def chain(self) -> Path:
        """The server's certificate and the authority's."""
        return self.folder / "server.pem"

    @property
    def key(self) -> Path:
        """The server's private key."""
        return self.folder / "server.key"

    @property
    def bundle(self) -> Path:
        """The usual roots and the authority: what clients trust."""
        return self.folder / "ca-bundle.pem"

    @property
    def authority(self) -> Path:
        """The authority alone."""
        return self.folder / "authority.pem"


def ensure_certificate(files: CertificateFiles) -> None:
    """Writes certificate, key and what to trust, unless those that are there hold for another month."""
    files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _holds(files):
        _write_new(files)
    authority = files.chain.read_text().partition("-----END CERTIFICATE-----\n")[2]
    _write(files.authority, authority.encode())
    _write(files.bundle, f"{_usual_roots(files.bundle)}\n{authority}".encode())


def _holds(files: CertificateFiles) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(files.chain.read_bytes())
        return files.key.exists() and certificate.not_valid_after_utc - RENEWED_BEFORE_END > datetime.now(UTC)
    except (FileNotFoundError, ValueError):
        return False


def _write_new(files: CertificateFiles) -> None:
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "recsflow local cloud")])
    names = [x509.DNSName(host) for host in HOSTS]
    usage = {
        **dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment"), False),
        **dict.fromkeys(("key_agreement", "encipher_only", "decipher_only"), False),
    }
    authority = (
        _builder(authority_name, authority_name, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=names, excluded_subtrees=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .sign(authority_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    server = (
        _builder(subject, authority_name, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **usage), critical=True
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write(
        files.key,
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(files.chain, server.public_bytes(pem) + authority.public_bytes(pem))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock may be behind by a little.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usual_roots(own: Path) -> str:
    """Returns this machine's roots: its own bundle where a variable names one, else certifi's."""
    for variable in ROOT_VARIABLES:
        bundle = Path(os.environ.get(variable) or "/dev/null")
        # Who starts the server may have our bundle set already.
        if bundle.is_file() and bundle.resolve() != own.resolve():
            return bundle.read_text()
    return Path(certifi.where()).read_text()


def _write(path: Path, content: bytes) -> None:
    """Writes a file for this user alone, which is never half there."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    unfinished.replace(path)
