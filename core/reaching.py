"""Links that are handed to somebody else: they must not name this computer as it calls itself."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


def address_for_others(request, path):
    """The full address of `path` as another device opens it. Whoever sits at the computer that SalesFlow runs on sees
    it as 127.0.0.1 or localhost; a link made there would lead a colleague's phone to itself. So it carries the first
    address of the office's network that SalesFlow answers to (run.py --office lists them in ALLOWED_HOSTS), where
    there is one; else the address the request came by."""
    address = request.build_absolute_uri(path)
    parts = urlsplit(address)
    if parts.hostname != "localhost" and not _is(parts.hostname, loopback=True):
        return address
    known = next((host for host in settings.ALLOWED_HOSTS if _is(host, loopback=False)), None)
    if known is None:
        return address
    return parts._replace(netloc=f"{known}:{parts.port}" if parts.port else known).geturl()


def _is(host, *, loopback):
    try:
        one = ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return one.is_loopback == loopback and not one.is_unspecified
