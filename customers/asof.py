"""Customers, their talks and next steps as they were known at a moment gone by (M13).

Whose: what a person may see now is what he may see of the past; a customer merged since is seen with the one that was
kept. Its follow-ups and next steps went over to that one and are counted there, of the past too.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateField, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, JSONObject

from activity.models import Event
from core.past import newest
from core.periods import today
from customers.models import Customer, FollowUp, NextStep


def keys_of(user):
    """The customers of the past a person may see: his of now, and those that were merged into them."""
    if user.is_admin:
        return Customer.objects.order_by().values("pk")
    now = Customer.objects.visible_to(user).order_by().values("pk")
    merged = Q(merged_into__in=now) | Q(merged_into__merged_into__in=now)
    return Customer.objects.filter(Q(pk__in=now) | merged).order_by().values("pk")


def known_customers(user, moment):
    """History rows of the customers `user` may see, one each, as they were known at the moment."""
    return newest(Customer, moment, keys_of(user))


def first_day(user):
    """The company day from which there are records of customers this person may see; None without any."""
    first = Customer.history.filter(id__in=keys_of(user)).aggregate(at=Min("history_date"))["at"]
    return today(first) if first else None


def live(rows):
    """Of known_customers(), those that were a customer then: neither archived nor merged."""
    return rows.filter(archived_at=None, merged_into=None)


def steps_then(moment):
    """The next steps that were open at a moment, each with `due`, the day it was planned for then: what the first
    later shift says it was moved from."""
    shifts = Event.objects.filter(
        verb="customers.shifted", subject_type=ContentType.objects.get_for_model(NextStep),
        subject_id=OuterRef("pk"), at__gt=moment,
    ).order_by("at", "pk")
    was = Cast(Subquery(shifts.annotate(was=KT("data__from")).values("was")[:1]), DateField())
    open_then = Q(closed_at=None) | Q(closed_at__gt=moment)
    return NextStep.objects.filter(open_then, made_at__lte=moment).annotate(due=Coalesce(was, "due_on"))


def first_step(moment, customer, **only):
    """The earliest step of a customer (an OuterRef) then, as JSON, for annotate()."""
    steps = steps_then(moment).filter(customer=customer, **only).order_by("due", "pk")
    return Subquery(steps.values(shown=JSONObject(kind="kind", due=Cast("due", CharField()), text="text"))[:1])


def last_contact(moment, customer):
    """The newest conversation of a customer (an OuterRef) that was known then, for annotate()."""
    then = Q(voided_at=None) | Q(voided_at__gt=moment)
    corrected = FollowUp.objects.filter(then, corrects=OuterRef("pk"), entered_at__lte=moment)
    talks = FollowUp.objects.filter(then, ~Exists(corrected), customer=customer, entered_at__lte=moment).contacts()
    return Subquery(talks.order_by().values("customer").annotate(last=Max("happened_at")).values("last"))


def name_and_tag(moment, customer):
    """Name and tag of a customer (an OuterRef) as they were then, as JSON, for annotate()."""
    rows = Customer.history.filter(id=customer, history_date__lte=moment).order_by("-history_id")
    return Subquery(rows.values(shown=JSONObject(name="name", tag="tag"))[:1])
