"""Changes of customers' tags, and the targets of a period: one query for both, since a report needs all of them."""

from dataclasses import dataclass

from django.db.models import CharField, DateTimeField, DecimalField, F, IntegerField, Q, Value
from django.db.models.functions import Cast

from customers.models import TagChange
from reviews.models import Target

MONEY = DecimalField(max_digits=16, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a tag. `old` is empty for the first tag: the customer is new (R37, new customers)."""

    customer: int
    team: int | None
    person: int | None
    old: str
    new: str
    at: object


def known_changes(scope, as_of):
    """TagChange rows of a scope as they were known at a moment, not yet voided then."""
    known = Q(recorded_at__lte=as_of) & (Q(voided_at=None) | Q(voided_at__gt=as_of))
    return TagChange.objects.filter(known, scope.customers("customer__"))


def facts_then(then, period, *, start):
    """read_facts() of a day gone by (reviews/past.py). Two queries."""
    known = Q(recorded_at__lte=then.moment) & (Q(voided_at=None) | Q(voided_at__gt=then.moment))
    rows = TagChange.objects.filter(known, at__gte=start).order_by("at", "pk")
    changes = (
        Change(pk, None, None, old, new, at) for pk, old, new, at in rows.values_list("customer_id", "old", "new", "at")
    )
    return list(then.changes(changes)), then.aims(period)


def read_facts(scope, period, *, start, as_of):
    """(changes since `start` in order, {(scope kind, scope id, metric): target value} of the period)."""

    def word(value):
        return Cast(value, CharField()) if isinstance(value, F) else Value(value, output_field=CharField())

    changes = (
        known_changes(scope, as_of)
        .filter(at__gte=start)
        .order_by()
        .values_list(
            word("change"), "customer_id", F("customer__team_id"), F("customer__owner_id"), word(F("old")),
            word(F("new")), "at", "pk", Cast(Value(None), MONEY),
        )
    )
    nothing = Cast(Value(None), IntegerField())
    targets = (
        Target.objects.filter(period=period.code, detail="")
        .order_by()
        .values_list(
            word("target"), "scope_id", nothing, nothing, word(F("scope")), word(F("metric")),
            Cast(Value(None), DateTimeField()), "pk", "value",
        )
    )
    found, aims = [], {}
    for what, pk, team, person, old, new, at, row, value in changes.union(targets, all=True):
        if what == "target":
            aims[(old, pk, new)] = value
        else:
            found.append((at, row, Change(pk, team, person, old, new, at)))
    return [change for *_order, change in sorted(found, key=lambda f: f[:2])], aims
