"""Undo of an import among deals: moves are voided, made deals go, changed fields go back (7 days)."""

import datetime as dt

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError

from activity.models import Event
from core.errors import Refused
from customers.transferring import BACK
from exchange.taking_back import made, was_set
from pipeline import actions, facts, importing_own, risks
from pipeline.handing import change_deals
from pipeline.models import Deal, KeyAction, Risk
from pipeline.undoing import undo_move

AT_ONCE = 500  # deals that go in one statement
MOVED = ("pipeline.moved", "pipeline.won", "pipeline.lost")


def deals_back(batch, run):
    _moves_back(batch, run)
    _fields_back(batch, run)
    importing_own.back(run)
    lines = KeyAction.objects.filter(at=batch.done_at, by=batch.owner, voided_at=None)
    actions.void_lines(list(lines.values_list("pk", flat=True)), now=run.now)
    mine = Risk.objects.filter(opened_at=batch.done_at, opened_by=batch.owner, closed_at=None)
    risks.close_many(list(mine.select_related("deal", "type")), by=run.by, now=run.now)
    _delete_made(batch, run)


def _moves_back(batch, run):
    wanted = {pk for pk, fields in was_set(run, "pipeline.deal").items() if "stage" in fields}
    events = Event.objects.filter(verb__in=MOVED, at=batch.done_at, subject_id__in=wanted, by=batch.owner)
    for event in events.order_by("pk"):
        try:
            with transaction.atomic():
                undo_move(event, by=run.by, now=run.now)
        except Refused:
            run.keep(Deal.objects.select_related("customer").get(pk=event.subject_id))


def _fields_back(batch, run):
    wanted = was_set(run, "pipeline.deal")
    for deal in Deal.objects.filter(pk__in=wanted).select_related("customer", "rep", "owner"):
        values = {}
        for name, (old, new) in wanted[deal.pk].items():
            field = deal._meta.get_field(name)
            if name == "stage":
                continue
            if str(getattr(deal, field.attname)) != str(new):
                run.keep(deal)
            elif field.is_relation:
                values[name] = field.related_model._base_manager.filter(pk=old).first() if old else None
            else:
                values[name] = None if old is None else field.to_python(old)
        if values:
            change_deals([(deal, values)], by=run.by, now=run.now, how=BACK)
            facts.push({deal.customer_id})


def _delete_made(batch, run):
    """Every deal this batch opened, with its customer or beside others, unless somebody touched it since."""
    after = dt.datetime.fromisoformat(batch.mapping["finished"])
    mine = list(Deal.objects.filter(batch=batch).select_related("customer"))
    mine += list(Deal.objects.filter(pk__in=made(run, "pipeline.deal")).exclude(batch=batch).select_related("customer"))
    touched = set(Deal.history.filter(id__in=[d.pk for d in mine], history_date__gt=after).values_list("id", flat=True))
    touched |= set(KeyAction.objects.filter(deal__in=mine, at__gt=after).values_list("deal", flat=True))
    customers, kind = {deal.customer_id for deal in mine}, ContentType.objects.get_for_model(Deal)
    opened = Event.objects.filter(verb="pipeline.opened", subject_type=kind, undone_at=None)
    for deal in mine:
        if deal.pk in touched:
            run.keep(deal)
    free = [deal for deal in mine if deal.pk not in touched]
    for start in range(0, len(free), AT_ONCE):
        _delete(free[start : start + AT_ONCE], opened, run)
    if customers:
        facts.push(customers)


def _delete(deals, opened, run):
    """These deals at once; where something holds one of them, such as a request about it, one by one."""
    keys = [deal.pk for deal in deals]
    try:
        with transaction.atomic():
            opened.filter(subject_id__in=keys).update(undone_at=run.now, undone_by=run.by)
            Deal.objects.filter(pk__in=keys).delete()
    except ProtectedError:
        if len(deals) == 1:
            run.keep(deals[0])
            return
        for deal in deals:
            _delete([deal], opened, run)
