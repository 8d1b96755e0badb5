"""What a day holds for whoever asks: questions of my day, put together once a person (accounts/readers.py)."""

import datetime as dt

from django.db.models import Count, Exists, Subquery, Sum

from accounts.models import User
from collaboration.models import CollaborationRequest
from collaboration.nudging import with_nudged
from core.prepared import prepared
from customers.models import Customer, FollowUp
from pipeline import updating
from pipeline.models import Deal
from reviews.models import Target


@prepared
def requests(reader, day, since):
    """What waits for him and what he waits for on the company day `day` (ISO: for whom he stands in hangs on it),
    soonest first, each with `nudged` since that moment."""
    user = reader.person
    rows = CollaborationRequest.objects.visible_to(user).of_my_day(user).with_tag(user).select_related(
        "department", "person", "asker", "kind", "customer__owner"
    )
    return with_nudged(rows, since).order_by("due_at", "promised_on", "needed_by", "number")


@prepared
def deals(reader):
    return updating.deals_of(reader.person).order_by(*updating.MONEY_FIRST)


@prepared
def looked_at(reader, on):
    return updating.looked_at(reader.person, on)


@prepared
def quiet(reader, day, rule):
    """His quiet customers of the company day `day` (ISO: its limits are many days of the SQL)."""
    return _own(reader.person).quiet(dt.date.fromisoformat(day), rule).order_by("-open_amount", "id")


@prepared
def planned(reader, day, rule):
    """How many are quiet with a plan."""
    rows = _own(reader.person).quiet_planned(dt.date.fromisoformat(day), rule).order_by()
    return rows.values("owner").annotate(n=Count("pk")).values_list("n", flat=True)


@prepared
def signed_and_target(reader, first, last, month):
    """(CNY signed from `first` to `last`, the target of the month) of his own."""
    user = reader.person
    won = Deal.objects.visible_to(user).won().filter(owner=user, signed_on__range=(first, last))
    signed = won.order_by().values("owner").annotate(sum=Sum("contract_amount")).values("sum")
    aims = Target.objects.visible_to(user).filter(period=month, metric="signed", scope="person", scope_id=user.pk)
    return User.objects.filter(pk=user.pk).values_list(Subquery(signed), Subquery(aims.values("value")[:1]))


@prepared
def begun(reader):
    """(has he closed a day, a customer, a log)."""
    user = reader.person
    closed = user.day_closes.exclude(closed_at=None)
    mine = Customer.objects.visible_to(user).filter(owner=user)
    logs = FollowUp.objects.visible_to(user).filter(talked_by=user)
    return User.objects.filter(pk=user.pk).values_list(Exists(closed), Exists(mine), Exists(logs))


def _own(user):
    return Customer.objects.visible_to(user).filter(owner=user).live()
