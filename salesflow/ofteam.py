"""What a team holds for whoever looks after it: questions of the team's home, put together once a person. `teams` are
keys of the teams he looks at, `day` the company day (ISO), `most` how many rows at most, as text: either is in the SQL;
`tags` those the list is narrowed to, none for all.
"""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum, Value

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


def requests(reader, teams, now):
    """Approvals that wait for this person (`is_mine`), and what the teams asked for and is late at `now`."""
    user = reader.person
    steps = ApprovalStep.objects.filter(request=OuterRef("pk"), person=user, state="waiting")
    late = Q(state__in=LATE, due_at__lt=now, asker_team__in=teams)
    found = CollaborationRequest.objects.visible_to(user).annotate(is_mine=Exists(steps)).with_tag(user)
    return found.filter(Q(is_mine=True, state__in=["submitted", "accepted"]) | late)


@prepared
def requests_shown(reader, day, teams, now, tags, most):
    """Those of requests() on the company day `day` (ISO: for whom he stands in hangs on it)."""
    found = requests(reader, teams, now).select_related("customer", "kind", "department")
    found = found.filter(seen_tag__in=tags) if tags else found
    return found.order_by("-is_mine", "due_at", "pk")[: int(most)]


@prepared
def leads(reader, teams, since):
    """(pk, since, tag, owner_id) of the customers made after `since` that nobody has spoken to: a company has many
    whose hours run out, of which a page shows few."""
    found = firstcontact.unanswered(_customers(reader, teams), since)
    return found.values_list("pk", "since", "tag", "owner_id", named=True)


@prepared
def leads_shown(reader, teams, keys):
    found = _customers(reader, teams).filter(pk__in=keys).only(*SHOWN_OF_LEAD)
    return found.select_related("owner", "team__manager")


@prepared
def counted(reader, day, rule, teams, before):
    """(kind, tag, how many) of what the next three list. One query."""
    def by(kind, rows, path):
        rows = rows.order_by().annotate(kind=Value(kind)).values_list("kind", path)
        return rows.annotate(n=Count("*"))

    return by("unassigned", _ownerless(reader, teams), "tag").union(
        by("quiet", _quiet(reader, day, rule, teams), "tag"),
        by("risk", _at_risk(reader, teams, before), "customer__tag"), all=True,
    )  # fmt: skip


@prepared
def ownerless(reader, teams, tags, most):
    """Without an owner, oldest first."""
    return _of(tags, _ownerless(reader, teams)).order_by("made_at", "pk")[: int(most)]


@prepared
def quiet(reader, day, rule, teams, tags, most):
    """Quiet customers with an owner, most open money first."""
    found = _of(tags, _quiet(reader, day, rule, teams))
    return found.select_related("owner").order_by("-open_amount", "id")[: int(most)]


@prepared
def at_risk(reader, teams, before, tags, most):
    """Open deals with a risk that stands since before the moment `before`, each with since when, most money first."""
    found = _of(tags, _at_risk(reader, teams, before), "customer__tag")
    return found.select_related("customer__owner").order_by("-amount", "id")[: int(most)]


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


def _of(tags, rows, path="tag"):
    return rows.filter(**{f"{path}__in": tags}) if tags else rows


def _ownerless(reader, teams):
    return _customers(reader, teams).filter(owner=None, pooled_at=None)


def _quiet(reader, day, rule, teams):
    return _customers(reader, teams).exclude(owner=None).quiet(dt.date.fromisoformat(day), rule)


def _at_risk(reader, teams, before):
    oldest = Risk.objects.filter(deal=OuterRef("pk"), closed_at=None).order_by("opened_at").values("opened_at")[:1]
    deals = Deal.objects.visible_to(reader.person).open().filter(customer__team__in=teams).exclude(risk="")
    return deals.annotate(since=Subquery(oldest)).filter(since__lt=before)
