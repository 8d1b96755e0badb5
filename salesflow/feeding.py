"""A person's own calendar as RFC 5545 text: open next steps and requests promised by him; no phone numbers (Q10)."""

import datetime as dt
import re

import icalendar
from django.urls import reverse
from django.utils.translation import gettext as _

from collaboration.models import CollaborationRequest
from core.periods import at
from customers.models import NextStep

MOST = 500
LENGTH = dt.timedelta(hours=1)  # of a step with a time of day, when it is no visit
NUMBER = re.compile(r"\+?\d(?:[\s\-–()]?\d){6,}")


def calendar_of(user, *, now, base, visit_hours=2):
    """The feed as bytes. `base` is the address of this installation; everything goes through the person's gate now."""
    found = icalendar.Calendar()
    found.add("prodid", "-//SalesFlow//next steps//")
    found.add("version", "2.0")
    found.add("x-wr-calname", "SalesFlow")
    steps = NextStep.objects.visible_to(user).open().filter(owner=user, kind=NextStep.Kind.OURS)
    for step in steps.select_related("customer").order_by("due_on", "due_time", "pk")[:MOST]:
        found.add_component(_step(step, now=now, base=base, visit_hours=visit_hours))
    asked = CollaborationRequest.objects.visible_to(user).open().filter(person=user, promised_on__isnull=False)
    for request in asked.order_by("promised_on", "number")[:MOST]:
        found.add_component(_event(
            f"request-{request.pk}", request.promised_on, f"{request.code} {request.title}", now=now,
            url=base + reverse("collaboration:page", args=[request.number]),
        ))
    return found.to_ical()


def _step(step, *, now, base, visit_hours):
    title = _("%(customer)s: %(text)s") % {"customer": step.customer.name, "text": step.text or _("next step")}
    event = _event(
        f"step-{step.pk}", step.due_on, title, now=now, url=base + reverse("customer", args=[step.customer_id]),
        time=step.due_time, length=dt.timedelta(hours=visit_hours) if step.is_visit else LENGTH,
    )
    if step.repeat == "weekly":
        rule = {"freq": "weekly"}
        if step.until:
            end = at(step.until, dt.time(23, 59)).astimezone(dt.UTC) if step.due_time else step.until
            rule["until"] = end
        event.add("rrule", rule)
    return event


def _event(uid, day, title, *, now, url, time=None, length=LENGTH):
    event = icalendar.Event()
    event.add("uid", f"{uid}@salesflow")
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("summary", NUMBER.sub("***", title))
    event.add("url", url)
    if time is None:
        event.add("dtstart", day)
        event.add("dtend", day + dt.timedelta(days=1))
    else:
        start = at(day, time).astimezone(dt.UTC)
        event.add("dtstart", start)
        event.add("dtend", start + length)
    return event
