"""A company's directory on loopback: OpenID Connect as it is written, small. It answers for whom it is told of."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT, SECRET = "salesflow", "directory-secret-" + "x" * 20


class Directory:
    def __init__(self):
        self.who, self.codes, self.refused = {}, {}, []
        directory = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                self.answer(directory.get(urlsplit(self.path).path, self.headers))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(directory.token({name: values[0] for name, values in parse_qs(body).items()}))

            def answer(self, found):
                self.send_response(200 if found else 400)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(found or {"error": "invalid_grant"}).encode())

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def get(self, path, headers):
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks", "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }  # fmt: skip
        if path == "/userinfo" and headers.get("Authorization") == "Bearer access":
            return self.who
        return None

    def agree(self, address):
        """Somebody was led here and said yes: the query he comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?") and asked["client_id"] == CLIENT
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, sent):
        asked = self.codes.pop(sent.get("code"), None)  # once
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fits = asked and sent.get("client_secret") == SECRET and proof == asked["code_challenge"]
        if not fits or sent["redirect_uri"] != asked["redirect_uri"]:
            self.refused.append(sent)
            return None
        said = {"iss": self.url, "aud": CLIENT, "exp": time.time() + 60, "iat": time.time(), **self.who}
        return {"access_token": "access", "token_type": "Bearer", "id_token": jwt.encode(said, "k" * 32, "HS256")}
