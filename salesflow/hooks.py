"""What other programs are told as it happens: which events, and what stands in a body (activity/outgoing.py sends it).

A minute's job looks at the events since the last look, writes a delivery for each a webhook wants, and sends what is
due. An event is written in the transaction of its deed, which may end minutes after another that began later: so the
last LATE minutes are looked at again each time; a delivery is there once.
"""

import datetime as dt
import time

from django.utils.translation import gettext_lazy as _

from accounts import switches
from activity import outgoing
from activity.models import Delivery, Event, Webhook
from customers.models import Customer

LATE = dt.timedelta(minutes=15)
SECONDS, MOST = 120, 500  # of one run, and of one look

EVENTS = {  # name: (verbs, what its subject is called, words)
    "customer.created": (("customers.created",), "customer", _("A customer was created")),
    "follow_up.logged": (("customers.logged",), "follow_up", _("A follow-up was logged")),
    "deal.moved": (("pipeline.moved",), "deal", _("A deal changed its stage")),
    "deal.won": (("pipeline.won",), "deal", _("A deal was won")),
    "deal.lost": (("pipeline.lost",), "deal", _("A deal was lost")),
    "request.raised": (("collaboration.raised",), "request", _("A request was raised")),
    "request.settled": (
        tuple(f"collaboration.{verb}" for verb in ("confirmed", "approved", "refused", "withdrawn", "closed")),
        "request", _("A request was settled"),
    ),
}  # fmt: skip
NAMED = {verb: name for name, (verbs, _kind, _words) in EVENTS.items() for verb in verbs}


def verbs_of(hook):
    return [verb for name in hook.events if name in EVENTS for verb in EVENTS[name][0]]


def look(hook, *, now):
    """Deliveries for what happened since the last look. Returns how many events there were."""
    rows = Event.objects.filter(pk__gt=hook.mark, verb__in=verbs_of(hook)).order_by("pk")
    found = list(rows[:MOST])
    due = [Delivery(hook=hook, event=event, made_at=now, due_at=now) for event in found]
    Delivery.objects.bulk_create(due, ignore_conflicts=True)
    settled = [event.pk for event in found if event.at < now - LATE]
    if settled:
        Webhook.objects.filter(pk=hook.pk).update(mark=settled[-1])
    return len(found)


def body_of(delivery):
    """Ids; names beside them where the webhook is set so."""
    event = delivery.event
    if event is None:
        return {"id": str(delivery.key), "event": "test", "at": delivery.made_at, "data": {}}
    name = NAMED[event.verb]
    kind, subject = EVENTS[name][1], event.subject
    data = {"type": kind, "id": event.subject_id, "customer": event.about_customer_id, "by": event.by_id}
    if kind == "request":
        data["number"] = subject.number if subject else None
    if delivery.hook.names:
        customer = Customer.objects.filter(pk=event.about_customer_id).first() if event.about_customer_id else None
        data |= {"customer_name": customer.name if customer else None, "by_name": event.by.name if event.by else None}
    return {"id": str(delivery.key), "event": name, "at": event.at, "data": data}


def tell(*, now, **how):
    """Look, and send what is due; a webhook that does not take one waits with the rest of its own until the next run,
    so that a dead one holds up no other."""
    told, failed, started, hosts = 0, 0, time.monotonic(), None
    for hook in Webhook.objects.filter(is_on=True).order_by("pk"):
        hosts = switches.get("webhook_hosts") if hosts is None else hosts
        look(hook, now=now)
        due = hook.deliveries.filter(due_at__lte=now).select_related("event__by", "hook").order_by("due_at", "pk")
        for delivery in due[:MOST]:
            if time.monotonic() - started > SECONDS:
                break
            if not outgoing.send(delivery, body_of(delivery), now=now, hosts=hosts, **how):
                failed += 1
                break
            told += 1
    outgoing.clear(now=now)
    return {"told": told, "failed": failed}
