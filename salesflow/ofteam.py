"""What a team holds for whoever looks after it: questions of the team's home, put together once a person. `teams` are
keys of the teams he looks at, `day` the company day (ISO), `most` how many rows at most, as text: either is in the SQL.
"""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from accounts.models import User
from collaboration import firstcontact
from collaboration.models import ApprovalStep, CollaborationRequest
from core.prepared import prepared
from customers.models import Customer
from pipeline.models import Deal, Risk
from pipeline.urgency import in_stage

BANDS = ((0, 3), (4, 7), (8, None))  # days in the stage
LATE = ("submitted", "accepted", "waiting", "refused")  # states in which a request may be late
SHOWN_OF_LEAD = [
    "name", "tag", "made_at", "open_amount", "owner__name", "owner__role", "team__name", "team__manager__name",
]


@prepared
def people(reader, teams):
    return User.objects.visible_to(reader.person).sellers().filter(team__in=teams).order_by("pinyin", "pk")


@prepared
def requests(reader, day, teams, now, most):
    """Approvals that wait for this person (`is_mine`), then what the teams asked for and is late at `now`."""
    user = reader.person
    steps = ApprovalStep.objects.filter(request=OuterRef("pk"), person=user, state="waiting")
    late = Q(state__in=LATE, due_at__lt=now, asker_team__in=teams)
    return (
        CollaborationRequest.objects.visible_to(user).annotate(is_mine=Exists(steps))
        .filter(Q(is_mine=True, state__in=["submitted", "accepted"]) | late)
        .with_tag(user).select_related("customer", "kind", "department").order_by("-is_mine", "due_at", "pk")
    )[: int(most)]


@prepared
def leads(reader, teams, since):
    """Customers made after `since` that nobody has spoken to."""
    return firstcontact.unanswered(_customers(reader, teams).only(*SHOWN_OF_LEAD), since)


@prepared
def ownerless(reader, teams, most):
    return _customers(reader, teams).filter(owner=None, pooled_at=None).order_by("made_at")[: int(most)]


@prepared
def quiet(reader, day, rule, teams, most):
    """Quiet customers with an owner, most open money first."""
    found = _customers(reader, teams).exclude(owner=None).quiet(dt.date.fromisoformat(day), rule)
    return found.select_related("owner").order_by("-open_amount", "id")[: int(most)]


@prepared
def risks(reader, teams, before, most):
    """(key, since when) of open deals with a risk that stands since before the moment `before`, most money first."""
    oldest = Risk.objects.filter(deal=OuterRef("pk"), closed_at=None).order_by("opened_at").values("opened_at")[:1]
    return (
        Deal.objects.visible_to(reader.person).open().filter(customer__team__in=teams).exclude(risk="")
        .annotate(since=Subquery(oldest)).filter(since__lt=before).order_by("-amount", "id").values_list("pk", "since")
    )[: int(most)]


@prepared
def deals(reader, keys):
    return Deal.objects.visible_to(reader.person).filter(pk__in=keys).select_related("customer__owner")


@prepared
def open_money(reader, day, teams):
    """By stage, owner and team of the open deals (of all, or of one team): n0 m0 n1 m1 …, count and CNY of each of
    BANDS."""
    deals = Deal.objects.visible_to(reader.person).open()
    deals = deals.filter(customer__team__in=teams) if teams else deals
    bands = {i: in_stage(low, high, dt.date.fromisoformat(day)) for i, (low, high) in enumerate(BANDS)}
    return deals.order_by().values("stage", "owner", "customer__team").annotate(
        **{f"n{i}": Count("pk", filter=band) for i, band in bands.items()},
        **{f"m{i}": Sum("amount", filter=band) for i, band in bands.items()},
    )


def _customers(reader, teams):
    return Customer.objects.visible_to(reader.person).live().filter(Q(team__in=teams) | Q(team=None))
