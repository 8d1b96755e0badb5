"""The pool (公海): customers nobody follows up are offered to every rep (S29, D2). Off until switched on.

Nobody is surprised: an owner is told `warn` days ahead, and a talk in between keeps the customer. In the pool a rep
sees name, industry and tag, and nothing else; claiming makes him the owner, one winner.
"""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext as _

from accounts import switches
from activity.models import Event
from activity.recording import notify, record, record_many
from core.changing import change, change_each
from core.errors import Conflict, NotAllowed, Refused
from core.periods import day_start, period_of, today
from customers import steps, transferring
from customers.models import Customer

CHUNK = 500
GRADES = ("A", "B", "C")
SEEN = dt.timedelta(days=1)  # so long after a customer left the pool its loser is told why, not 404


@dataclass(frozen=True)
class Rules:
    """Days without contact until the pool, by class (None: as `days`; 0: never); whether an open deal always keeps it,
    or only one that was worked on within those days (`open_deals_too`); days of warning; claims of one person a month;
    days until the one who had it may claim it again."""

    days: int = 30
    a: int | None = 0
    b: int | None = None
    c: int | None = None
    open_deals_too: bool = False
    warn: int = 7
    claims: int = 20
    cool: int = 7

    @classmethod
    def load(cls):
        kept = switches.get("pool_rules")
        return cls(**{name: value for name, value in kept.items() if name in cls.__dataclass_fields__})

    def save(self, *, by, now):
        switches.set("pool_rules", asdict(self), by=by, now=now)

    def limit(self, grade):
        """Days for a class; 0: never."""
        own = getattr(self, grade.lower(), None) if grade else None
        return self.days if own is None else own


_workings = []


def on_working(function):
    """Socket: function(since) gives the condition on customers of which an open deal was worked on since the company
    day `since` (a date, or an expression of one)."""
    if function not in _workings:
        _workings.append(function)
    return function


def _worked(since):
    condition = Q(pk__in=[])
    for function in _workings:
        condition |= Q(function(since))
    return condition


def due(rules, on):
    """Customers that go to the pool on the company day `on`, whoever was told: quiet for longer than their limit,
    not won, not locked, nobody waits for them, and without an open deal; where the rules take those too, without one
    that was worked on within the limit. Their open deals go along: nobody's, in the stage they are in."""
    quiet = Q(pk__in=[])
    for grade in ("", *GRADES):
        if limit := rules.limit(grade):
            cut = on - dt.timedelta(days=limit)
            told = Q(last_contact_on=None) | Q(last_contact_on__lt=cut)
            owned = Q(owned_on=None) | Q(owned_on__lt=cut)
            left = ~_worked(cut) if rules.open_deals_too else Q(open_deals=0)
            quiet |= Q(grade=grade, made_at__lt=day_start(cut)) & told & owned & left
    rows = Customer.objects.live().filter(quiet, merged_into=None, owner__isnull=False, pool_locked=False)
    return rows.exclude(tag=Customer.Tag.WON).exclude(waiting_until__gte=on).exclude(alarms_from__gt=on)


def told(rows):
    """Those whose owner was warned since the last talk, since an open deal was worked on, and since he has them."""
    since_talk = Q(last_contact_on=None) | Q(pool_told_on__gt=F("last_contact_on"))
    since_owned = Q(owned_on=None) | Q(pool_told_on__gt=F("owned_on"))
    return rows.filter(since_talk, since_owned, ~_worked(OuterRef("pool_told_on")), pool_told_on__isnull=False)


def soon(rules, on):
    """Those that go within the days of warning unless somebody talks to them."""
    return due(rules, on + dt.timedelta(days=rules.warn))


def recycle(*, now):
    """The nightly job: warn whose days are counted, move whose owner was warned in time. Nothing while it is off."""
    if not switches.get("pool"):
        return {"on": False}
    rules, on = Rules.load(), today(now)
    warned = _warn(rules, on, now=now)
    ready = told(due(rules, on)).filter(pool_told_on__lte=on - dt.timedelta(days=rules.warn))
    moved = 0
    for keys in _chunks(ready):
        moved += len(put_many(_locked(keys), by=None, now=now))
    return {"warned": warned, "moved": moved}


