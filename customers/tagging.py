"""The five tags of a customer, and the rows that remember every change (D11, R22). The named rates count these."""

from django.db import transaction

from activity.recording import events_of, write
from core.changing import change_each, change_many
from customers.models import Customer, TagChange

ORDER = [Customer.Tag.PROSPECT, Customer.Tag.INTERESTED, Customer.Tag.HOT, Customer.Tag.WON]


def set_tags(changes, *, by, now, why="person", at=None):
    """Set [(customer, tag)] and return the customers that really changed.

    `why` is "person", "deal" (the rule of D11, applied by pipeline) or "import"; `at` back-dates the change while
    recorded_at stays `now`. At most two statements a tag, one insert of TagChange and one of events.
    """
    changed, events = write_tags(changes, by=by, now=now, why=why, at=at)
    write(events)
    return changed


def write_tags(changes, *, by, now, why, at=None, beside=None):
    """set_tags() for a deed that writes more: its events come back unsaved with the customers, and `beside` holds
    {customer id: {column: value}} to be written in the same statement."""
    wanted = {}
    for customer, tag in changes:
        if customer.tag != tag:
            wanted[customer.pk] = (customer, Customer.Tag(tag))
    if not wanted:
        return [], []
    rows, changed = [], []
    with transaction.atomic():
        for tag in Customer.Tag:
            group = [customer for customer, new in wanted.values() if new == tag]
            rows += [
                TagChange(customer=c, old=c.tag, new=tag, at=at or now, recorded_at=now, by=by, why=why) for c in group
            ]
            if beside is None:
                changed += change_many(group, by=by, tag=tag)
            else:
                changed += change_each([(c, {"tag": tag} | beside.get(c.pk, {})) for c in group], by=by)
        TagChange.objects.bulk_create(rows, batch_size=2000)
        was = {row.customer_id: row.old for row in rows}
        events = events_of(
            "customers.tagged", changed, by=by, at=at or now, about=lambda c: c.pk,
            data=lambda c: {"old": was[c.pk], "new": c.tag, "why": why},
        )
    return changed, events


def is_raise(old, new):
    """Whether `new` is nearer the sale than `old`; lost is below all."""
    rank = {tag: number for number, tag in enumerate(ORDER)}
    return rank.get(new, -1) > rank.get(old, -1)


def void_tag_changes(changes, *, by, now):
    """Take tag changes back (an undone import or move): the rows stay, marked void, and the tag is the one before."""
    back = {}
    for row in sorted(changes, key=lambda row: (row.at, row.pk), reverse=True):
        back[row.customer_id] = row.old or Customer.Tag.PROSPECT
    TagChange.objects.filter(pk__in=[row.pk for row in changes]).update(voided_at=now)
    customers = {c.pk: c for c in Customer._base_manager.filter(pk__in=back)}
    for tag in Customer.Tag:
        change_many([customers[pk] for pk, old in back.items() if old == tag and pk in customers], by=by, tag=tag)
    return list(customers.values())
