"""Two records of one company become one, keeping all history (S28). Sockets above move their rows."""

from django.db import transaction
from django.utils.translation import gettext as _

from activity.models import Event
from activity.recording import record
from core.changing import change
from core.errors import Refused
from customers import facts
from customers.models import Contact, Customer, CustomerHelper, FollowUp, Need, NextStep, Owed, TagChange
from customers.searching import index_again
from customers.tagging import is_raise, set_tags

FILLED = ["industry", "size_text", "staff_min", "staff_max", "revenue", "source", "address", "website", "grade"]
_functions = []


def on_merge(function):
    """Socket: function(keep, drop, *, by, now) moves what hangs on `drop` from above (deals, requests) to `keep`."""
    if function not in _functions:
        _functions.append(function)
    return function


def merge(keep, drop, *, by, now):
    """Everything of `drop` goes to `keep`; empty fields of `keep` are filled; `drop` stays as a pointer, seen by
    nobody. Both must be fetched through the gate and the caller must have asked for the right on both."""
    if keep.pk == drop.pk or drop.merged_into_id or keep.merged_into_id:
        raise Refused(_("These two customers are one already."))
    with transaction.atomic():
        list(Customer._base_manager.select_for_update().filter(pk__in=[keep.pk, drop.pk]).order_by("pk"))
        for model in (FollowUp, Need, NextStep, Owed, TagChange):
            model._base_manager.filter(customer=drop).update(customer=keep)
        contacts = Contact._base_manager.filter(customer=drop)
        for contact in contacts:
            change(contact, by=by, customer=keep, is_main=contact.is_main and not keep.contacts.exists())
        known = keep.helpers.values_list("user", flat=True)
        CustomerHelper.objects.filter(customer=drop).exclude(user__in=list(known)).update(customer=keep)
        Event.objects.about_customer(drop).update(about_customer_id=keep.pk)
        missing = {name: getattr(drop, name) for name in FILLED if not getattr(keep, name) and getattr(drop, name)}
        change(keep, by=by, **missing)
        if is_raise(keep.tag, drop.tag):
            set_tags([(keep, drop.tag)], by=by, now=now)
        change(drop, by=by, merged_into=keep)
        for function in _functions:
            function(keep, drop, by=by, now=now)
        keep.refresh_from_db()
        facts.refresh_talks([keep])
        facts.refresh_steps([keep])
        index_again([keep])
        drop.grams.all().delete()
        record("customers.merged", keep, by=by, at=now, about=keep, name=drop.name, into=keep.name)
    return keep
