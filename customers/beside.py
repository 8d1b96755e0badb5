"""What a manager does beside the owner of a customer, from the team home (S10): remind him, or come along.

A reminder is one sentence, once a day about one thing to one person; a manager who comes along is a helper (D2), and
the owner hears of it. Who may hand the customer over may do both (accounts/rights.py).
"""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rights
from activity.models import Event, Notification
from activity.recording import notify, record
from core.errors import NotAllowed, Refused
from core.periods import day_start, today, zone
from customers.models import Customer

NUDGED = "customers.nudged"
MOST = 40  # reminders of one person a day: beyond it nobody reads them


def nudge(subject, person, text, *, customer=None, by, now):
    """Send `person` the sentence `text` about a customer, a deal of `customer`, or (subject is the person) his own
    list. Refused when he was reminded of it today already, by whomever, and beyond MOST a day. Returns the Event."""
    if not (rights.may_assign(by, customer) if customer else rights.may_enter_for(by, person)):
        raise NotAllowed
    if person.pk == by.pk:
        raise Refused(_("This is yours: nobody needs to remind you."))
    on = today(now)
    with transaction.atomic():
        type(subject)._base_manager.select_for_update().filter(pk=subject.pk).values_list("pk").first()
        rows = Notification.objects.about(subject).filter(kind=NUDGED, recipient=person, at__gte=day_start(on))
        if before := rows.select_related("event__by").first():
            words = _("%(who)s reminded %(name)s of this today at %(time)s. Once a day is enough.")
            at = before.at.astimezone(zone())
            raise Refused(words % {"who": before.event.by, "name": person.name, "time": f"{at:%H:%M}"})
        if Event.objects.filter(verb=NUDGED, by=by, at__gte=day_start(on)).count() >= MOST:
            raise Refused(_("That is enough reminders for one day. Talk to them instead."))
        event = record(
            NUDGED, subject, by=by, at=now, about=customer, name=customer.name if customer else person.name,
            who=person.name, text=text.strip()[:200],
        )
        kind = ContentType.objects.get_for_model(subject).model
        notify(
            NUDGED, subject, tell=[person], by=by, at=now, event=event, act=True,
            key=f"nudge {kind} {subject.pk} {on}", **event.data,
        )
    return event


def nudged_today(subjects, on):
    """{(model, id)} of what somebody was reminded of on the company day `on`. One query."""
    rows = Notification.objects.filter(kind=NUDGED, at__gte=day_start(on), subject_id__in=[one.pk for one in subjects])
    found = set(rows.values_list("subject_type", "subject_id"))
    models = ContentType.objects.get_for_models(*{type(one) for one in subjects})
    kinds = {kind.pk: model for model, kind in models.items()}
    return {(kinds[type_id], pk) for type_id, pk in found if type_id in kinds}


def come_along(customer, *, by, now):
    """`by` helps at the customer from now on, and its owner hears, with the next step. Refused when he does already."""
    if not rights.may_assign(by, customer) or not by.sells:
        raise NotAllowed
    with transaction.atomic():
        Customer._base_manager.select_for_update().filter(pk=customer.pk).values_list("pk").first()
        if customer.owner_id == by.pk or customer.helpers.filter(user=by).exists():
            raise Refused(_("You are part of this already."))
        customer.helpers.create(user=by, added_by=by)
        step = customer.steps.filter(closed_at=None, kind="ours").order_by("due_on", "id").first()
        data = {"name": customer.name}
        if step:
            data |= {"step": step.text, "on": step.due_on.isoformat()}
        return record(
            "customers.joined", customer, by=by, at=now, about=customer, tell=[customer.owner], **data,
        )
