"""A chat tool on this machine: what it is sent, and what it answers. Robots reach it only by the test's connection."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC = "203.0.114.9"


class ChatTool:
    """Use as a context; `answers` is (status, headers, bytes), `got` the bodies with their paths."""

    def __init__(self, body=b'{"errcode": 0}', status=200, headers=()):
        tool, self.got = self, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                text = self.rfile.read(int(self.headers["Content-Length"]))
                tool.got.append((self.path, json.loads(text)))
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                tool.got.append((self.path, "GET"))
                self.send_error(500)

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *problem):
        self.server.shutdown()
        self.server.server_close()

    def connect(self, host, number):
        """In the place of webhooks.Pinned: to here, whatever public number the host has."""
        assert number == PUBLIC
        return http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=3)

    @property
    def how(self):
        return {"connect": self.connect, "resolve": leads_to(PUBLIC)}


def leads_to(*numbers):
    """A look-up of names that knows one answer."""

    def resolve(host, port, **how):
        return [(2, 1, 6, "", (number, port)) for number in numbers]

    return resolve
