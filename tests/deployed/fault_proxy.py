"""A proxy between the functions and AWS that lets a bucket be unavailable for a while: LocalStack enforces no permissions, so
nothing in it can take one away."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UNAVAILABLE = b"<Error><Code>ServiceUnavailable</Code><Message>by a test</Message></Error>"


class FaultProxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.port_behind = None
        self.unavailable = None
        self.refused = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def before(self, port):
        self.port_behind = port

    def handle_error(self, request, client_address):
        """A function that is stopped leaves connections behind; that is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket = self.server.unavailable
        if bucket and self.path.startswith(f"/{bucket}"):
            self.server.refused += 1
            return self.answer(503, [("Content-Type", "application/xml")], UNAVAILABLE)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port_behind, timeout=120)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            return self.answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward

    def answer(self, status, headers, body):
        self.send_response_only(status)
        length = str(len(body))
        for name, value in headers:
            match name.lower():
                case "transfer-encoding" | "connection":
                    continue
                case "content-length":
                    # Of a HEAD the length is the object's.
                    length = value
                case _:
                    self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body)
