"""Which customers may be one company: same name key or same phone, found every night, decided by a person (R1)."""

from django.db import transaction
from django.db.models import Count

from activity.recording import record
from customers.models import Contact, Customer, CustomerPair

GROUP = 20  # records of one name that are paired with the oldest of them; more is a switchboard, not a duplicate
BATCH = 1000
DIGITS = 7  # a shorter number names nobody


def suggest_pairs(*, now):
    """Write the pairs that are new and drop those that are alike no longer; what somebody set apart stays apart.

    A handful of statements however many customers there are, the same on both databases.
    """
    found = _groups(_by_phone(), CustomerPair.Why.PHONE) | _groups(_by_name(), CustomerPair.Why.NAME)
    with transaction.atomic():
        known = {(row[1], row[2]): row for row in CustomerPair.objects.values_list("pk", "first", "second", "apart_at")}
        gone = [row[0] for pair, row in known.items() if pair not in found and row[3] is None]
        for start in range(0, len(gone), BATCH):
            CustomerPair.objects.filter(pk__in=gone[start : start + BATCH]).delete()
        fresh = [
            CustomerPair(first_id=first, second_id=second, why=why, found_at=now)
            for (first, second), why in sorted(found.items()) if (first, second) not in known
        ]
        CustomerPair.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    return {"pairs": len(found), "new": len(fresh), "gone": len(gone)}


def set_apart(pair, *, by, now):
    """Not the same: nobody is asked again."""
    with transaction.atomic():
        if CustomerPair.objects.open().filter(pk=pair.pk).update(apart_at=now, apart_by=by):
            record("customers.set_apart", pair.first, by=by, at=now, about=pair.first, name=pair.second.name)


def _live():
    return Customer.objects.live().filter(merged_into=None).order_by()


def _by_name():
    """(name key, id) of customers that share their key, oldest first."""
    shared = _live().exclude(name_key="").values("name_key").annotate(n=Count("pk")).filter(n__gt=1).values("name_key")
    return _live().filter(name_key__in=shared).order_by("name_key", "pk").values_list("name_key", "pk")


def _by_phone():
    """(phone key, customer id) of customers that share a number in full, oldest first."""
    used = Contact.objects.filter(retired_at=None, customer__in=_live().values("pk")).exclude(phone_key="")
    used = used.exclude(phone_key__contains="*").order_by()
    shared = used.values("phone_key").annotate(n=Count("customer", distinct=True)).filter(n__gt=1).values("phone_key")
    rows = used.filter(phone_key__in=shared).order_by("phone_key", "customer").distinct()
    return [(key, pk) for key, pk in rows.values_list("phone_key", "customer") if len(key) >= DIGITS]


def _groups(rows, why):
    """{(older, newer): why}: each of a group with its oldest."""
    first, found, size = {}, {}, {}
    for key, pk in rows:
        if key not in first:
            first[key], size[key] = pk, 1
            continue
        size[key] += 1
        if size[key] <= GROUP:
            found[(first[key], pk)] = why
    return found
