"""Undo of an import among customers: what it made and nobody touched goes, what it changed goes back (7 days)."""

import datetime as dt

from django.db import transaction
from django.db.models import ProtectedError, Q

from core.changing import change_each
from customers import facts
from customers.models import Contact, Customer, FollowUp, NextStep, TableRow, TagChange
from customers.searching import index_again
from customers.tagging import void_tag_changes
from customers.transferring import BACK, record_assigned
from exchange.ownforms import patched
from exchange.taking_back import made, was_set

OWNER = {"owner": "owner_id"}
CUSTOM = "custom."  # before the slug of a custom field, where it stands among others


def finished(batch):
    return dt.datetime.fromisoformat(batch.mapping["finished"])


def touched_since(model, pks, batch):
    """Which of these have a field history newer than the import."""
    return set(model.history.filter(id__in=pks, history_date__gt=finished(batch)).values_list("id", flat=True))


def follow_ups_back(batch, run):
    """Follow-ups are voided, not deleted: they leave every figure. Edited or commented ones stay, by name."""
    mine = list(
        FollowUp.objects.filter(pk__in=made(run, "customers.followup"), voided_at=None).select_related("customer")
    )
    kept = set(
        FollowUp.objects.filter(pk__in=[f.pk for f in mine])
        .filter(Q(edited_at__isnull=False) | Q(comments__isnull=False) | Q(corrections__isnull=False))
        .values_list("pk", flat=True)
    )
    for follow_up in mine:
        if follow_up.pk in kept:
            run.keep(follow_up)
    gone = [follow_up for follow_up in mine if follow_up.pk not in kept]
    FollowUp.objects.filter(pk__in=[f.pk for f in gone]).update(voided_at=run.now)
    steps = NextStep.objects.filter(batch=batch, follow_up__in=gone, moved_count=0)
    steps.filter(Q(closed_at=None) | Q(closed_at=batch.done_at)).delete()
    customers = facts.unique([follow_up.customer for follow_up in gone])
    if customers:
        facts.refresh_talks(customers)
        facts.refresh_steps(customers)
    run.shared["kept logs"] = {follow_up.customer_id for follow_up in mine if follow_up.pk in kept}


def tags_back(batch, run):
    wanted = was_set(run, "customers.tag")
    rows = TagChange.objects.filter(customer_id__in=wanted, recorded_at=batch.done_at, why="import", voided_at=None)
    rows = list(rows.select_related("customer"))
    stay = {r.customer_id for r in rows if r.customer.tag != wanted[r.customer_id]["tag"][1]}
    for row in rows:
        if row.customer_id in stay:
            run.keep(row.customer)
    void_tag_changes([row for row in rows if row.customer_id not in stay], by=run.by, now=run.now)


def customers_back(batch, run):
    _fields_back(Contact, "customers.contact", run)
    _fields_back(Customer, "customers.customer", run)
    _contacts_back(batch, run)
    _delete_made(batch, run)


def _fields_back(model, label, run):
    """Each field that still has the value the import gave it gets its old one; others stay, by name."""
    wanted, back = was_set(run, label), []
    for obj in model._base_manager.filter(pk__in=wanted):
        values, patch = {}, {}
        for field, (old, new) in wanted[obj.pk].items():
            if field.startswith(CUSTOM):
                slug = field.removeprefix(CUSTOM)
                if obj.custom.get(slug) == new:
                    patch[slug] = old
                else:
                    run.keep(obj)
                continue
            attname = OWNER.get(field, field)
            if str(getattr(obj, attname)) == str(new):
                values[attname] = old if old is not None or attname.endswith("_id") else None
            else:
                run.keep(obj)
        if patch:
            values["custom"] = patched(obj.custom, patch)
        if values:
            back.append((obj, _typed(model, values)))
    handed = {obj.pk: obj.owner_id for obj, values in back if "owner_id" in values}
    change_each(
        [
            (obj, {name.removesuffix("_id") if name == "owner_id" else name: value for name, value in v.items()})
            for obj, v in back
        ],
        by=run.by,
    )
    hands = [obj for obj, _values in back if obj.pk in handed]
    record_assigned(hands, handed, by=run.by, now=run.now, how=BACK)
    if searched := [obj for obj, values in back if "custom" in values]:
        index_again(searched)


def _typed(model, values):
    typed = {name: model._meta.get_field(name).to_python(value) for name, value in values.items() if name != "owner_id"}
    if "owner_id" in values:
        user = Customer._meta.get_field("owner").related_model
        typed["owner_id"] = user._base_manager.filter(pk=values["owner_id"]).first()
    return typed


def _contacts_back(batch, run):
    mine = made(run, "customers.contact")
    touched = touched_since(Contact, mine, batch)
    used = set(FollowUp.objects.filter(contact__in=mine, voided_at=None).values_list("contact", flat=True))
    gone = Contact.objects.filter(pk__in=set(mine) - touched - used)
    for contact in Contact.objects.filter(pk__in=(touched | used) & set(mine)):
        run.keep(contact)
    customers = list(Customer._base_manager.filter(contacts__in=gone).distinct())
    gone.delete()
    if customers:
        index_again(customers)


def _delete_made(batch, run):
    mine = set(made(run, "customers.customer"))
    if not mine:
        return
    touched = touched_since(Customer, mine, batch) | run.shared.get("kept logs", set())
    touched |= set(
        Contact.history.filter(customer_id__in=mine, history_date__gt=finished(batch)).values_list(
            "customer_id", flat=True
        )
    )
    touched |= set(FollowUp.objects.filter(customer__in=mine, voided_at=None).values_list("customer", flat=True))
    touched |= set(NextStep.objects.filter(customer__in=mine).exclude(batch=batch).values_list("customer", flat=True))
    touched |= set(TableRow.objects.filter(customer__in=mine, removed_at=None).values_list("customer", flat=True))
    for customer in Customer._base_manager.filter(pk__in=mine & touched):
        run.keep(customer)
    rest = list(Customer._base_manager.filter(pk__in=mine - touched))
    try:
        with transaction.atomic():
            Customer._base_manager.filter(pk__in=[customer.pk for customer in rest]).delete()
    except ProtectedError:
        for customer in rest:
            try:
                with transaction.atomic():
                    customer.delete()
            except ProtectedError:  # somebody built on it: a deal, a request
                run.keep(customer)
