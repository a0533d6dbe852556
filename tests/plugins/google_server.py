"""The edge of the cloud: Google's token endpoints, a bucket and an MLflow server that want their token."""

import base64
import json
import re
import threading
import time
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.plugins.json_handler import JsonHandler

IAM = re.compile(r"/v1/projects/-/serviceAccounts/(?P<account>[^:]+):(?P<method>\w+)")
STRANGER = {"error": {"code": 401, "message": "not for you"}}
DATASET = {"datasetReference": {"projectId": "project", "datasetId": "recsflow_staging"}, "location": "EU"}
KEY_ACCOUNT = "airflow@project.iam.gserviceaccount.com"


class GoogleServer:
    """Hands out tokens that say for whom they are, and answers only to the right one.

    Attributes:
        url: Of all of it.
        lives_s: How long an identity token lives.
        handed_out: Each token: its kind, whose it is and for which audience, in order.
        asked: Path of each request for something else.
        accepted: Whose access token the bucket takes.
        refusal: Status of every answer of the bucket, and of IAM about permissions, if set.
        denied: Permissions that nobody has.
        tracker_audience: For which audience MLflow takes identity tokens.
    """

    def __init__(self):
        self.lives_s = 3600
        self.handed_out = []
        self.asked = []
        self.accepted = KEY_ACCOUNT
        self.denied = set()
        self.refusal = None
        self.tracker_audience = "https://mlflow.example.com"
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def key(self):
        """A service account's key, as Google writes it."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
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
        claims = _claims(parse_qs(form)["assertion"][0])
        account, audience = claims["iss"], claims.get("target_audience")
        if audience:
            return {"id_token": self._identity_token(account, audience)}
        return {"access_token": self._access_token(account), "expires_in": 3600, "token_type": "Bearer"}

    def impersonate(self, account, method, body, bearer):
        """https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts"""
        if bearer != f"access {KEY_ACCOUNT}":
            return None
        if method == "generateIdToken":
            return {"token": self._identity_token(account, body["audience"])}
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return {"accessToken": self._access_token(account), "expireTime": ends}

    def _access_token(self, account):
        self.handed_out.append(("access", account, None))
        return f"access {account}"

    def _identity_token(self, account, audience):
        self.handed_out.append(("identity", account, audience))
        now = int(time.time())
        claims = {"aud": audience, "email": account, "iat": now, "exp": now + self.lives_s}
        return ".".join(_encoded(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims, {}))

    def serve(self, path, bearer):
        """Status and answer of the bucket and of MLflow."""
        self.asked.append(path)
        if self.refusal and "/storage/" in path:
            return self.refusal, {"error": {"code": self.refusal, "message": "not for you"}}
        if path.startswith("/download/storage/"):
            return (200, "rows") if bearer == f"access {self.accepted}" else (401, {"error": {"code": 401}})
        if path.startswith("/bigquery/"):
            return (200, DATASET) if _who(bearer) == self.accepted else (401, STRANGER)
        if path.startswith("/v1/"):
            return (200, {}) if _who(bearer) == self.accepted else (401, STRANGER)
        if path.startswith("/api/2.0/mlflow/"):
            claims = _claims(bearer) if bearer.count(".") == 2 else {}
            right = claims.get("aud") == self.tracker_audience and claims["exp"] > time.time()
            return (200, {"experiments": []}) if right else (401, "<html>Sign in</html>")
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
                    self._answer(200, server.token(body))
                elif match := IAM.match(self.path):
                    made = server.impersonate(match["account"], match["method"], json.loads(body), bearer)
                    self._answer(*((200, made) if made else (403, {"error": {"message": "not allowed"}})))
                else:
                    self._answer(*server.serve(self.path, bearer))

        return Handler


def _who(bearer):
    """Whose token it is; that of a key may be signed by its owner: https://google.aip.dev/auth/4111."""
    return (
        _claims(bearer)["iss"]
        if bearer.count(".") == 2 and " " not in bearer
        else bearer.removeprefix("access ")
    )


def _encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
