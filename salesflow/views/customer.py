"""/customers/<id>: everything about one customer on one page, ready to act (S5). The roof owns it: it shows stage path
and timeline of several floors at first paint; deals and requests load as panels of their own."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts import rights, switches
from accounts.readers import Reader
from core.periods import today
from core.text import mask_phone, mask_words
from customers import choices
from customers.custom import own_values
from customers.drawing import date_words
from customers.merging import survivor
from customers.models import Customer
from customers.neighbours import neighbours
from customers.staleness import Rule, state_of, sum_of, words_of
from exchange.defined import held, load
from pipeline.path import path_of
from pipeline.playbooks import Playbooks
from salesflow import ofcustomer
from salesflow.timeline import timeline

TABS = ("", "logs", "deal", "requests", "files")


@held()
def page(request, pk):
    now, show = timezone.now(), request.GET.get("show", "")
    reader = Reader.of(request.user)
    customer = next(iter(ofcustomer.seen(reader, pk)), None)
    if customer is None:
        visible = Customer.objects.visible_to(request.user)
        return redirect("customer", get_object_or_404(visible, pk=survivor(pk, request.user)).pk)
    show = show if show in TABS else ""
    lines, more = timeline(
        customer, request.user, now=now, choices=choices.load(), show=show, after=request.GET.get("after", "")
    )
    context = {"customer": customer, "lines": lines, "more": more, "show": show}
    if request.GET.get("after") and request.htmx:
        return render(request, "customers/_timeline_more.html", context)
    context |= _head(customer, request.user, now) | _people(customer, reader) | _deal(request, customer)
    if (came_from := request.GET.get("in")) is not None:
        request.on, request.rule = today(now), Rule.load()
        context["beside"] = neighbours(request, Customer.objects.visible_to(request.user), pk, came_from)
    return render(request, "customers/page.html", context)


def _head(customer, user, now):
    on, rule = today(now), Rule.load()
    quiet = state_of(customer, on, rule)
    return {
        "steps": list(ofcustomer.steps(customer.pk)), "quiet": quiet,
        "quiet_words": words_of(quiet, date=date_words), "quiet_sum": sum_of(quiet, date=date_words),
        "ago": (on - customer.last_contact_on).days if customer.last_contact_on else None,
        "logs": next(iter(ofcustomer.logs(customer.pk)), 0), "tags": Customer.Tag.choices,
        "may_assign": rights.may_assign(user, customer), "may_archive": rights.may_archive(user, customer),
        "pool_on": switches.get("pool"), "may_merge": rights.may_merge(user, customer), "own": own_values(customer),
        "own_tables": load().tables,
    }


def _people(customer, reader):
    """Contacts with phone, mail and WeChat as this person sees them (D6), and the helpers."""
    user = reader.person
    sees = rights.sees_phone(user, customer)
    contacts = list(ofcustomer.contacts(customer.pk))
    for contact in contacts:
        full = sees == "full"
        contact.shown = contact.phone if full else mask_phone(contact.phone)
        contact.shown_email = contact.email if full else mask_words(contact.email)
        contact.shown_wechat = contact.wechat if full else mask_words(contact.wechat)
    may_help = customer.owner_id == user.pk or rights.may_assign(user, customer)
    return {
        "contacts": contacts, "sees": sees, "main": next(iter(contacts), None), "may_help": may_help,
        "helpers": list(ofcustomer.helpers(customer.pk)),
        "colleagues": ofcustomer.colleagues(reader, customer.owner_id or 0) if may_help else [],
    }


def _deal(request, customer):
    """The stage path of the deal chosen, by default the newest open one. Who sees a customer sees its deals (D2)."""
    deals, stages = list(ofcustomer.deals(customer.pk)), Playbooks.load().stages
    kinds = {deal.pk: stages[deal.stage_id].kind for deal in deals}
    deals.sort(key=lambda deal: (kinds[deal.pk] != "open", kinds[deal.pk] == "lost", -deal.pk))
    asked = request.GET.get("deal")
    deal = next((one for one in deals if str(one.pk) == asked), deals[0] if deals else None)
    return {"deals": deals, "deal": deal, "nodes": path_of(deal) if deal else []}

