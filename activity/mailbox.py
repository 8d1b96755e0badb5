"""The mailbox that takes answers: settings.MAILBOX_URL, read over IMAP.

    imaps://user:password@imap.exmail.qq.com:993/INBOX        TLS from the first byte
    imap://user:password@127.0.0.1:1143/INBOX                 STARTTLS; without it only to this machine

User and password are percent-encoded as in every address. Mail is read without marking it (BODY.PEEK) and marked as
seen once it was dealt with, so that a crash means a second look, never a loss.
"""

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from core.jobs import JobProblem

TIMEOUT = 20  # seconds
MOST = 100  # messages a run
LARGEST = 30 * 1024 * 1024  # bytes of a message: a file of 20 MB as mail writes it
HERE = ("127.0.0.1", "localhost", "::1")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Mailbox:
    """An open folder: the numbers of unseen messages, their bytes, and the mark that they were dealt with."""

    def __init__(self, client):
        self.client = client

    def unseen(self):
        """The oldest first, at most MOST."""
        _answer, found = self.client.uid("SEARCH", None, "UNSEEN")
        return [number.decode() for number in (found[0] or b"").split()][:MOST]

    def read(self, number):
        """The bytes of a message; None when it is larger than any we take."""
        size = SIZE.search(_joined(self.client.uid("FETCH", number, "(RFC822.SIZE)")[1]))
        if size and int(size[1]) > LARGEST:
            return None
        _answer, found = self.client.uid("FETCH", number, "(BODY.PEEK[])")
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def dealt_with(self, number):
        self.client.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")


@contextmanager
def opened(address):
    """The Mailbox of an address. Raises JobProblem with words that hold neither user nor password."""
    try:
        where = urlsplit(address)
        client = _connect(where)
    except (OSError, ValueError, imaplib.IMAP4.error) as problem:
        raise JobProblem(_("The mailbox cannot be reached: {why}").format(why=type(problem).__name__)) from None
    try:
        try:
            client.login(unquote(where.username or ""), unquote(where.password or ""))
            if "ID" in client.capabilities:  # some houses (163.com) let in only who says his name
                client.xatom("ID", '("name" "SalesFlow" "version" "1")')
            answer, _found = client.select(unquote(where.path.strip("/")) or "INBOX")
        except imaplib.IMAP4.error:
            raise JobProblem(_("The mailbox does not let us in.")) from None
        if answer != "OK":
            raise JobProblem(_("The mailbox has no such folder."))
        yield Mailbox(client)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            client.logout()


def _connect(where):
    if where.scheme == "imaps":
        safe = ssl.create_default_context()
        return imaplib.IMAP4_SSL(where.hostname, where.port or 993, ssl_context=safe, timeout=TIMEOUT)
    if where.scheme != "imap" or not where.hostname:
        raise ValueError("imaps:// or imap://")
    client = imaplib.IMAP4(where.hostname, where.port or 143, timeout=TIMEOUT)
    if "STARTTLS" in client.capabilities:
        client.starttls(ssl.create_default_context())
    elif where.hostname not in HERE:
        client.shutdown()
        raise ValueError("no TLS")
    return client


def _joined(found):
    return b" ".join(part if isinstance(part, bytes) else b" ".join(part) for part in found if part)