def put_many(customers, *, by, now):
    """Into the pool: nobody's, the team's manager still sees it whole. One event each, one message an owner."""
    customers = [customer for customer in customers if customer.owner_id and customer.pooled_at is None]
    if not customers:
        return []
    on = today(now)
    with transaction.atomic():
        owner_of = {customer.pk: customer.owner for customer in customers}
        idle = {c.pk: (on - (c.last_contact_on or today(c.made_at))).days for c in customers}
        change_each([(c, {"owner": None, "pooled_at": now, "pooled_from": c.owner}) for c in customers], by=by)
        transferring.follow(customers, None, by=by, now=now, was={c.pk: owner_of[c.pk].pk for c in customers})
        record_many(
            "customers.pooled", customers, by=by, at=now, about=lambda c: c.pk,
            data=lambda c: {"name": c.name, "from": owner_of[c.pk].name, "days": idle[c.pk]},
        )
    return customers


def lock(customer, locked, *, by, now):
    """A key account never goes to the pool."""
    with transaction.atomic():
        if change(customer, by=by, pool_locked=locked):
            record("customers.pool_locked", customer, by=by, at=now, about=customer, name=customer.name, locked=locked)


def offered():
    """What every rep may read of: name, industry, tag, since when. Never more columns than these on a page."""
    rows = Customer.objects.live().filter(merged_into=None, owner=None, pooled_at__isnull=False)
    return rows.only("pk", "name", "industry", "tag", "pooled_at", "pooled_from")


def claims_of(user, now):
    """How many he claimed this calendar month."""
    first = period_of("month", today(now)).first
    return Event.objects.filter(verb="customers.claimed", by=user, at__gte=day_start(first)).count()


def free_from(customer, user, rules):
    """The day from which the one who had it may claim it again; None: at once."""
    if customer.pooled_from_id != user.pk:
        return None
    return today(customer.pooled_at) + dt.timedelta(days=rules.cool)


def claim(pk, *, by, now):
    """`by` becomes the owner. Raises Customer.DoesNotExist when it is not in the pool, Refused for the quota, the
    cool-down, or because somebody was faster."""
    if not by.sells:
        raise NotAllowed
    rules, on = Rules.load(), today(now)
    gone = Refused(_("Somebody else just claimed it."))
    with transaction.atomic():
        row = Customer._base_manager.select_for_update().filter(pk__in=offered().filter(pk=pk).values("pk")).first()
        if row is None:
            if Event.objects.filter(verb="customers.pooled", about_customer_id=pk, at__gte=now - SEEN).exists():
                raise gone
            raise Customer.DoesNotExist
        if (day := free_from(row, by, rules)) and on < day:
            raise Refused(_("It was yours: you may claim it again from %(date)s.") % {"date": day.isoformat()})
        if claims_of(by, now) >= rules.claims:
            raise Refused(_("You claimed %(n)s customers this month: that is the limit.") % {"n": rules.claims})
        try:
            change(row, by=by, owner=by, team=by.team or row.team, pooled_at=None, pooled_from=None, owned_on=on)
        except Conflict:
            raise gone from None
        steps.hand_over([row], by)
        transferring.follow([row], by, by=by, now=now)
        record("customers.claimed", row, by=by, at=now, about=row, name=row.name)
    return row


def _warn(rules, on, *, now):
    """One message an owner a night; returns how many customers it was about."""
    waiting = soon(rules, on).exclude(pk__in=told(soon(rules, on)).values("pk")).select_related("owner")
    by_owner = {}
    for keys in _chunks(waiting):
        customers = list(waiting.filter(pk__in=keys))
        for customer in customers:
            customer.pool_told_on = on
            by_owner.setdefault(customer.owner, []).append(customer)
        Customer._base_manager.bulk_update(customers, ["pool_told_on"], batch_size=CHUNK)
    for owner, customers in by_owner.items():
        notify(
            "customers.pool_soon", customers[0], tell=[owner], at=now, key=f"pool soon {on} {owner.pk}", act=True,
            name=customers[0].name, n=len(customers), day=(on + dt.timedelta(days=rules.warn)).isoformat(),
        )
    return sum(map(len, by_owner.values()))


def _locked(keys):
    rows = Customer._base_manager.select_for_update(of=("self",)).filter(pk__in=keys)
    return list(rows.select_related("owner").order_by("pk"))


def _chunks(rows):
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
