"""Posting to an address somebody typed, without reaching anything inside (B44).

Only https on port 443, only the hosts of the chat tools (settings.ROBOT_HOSTS), only where the name leads outside; that
is looked up again at each sending and the connection goes to the very address that was looked at. No redirect is
followed, no proxy is used, nothing waits longer than SECONDS for the other side, and what comes back is never shown.
"""

import http.client
import ipaddress
import json
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

SECONDS = 8
MOST = 65_536  # bytes read of an answer

WORDS = {
    "shape": _("The address must begin with https:// and have no port, name or password in it."),
    "host": _("This is not the address of a group robot of this chat tool."),
    "unlisted": _("The host of the address is not on the list of allowed hosts."),
    "inside": _("The address leads into an internal network."),
    "unknown": _("The host of the address was not found."),
    "silent": _("The chat tool did not answer in time."),
    "redirect": _("The chat tool answered with a redirect, which is not followed."),
    "unreadable": _("The chat tool answered something unreadable."),
    "status": _("The chat tool answered with error %(code)s."),
    "refused": _("The chat tool refused the message (code %(code)s)."),
}

OF_A_PROGRAM = WORDS | {  # the same of one that is no chat tool
    "silent": _("The other side did not answer in time."),
    "redirect": _("The other side answered with a redirect, which is not followed."),
    "status": _("The other side answered with error %(code)s."),
}


class Unsendable(Exception):
    """Not sent. `reason` is one of WORDS, with a number where it has one; it names no address, so it may be kept."""

    def __init__(self, reason, code=""):
        super().__init__(reason)
        self.reason = f"{reason} {code}".strip()

    @property
    def words(self):
        return words_of(self.reason)


def words_of(reason, words=WORDS):
    """The sentence for what Unsendable.reason kept."""
    name, _space, code = reason.partition(" ")
    return str(words[name]) % {"code": code} if name in words else ""


def check(kind, address):
    """Raise Unsendable for an address that may not be kept or used; returns its parts."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme == "https" and parts.port in (None, 443) and parts.username is None
    except ValueError:
        plain = False
    if not plain or any(character <= " " or character == "\\" for character in address):
        raise Unsendable("shape")
    if parts.hostname not in settings.ROBOT_HOSTS.get(kind, ()):
        raise Unsendable("host")
    return parts


def outside(host, *, resolve=socket.getaddrinfo):
    """The address to connect to. Raises Unsendable when the name leads inside, with any of its addresses."""
    try:
        found = [row[4][0] for row in resolve(host, 443, family=socket.AF_INET, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise Unsendable("unknown")
    for text in found:
        number = ipaddress.ip_address(text)
        if not number.is_global or number.is_multicast:
            raise Unsendable("inside")
    return found[0]


class Pinned(http.client.HTTPSConnection):
    """A connection to a known number, with the certificate of the name."""

    def __init__(self, host, number):
        super().__init__(host, 443, timeout=SECONDS, context=ssl.create_default_context())
        self.number = number

    def connect(self):
        plain = socket.create_connection((self.number, self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def post(kind, address, body, *, resolve=socket.getaddrinfo, connect=Pinned):
    """Send `body` as JSON; returns the JSON object of the answer. Raises Unsendable."""
    parts = check(kind, address)
    connection = connect(parts.hostname, outside(parts.hostname, resolve=resolve))
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.request(
            "POST",
            target,
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=utf-8", "User-Agent": "SalesFlow"},
        )
        answer = connection.getresponse()
        text = answer.read(MOST)
    except (OSError, http.client.HTTPException, UnicodeError):
        raise Unsendable("silent") from None
    finally:
        connection.close()
    if 300 <= answer.status < 400:
        raise Unsendable("redirect")
    if answer.status != 200:
        raise Unsendable("status", answer.status)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unsendable("unreadable")
    return found
