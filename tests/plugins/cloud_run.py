"""What is before a service on Cloud Run: it lets a request through by a right identity token only.

https://cloud.google.com/run/docs/authenticating/service-to-service
https://cloud.google.com/iap/docs/authentication-howto
"""

from datetime import timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import jwt

from tests.plugins.loopback_server import LoopbackServer

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
PAGE = """
<html><head>
<meta http-equiv="content-type" content="text/html;charset=utf-8">
<title>{status} {reason}</title>
</head>
<body text=#000000 bgcolor=#ffffff>
<h1>Error: {reason}</h1>
<h2>{words}</h2>
<h2></h2>
</body></html>
"""
REFUSALS = {
    401: ("Unauthorized", "Your client does not have permission to the requested URL <code>{path}</code>."),
    403: (
        "Forbidden",
        "Your client does not have permission to get URL <code>{path}</code> from this server.",
    ),
}
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "date", "server", "content-length"}


class CloudRun(LoopbackServer):
    """The address of a service that only some accounts may call.

    Args:
        google: Whose tokens it takes, and whose clock it has.
        service: Address of what is behind it.

    Attributes:
        url: Where it listens.
        audiences: For whom a token may be.
        invokers: Accounts that have roles/run.invoker, or roles/iap.httpsResourceAccessor.
        is_iap: Whether it is IAP that answers, instead of IAM.
        answers: Status of each answer, in order.
        callers: Whose each request was that went through.
        elsewhere: Where it sends everybody, if set.
    """

    def __init__(self, google, service):
        self.audiences, self.invokers = set(), set()
        self.is_iap = False
        self.answers, self.callers = [], []
        self.elsewhere = None
        self.certificates = dict(google.certificates)
        self._google = google
        self._service = urlsplit(service)
        super().__init__()

    def judge(self, method, authorization):
        """Status of a refusal and its words, or None and who called."""
        kind, _, token = (authorization or "").partition(" ")
        if not token:
            redirected = self.is_iap and method == "GET"
            return (302 if redirected else 401 if self.is_iap else 403), "empty token"
        try:
            claims = self._claims(token) if kind == "Bearer" else {}
        except jwt.InvalidAudienceError:
            return 401, "Invalid JWT audience."
        except jwt.InvalidTokenError:
            return 401, "JWT signature is invalid"
        account = claims.get("email") if claims.get("email_verified") else None
        return (None, account) if account in self.invokers else (403, "not allowed")

    def _claims(self, token):
        key = self.certificates.get(jwt.get_unverified_header(token).get("kid"))
        if key is None:
            raise jwt.InvalidSignatureError
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=self.audiences,
            issuer=ISSUERS,
            leeway=timedelta(seconds=-self._google.clock_ahead_s),
            options={"require": ["exp", "iat", "aud", "iss"], "verify_iat": False},
        )

    def refuse(self, status, path, words):
        """Headers and body of a refusal, as Google's own look."""
        if self.is_iap:
            told = {"x-goog-iap-generated-response": "true", "Content-Type": "text/html"}
            return told, f"Invalid IAP credentials: {words}"
        reason, sentence = REFUSALS[status]
        page = PAGE.format(status=status, reason=reason, words=sentence.format(path=path))
        told = {"Content-Type": "text/html; charset=UTF-8"}
        if status == 401:
            words = 'error="invalid_token" error_description="The access token could not be verified"'
            told["WWW-Authenticate"] = f"Bearer {words}"
        return told, page

    def forward(self, method, path, headers, body):
        """Status, headers and body of the service's answer."""
        connection = HTTPConnection(self._service.hostname, self._service.port)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            kept = {
                name: value for name, value in answer.getheaders() if name.lower() not in OF_ONE_CONNECTION
            }
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    def _handler(self):
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if front.elsewhere:
                    return self._answer(307, {"Location": f"{front.elsewhere}{self.path}"}, b"")
                refused, words = front.judge(self.command, self.headers.get("Authorization"))
                if refused:
                    headers, page = front.refuse(refused, self.path, words)
                    return self._answer(refused, headers, page.encode())
                front.callers.append(words)
                # What is behind it cannot use the token again.
                unsigned = f"{self.headers['Authorization'].rpartition('.')[0]}.SIGNATURE_REMOVED_BY_GOOGLE"
                headers = {**dict(self.headers.items()), "Authorization": unsigned}
                return self._answer(*front.forward(self.command, self.path, headers, body))

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

            def _answer(self, status, headers, body):
                front.answers.append(status)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
