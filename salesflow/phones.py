"""手机能连 (S24): under which addresses this installation is reached, what was tried, and what each lets people do.

The house tries its own addresses from within; whether a firewall lets somebody in can only be tried from outside, so a
phone scans a code: its page says on the phone what works, and tells it here (`tell`). A code holds half an hour.
"""

import datetime as dt
import ipaddress
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing

from core.models import Heartbeat

LIFE = dt.timedelta(minutes=30)
SALT, NAME = "salesflow.phones", "phone {host}"
WAIT = 0.5  # seconds for an own address to answer


@dataclass(frozen=True)
class Address:
    """One way in. `answers`: whether the house answers there from within (None: not tried); `reached_at`: the last
    time a phone came in by it."""

    url: str
    host: str
    secure: bool
    answers: bool | None
    reached_at: dt.datetime | None


def addresses_here():
    """The machine's own IPv4 addresses in its network, without loopback. Sends nothing."""
    found = set()
    with suppress(OSError):
        found |= {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with suppress(OSError), closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.connect(("192.0.2.1", 9))  # asks which address would be used
        found.add(probe.getsockname()[0])
    return sorted(one for one in found if not ipaddress.ip_address(one).is_loopback)


def local(port):
    """The Addresses of the office's own network at the port SalesFlow answers on."""
    return [_address(f"http://{host}:{port}", host, answers=_answers(host, port)) for host in addresses_here()]


def outside():
    """The Address that was given for the way from anywhere (SITE_URL), or None where it names this office alone."""
    parts = urlsplit(settings.SITE_URL)
    if not parts.hostname or is_inside(parts.hostname):
        return None
    return _address(settings.SITE_URL.rstrip("/"), parts.hostname, answers=None)


def is_inside(host):
    """Whether a host is known in the own network only: a private or loopback address, or a name without a dot."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".localhost"))


def is_safe(request):
    """HTTPS, or the machine itself: what a browser asks for to install a page and keep it without a connection."""
    return request.is_secure() or request.get_host().rpartition(":")[0] in ("localhost", "127.0.0.1", "[::1]")


def token(host, *, now):
    """What the code of one address carries: which host is tried, and since when."""
    return signing.dumps([host, int(now.timestamp())], salt=SALT, compress=False)


def read(text, *, now):
    """The host of a token while it holds, else None."""
    try:
        host, made = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return host if now.timestamp() - made <= LIFE.total_seconds() else None


def tell(host, *, secure, now):
    """A phone came in by this host."""
    Heartbeat.objects.update_or_create(
        name=NAME.format(host=host)[:40], defaults={"at": now, "data": {"secure": secure}}
    )


def any_reached():
    """Whether a phone ever came in: the third thing of an admin's first day (D54)."""
    return Heartbeat.objects.filter(name__startswith=NAME.format(host="")).exists()


def _address(url, host, *, answers):
    seen = Heartbeat.objects.filter(name=NAME.format(host=host)[:40]).first()
    return Address(url, host, url.startswith("https:"), answers, seen and seen.at)


def _answers(host, port):
    with closing(socket.socket(socket.AF_INET)) as probe:
        probe.settimeout(WAIT)
        return probe.connect_ex((host, port)) == 0
