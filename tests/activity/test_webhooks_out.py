"""Outgoing webhooks: what is told, signed by whom, to which hosts, tried again how often; and what is never reached."""

import datetime as dt
import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from accounts import switches
from activity import outgoing
from activity.models import Delivery, Event, Webhook
from activity.webhooks import Unsendable
from salesflow import hooks
from tests.cast import confirm, key, make_customer, make_log

HOST = "hooks.example.com"


class Other:
    """The other program: what it was sent, and what it answers."""

    def __init__(self, *statuses):
        self.statuses, self.seen, self.numbers = list(statuses), [], []

    def connect(self, host, number):
        self.numbers.append((host, number))
        return self

    def request(self, method, target, text, headers):
        self.seen.append((target, text, headers))

    def getresponse(self):
        self.status = self.statuses.pop(0) if self.statuses else 200
        if self.status == "silent":
            raise TimeoutError
        return self

    def close(self):
        pass

    @property
    def bodies(self):
        return [json.loads(text) for _target, text, _headers in self.seen]


def outside(host, port, **kwargs):
    return [(2, 1, 6, "", ("93.184.216.34", port))]


@pytest.fixture
def hook(cast):
    switches.set("webhook_hosts", [HOST], by=cast.ada, now=timezone.now())
    return Webhook.objects.create(
        name="ERP", address=f"https://{HOST}/in?x=1", secret="secret", events=["customer.created", "follow_up.logged"]
    )


def tell(other, now, resolve=outside):
    return hooks.tell(now=now, resolve=resolve, connect=other.connect)


def test_what_happened_is_told_once_signed_and_by_ids_alone(cast, hook):
    now, other = timezone.now(), Other()
    one = make_customer(cast.alice, name="星澜科技")
    make_log(one)
    assert tell(other, now + dt.timedelta(seconds=1)) == {"told": 2, "failed": 0}
    assert tell(other, now + dt.timedelta(minutes=1)) == {"told": 0, "failed": 0}
    assert [(body["event"], body["data"]["customer"], body["data"]["by"]) for body in other.bodies] == [
        ("customer.created", one.pk, cast.alice.pk), ("follow_up.logged", one.pk, cast.alice.pk),
    ]  # fmt: skip
    target, text, headers = other.seen[0]
    stamp, sign = (part.partition("=")[2] for part in headers["X-SalesFlow-Signature"].split(","))
    proof = hmac.new(b"secret", f"{stamp}.".encode() + text, hashlib.sha256).hexdigest()
    assert (target, sign, int(stamp)) == ("/in?x=1", proof, int((now + dt.timedelta(seconds=1)).timestamp()))
    assert "星澜" not in text.decode() and "李强" not in text.decode()
    Webhook.objects.update(names=True)
    make_log(one)
    tell(other, now + dt.timedelta(minutes=2))
    assert (other.bodies[-1]["data"]["customer_name"], other.bodies[-1]["data"]["by_name"]) == ("星澜科技", "李强")


def test_what_was_not_asked_for_or_is_off_or_old_is_not_told(cast, hook):
    one, now, other = make_customer(cast.alice), timezone.now(), Other()
    Webhook.objects.update(events=["deal.won"])
    assert tell(other, now)["told"] == 0
    Webhook.objects.update(events=["customer.created"], is_on=False)
    assert tell(other, now)["told"] == 0
    Webhook.objects.update(is_on=True, mark=Event.objects.order_by("-pk").first().pk)  # made after it happened
    assert tell(other, now)["told"] == 0 and one.pk
    late = Event.objects.order_by("pk").first()  # of a transaction that ended after others: looked at again
    Webhook.objects.update(mark=late.pk - 1)
    assert tell(other, now + dt.timedelta(seconds=1))["told"] == 1


@pytest.mark.proves("REL18")
def test_it_is_tried_six_times_with_the_same_key_and_then_given_up(cast, hook, client_of):
    make_customer(cast.alice)
    now, other = timezone.now(), Other(*[500, "silent", 302, 404, 429, 500])
    waits = [0, 30, 120, 600, 3600, 6 * 3600]
    for n, seconds in enumerate(waits, start=1):
        now += dt.timedelta(seconds=seconds + 1)
        assert tell(other, now) == {"told": 0, "failed": 1}
        assert tell(other, now) == {"told": 0, "failed": 0}, "not again before its time"
        assert Delivery.objects.get().tries == n
    row = Delivery.objects.get()
    assert row.is_given_up and row.error == "status 500"
    assert len({headers["X-SalesFlow-Delivery"] for _target, _text, headers in other.seen}) == 1
    ada = confirm(client_of(cast.ada))
    page = ada.get(f"/setup/webhooks/{hook.pk}").content.decode()
    assert "given up" in page and f"/setup/webhooks/deliveries/{row.pk}/again" in page
    assert ada.post(f"/setup/webhooks/deliveries/{row.pk}/again", {"key": key()}).status_code == 302
    assert tell(other, timezone.now() + dt.timedelta(seconds=1))["told"] == 1
    assert Delivery.objects.get().arrived_at


