"""Telling other programs: a signed POST of JSON to an address an admin entered, without reaching anything inside.

Only https on port 443, only hosts of the list, only where the name leads outside unless the machine's own settings name
the host (WEBHOOK_INSIDE); looked up at each sending, and the connection goes to the very address that was looked at.
No redirect is followed; what comes back is not kept.

    X-SalesFlow-Signature: t=1767225600,v1=hex of HMAC-SHA256(secret, "1767225600." + body)
"""

import datetime as dt
import hashlib
import hmac
import http.client
import json
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from activity.models import Delivery
from activity.webhooks import Pinned, Unsendable, outside

BACKOFF = [dt.timedelta(seconds=s) for s in (30, 120, 600, 3600, 6 * 3600)]  # after the 1st … 5th failure
TRIES = len(BACKOFF) + 1
KEPT = dt.timedelta(days=30)


def check(address, hosts):
    """The parts of an address that may be kept and used. Raises Unsendable."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme == "https" and parts.port in (None, 443) and parts.username is None
    except ValueError:
        plain = False
    if not plain or any(character <= " " or character == "\\" for character in address):
        raise Unsendable("shape")
    if parts.hostname not in hosts:
        raise Unsendable("unlisted")
    return parts


def number_of(host, *, resolve):
    """Where to connect. Raises Unsendable when the name leads inside and the machine's settings do not name it."""
    if host not in settings.WEBHOOK_INSIDE:
        return outside(host, resolve=resolve)
    try:
        return resolve(host, 443, family=socket.AF_INET, type=socket.SOCK_STREAM)[0][4][0]
    except (OSError, UnicodeError, IndexError):
        raise Unsendable("unknown") from None


def signature(secret, stamp, text):
    return hmac.new(secret.encode(), f"{stamp}.".encode() + text, hashlib.sha256).hexdigest()


def post(hook, body, *, key, now, hosts, resolve=socket.getaddrinfo, connect=Pinned):
    """Send one; done when the other side answers 2xx. Raises Unsendable."""
    parts = check(hook.address, hosts)
    connection = connect(parts.hostname, number_of(parts.hostname, resolve=resolve))
    text, stamp = json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder).encode(), int(now.timestamp())
    headers = {
        "Content-Type": "application/json", "User-Agent": "SalesFlow", "X-SalesFlow-Delivery": str(key),
        "X-SalesFlow-Signature": f"t={stamp},v1={signature(hook.secret, stamp, text)}",
    }  # fmt: skip
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", text, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, UnicodeError):
        raise Unsendable("silent") from None
    finally:
        connection.close()
    if 300 <= status < 400:
        raise Unsendable("redirect")
    if not 200 <= status < 300:
        raise Unsendable("status", status)


def send(delivery, body, *, now, hosts, **how):
    """One try of a delivery that is due: by one worker alone, by conditional update. True when it arrived."""
    mine = Delivery.objects.filter(pk=delivery.pk, tries=delivery.tries, due_at__lte=now)
    tries = delivery.tries + 1
    later = now + BACKOFF[tries - 1] if tries < TRIES else None
    if mine.update(tries=tries, due_at=later) != 1:
        return False
    try:
        post(delivery.hook, body, key=delivery.key, now=now, hosts=hosts, **how)
    except Unsendable as problem:
        Delivery.objects.filter(pk=delivery.pk).update(error=problem.reason)
        return False
    Delivery.objects.filter(pk=delivery.pk).update(arrived_at=now, due_at=None, error="")
    return True


def again(delivery, *, now):
    """One that was given up starts over, at once."""
    Delivery.objects.filter(pk=delivery.pk, due_at=None, arrived_at=None).update(tries=0, due_at=now)


def clear(*, now):
    """What was told a month ago is forgotten."""
    Delivery.objects.filter(made_at__lt=now - KEPT).delete()
