"""Identity tokens of the machine's account, signed by a key that is made when the first one is asked for.

https://cloud.google.com/compute/docs/instances/verifying-instance-identity
"""

import time
from datetime import UTC, datetime, timedelta
from functools import cache
from zlib import crc32

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

from local_cloud.settings import PROJECT, SERVICE_ACCOUNT

ISSUER = "https://accounts.google.com"
LIFE_S = 3600
# Google's accounts have numbers as names, by which what is said of them stays true where one is made again.
SUBJECT = str(crc32(SERVICE_ACCOUNT.encode()))
INSTANCE = {"project_id": PROJECT, "project_number": 0, "zone": "us-central1-a", "instance_id": "0"}
INSTANCE |= {"instance_name": "local", "instance_creation_timestamp": 0, "instance_confidentiality": 0}


def identity_token(audience: str, *, is_full: bool) -> str:
    """Returns a token for one service.

    Args:
        audience: the service.
        is_full: whether it tells of the machine, and the email of its account.
    """
    now = int(time.time())
    claims: dict[str, object] = {"aud": audience, "azp": SUBJECT, "sub": SUBJECT, "iss": ISSUER}
    claims |= {"iat": now, "exp": now + LIFE_S}
    if is_full:
        claims |= {"email": SERVICE_ACCOUNT, "email_verified": True, "google": {"compute_engine": INSTANCE}}
    token: bytes = jwt.encode(_signer(), claims)
    return token.decode()


def certificates() -> dict[str, str]:
    """Returns what tokens are verified with, by the id of their key, as Google's oauth2/v1/certs does."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "recsflow local cloud")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=14))
        .sign(_key(), hashes.SHA256())
    )
    return {_signer().key_id: certificate.public_bytes(serialization.Encoding.PEM).decode()}


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _signer() -> crypt.RSASigner:
    pem = _key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer: crypt.RSASigner = crypt.RSASigner.from_string(pem, key_id=f"{crc32(pem):08x}")
    return signer