def test_a_dead_one_holds_up_no_other(cast, hook):
    Webhook.objects.create(name="BI", address=f"https://{HOST}/bi", secret="s", events=["customer.created"])
    make_customer(cast.alice, name="甲")
    make_customer(cast.bob, name="乙")
    other = Other("silent")
    assert tell(other, timezone.now() + dt.timedelta(seconds=1)) == {"told": 2, "failed": 1}


@pytest.mark.proves("B44")
@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "192.168.1.2", "100.64.0.1", "0.0.0.0"])
def test_nothing_inside_is_reached_whatever_a_name_says_later(cast, hook, settings, number):
    """Rebinding: what was looked at is what is connected to, and it is looked at each time."""
    make_customer(cast.alice)
    now, other = timezone.now() + dt.timedelta(seconds=1), Other()
    both = lambda host, port, **kwargs: [*outside(host, port), (2, 1, 6, "", (number, port))]  # noqa: E731
    assert tell(other, now, both) == {"told": 0, "failed": 1}
    assert other.numbers == [] and Delivery.objects.get().error == "inside"
    settings.WEBHOOK_INSIDE = [HOST]
    inside = lambda host, port, **kwargs: [(2, 1, 6, "", (number, port))]  # noqa: E731
    assert tell(other, now + dt.timedelta(minutes=1), inside)["told"] == 1
    assert other.numbers == [(HOST, number)]


@pytest.mark.proves("B44")
@pytest.mark.parametrize(("address", "why"), [
    (f"http://{HOST}/", "shape"), (f"https://{HOST}:8443/", "shape"), (f"https://a@{HOST}/", "shape"),
    ("https://other.example.com/", "unlisted"), (f"https://{HOST}.evil.example/", "unlisted"),
    ("https://127.0.0.1/", "unlisted"), (f"https://{HOST}\\@evil.example/", "shape"),
])  # fmt: skip
def test_only_listed_hosts_at_save_and_at_send(cast, hook, client_of, address, why):
    with pytest.raises(Unsendable) as problem:
        outgoing.check(address, [HOST])
    assert problem.value.reason == why
    ada = confirm(client_of(cast.ada))
    form = {"name": "x", "address": address, "events": "deal.won", "is_on": "on", "key": key()}
    assert ada.post("/setup/webhooks/new", form).status_code == 422
    make_customer(cast.alice)
    Webhook.objects.update(address=address)
    assert tell(Other(), timezone.now() + dt.timedelta(seconds=1))["failed"] == 1


def test_setup_shows_the_secret_once_and_tells_a_test(cast, client_of):
    ada = confirm(client_of(cast.ada))
    assert client_of(cast.ada).get("/setup/webhooks/new")["Location"].startswith("/confirm")
    assert ada.post("/setup/webhooks/hosts", {"hosts": "http://x", "key": key()}).status_code == 422
    assert ada.post("/setup/webhooks/hosts", {"hosts": HOST, "key": key()}).status_code == 302
    form = {"name": "ERP", "address": f"https://{HOST}/", "events": ["deal.won"], "is_on": "on", "key": key()}
    made = ada.post("/setup/webhooks/new", form).content.decode()
    hook = Webhook.objects.get()
    assert hook.secret in made and hook.secret not in ada.get(f"/setup/webhooks/{hook.pk}").content.decode()
    stale = {**form, "name": "ERP 2", "version": hook.version, "key": key()}
    assert ada.post(f"/setup/webhooks/{hook.pk}", stale)["Location"] == "/setup/webhooks"
    assert ada.post(f"/setup/webhooks/{hook.pk}", stale | {"key": key()}).status_code == 409
    assert ada.post(f"/setup/webhooks/{hook.pk}/test", {"key": key()}).status_code == 302
    other = Other()
    assert tell(other, timezone.now() + dt.timedelta(seconds=1))["told"] == 1
    assert (other.bodies[0]["event"], other.bodies[0]["data"]) == ("test", {})
    assert ada.post(f"/setup/webhooks/{hook.pk}/remove", {"key": key()}).status_code == 302
    assert not Webhook.objects.exists() and not Delivery.objects.exists()
