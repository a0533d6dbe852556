"""The edge of the cloud: Google's token endpoints, and a bucket that wants their token."""

import json
import re
import time
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.plugins.json_handler import JsonHandler
from tests.plugins.loopback_server import LoopbackServer

IAM = re.compile(r"/v1/projects/-/serviceAccounts/(?P<account>[^:]+):(?P<method>\w+)")
STRANGER = {"error": {"code": 401, "message": "not for you"}}
DATASET = {"datasetReference": {"projectId": "project", "datasetId": "recsflow_staging"}, "location": "EU"}
ISSUER = "https://accounts.google.com"
KEY_ID = "the key of this start"
KEY_ACCOUNT = "airflow@project.iam.gserviceaccount.com"


class GoogleServer(LoopbackServer):
    """Hands out tokens that say for whom they are, and answers only to the right one.

    Attributes:
        url: Of all of it.
        lives_s: How long an identity token lives.
        clock_ahead_s: How far the cloud's clock is ahead of this machine's.
        certificates: What identity tokens are verified with, by the id of their key.
        handed_out: Each token: its kind, whose it is and for which audience, in order.
        texts: Their texts, which nobody else may see.
        asked: Path of each request for something else.
        accepted: Whose access token the bucket takes.
        refusal: Status of every answer of the bucket, and of IAM about permissions, if set.
        denied: Permissions that nobody has.
        refusal_of_identity: Status of every answer to who asks for an identity token, if set.
    """

    def __init__(self):
        self.lives_s = 3600
        self.clock_ahead_s = 0
        self.handed_out = []
        self.texts = []
        self.asked = []
        self.accepted = KEY_ACCOUNT
        self.denied = set()
        self.refusal = None
        self.refusal_of_identity = None
        self._signer, self._account_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self.certificates = {KEY_ID: self._signer.public_key()}
        super().__init__()

    def key(self):
        """A service account's key, as Google writes it."""
        private = self._account_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": "project",
            "private_key_id": "1",
            "private_key": private.decode(),
            "client_email": KEY_ACCOUNT,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }

    def token(self, form):
        """https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests"""
        claims = jwt.decode(
            parse_qs(form)["assertion"][0],
            self._account_key.public_key(),
            algorithms=["RS256"],
            audience="https://oauth2.googleapis.com/token",
            options={"verify_exp": False, "verify_iat": False},
        )
        account, audience = claims["iss"], claims.get("target_audience")
        if audience and self.refusal_of_identity:
            return self.refusal_of_identity, {"error": "refused"}
        if audience:
            return 200, {"id_token": self._identity_token(account, audience, with_email=True)}
        token = self._access_token(account)
        return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}

    def impersonate(self, account, method, body, bearer):
        """https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts"""
        is_identity = method == "generateIdToken"
        status = self.refusal_of_identity if is_identity else None
        if status or bearer != f"access {KEY_ACCOUNT}":
            return status or 403, {"error": {"code": status or 403, "message": "not allowed"}}
        if is_identity:
            with_email = body.get("includeEmail", False)
            return 200, {"token": self._identity_token(account, body["audience"], with_email=with_email)}
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return 200, {"accessToken": self._access_token(account), "expireTime": ends}

    def _access_token(self, account):
        self.handed_out.append(("access", account, None))
        return f"access {account}"

    def _identity_token(self, account, audience, *, with_email):
        self.handed_out.append(("identity", account, audience))
        now = int(time.time() + self.clock_ahead_s)
        claims = {"iss": ISSUER, "aud": audience, "sub": "1", "iat": now, "exp": now + self.lives_s}
        claims |= {"email": account, "email_verified": True} if with_email else {}
        token = jwt.encode(claims, self._signer, algorithm="RS256", headers={"kid": KEY_ID})
        self.texts.append(token)
        return token

    def serve(self, path, bearer):
        """Status and answer of everything but the tokens."""
        self.asked.append(path)
        if self.refusal and "/storage/" in path:
            return self.refusal, {"error": {"code": self.refusal, "message": "not for you"}}
        if path.startswith("/download/storage/"):
            return (200, "rows") if bearer == f"access {self.accepted}" else (401, {"error": {"code": 401}})
        if path.startswith("/bigquery/"):
            return (200, DATASET) if _who(bearer) == self.accepted else (401, STRANGER)
        if path.startswith("/v1/"):
            return (200, {}) if _who(bearer) == self.accepted else (401, STRANGER)
        return 404, {}

    def _handler(self):
        server = self

        class Handler(JsonHandler):
            def do_GET(self):
                bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                self._answer(*server.serve(self.path, bearer))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                if self.path.endswith(":testIamPermissions") and server.refusal:
                    self._answer(server.refusal, {"error": {"message": "not for you"}})
                elif self.path.endswith(":testIamPermissions"):
                    asked = json.loads(body)["permissions"]
                    self._answer(200, {"permissions": [each for each in asked if each not in server.denied]})
                elif self.path == "/token":
                    self._answer(*server.token(body))
                elif match := IAM.match(self.path):
                    self._answer(
                        *server.impersonate(**match.groupdict(), body=json.loads(body), bearer=bearer)
                    )
                else:
                    self._answer(*server.serve(self.path, bearer))

        return Handler


def _who(bearer):
    """Whose token it is; that of a key may be signed by its owner: https://google.aip.dev/auth/4111."""
    if bearer.count(".") == 2 and " " not in bearer:
        return jwt.decode(bearer, options={"verify_signature": False})["iss"]
    return bearer.removeprefix("access ")
