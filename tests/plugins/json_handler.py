"""What answers in JSON for a service at the cloud's edge."""

import json
from http.server import BaseHTTPRequestHandler


class JsonHandler(BaseHTTPRequestHandler):
    """Answers a message as JSON, a text as it is, and logs nothing."""

    def _answer(self, status, message):
        is_text = isinstance(message, str)
        data = (message if is_text else json.dumps(message)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if is_text else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass
