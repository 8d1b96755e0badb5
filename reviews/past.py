"""A report as it was shown on a day gone by (M13): whose deals and customers were, what was signed and why it was lost,
the targets and the names of stages, as they were known then. What the stays and tag changes say of the moment is asked
of their own two clocks, as for every report; the calendar is the one of today.
"""

from dataclasses import dataclass, replace

from core.past import newest
from customers.models import Customer
from pipeline.asof import books_at
from pipeline.models import Deal, LossReason
from reviews.contract import is_inside
from reviews.flows import Stay
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.scopes import StageFact

NOWHERE = (None, None, None, None)


@dataclass(frozen=True)
class Then:
    """`deals` {id: (team, person, signed, reason)} and `customers` {id: (team, owner)} of everybody, `inside` whether
    a (team, person) belongs to the scope that is asked."""

    deals: dict
    customers: dict
    inside: object
    moment: object

    def place(self, deal):
        """(team, person) of a deal then."""
        return self.deals.get(deal, NOWHERE)[:2]

    def stays(self, stays):
        """The stays of the scope, with what was known of their deals then."""
        for stay in stays:
            team, person = self.place(stay.deal)
            if self.inside(team, person):
                signed, reason = self.deals.get(stay.deal, NOWHERE)[2:]
                yield Stay(*stay[:6], team, person, stay.amount, signed, reason)

    def changes(self, changes):
        """The same of changes of tags."""
        for change in changes:
            team, owner = self.customers.get(change.customer, (None, None))
            if change.customer in self.customers and self.inside(team, owner):
                yield replace(change, team=team, person=owner)

    def talks(self, talks, scope):
        """The same of conversations: those a person had himself, those of the customers a place had then."""
        for talk in talks:
            team = self.customers.get(talk.customer, (None, None))[0]
            if talk.person == scope.id if scope.kind == Kind.PERSON else self.inside(team, None):
                yield replace(talk, team=team)

    def aims(self, period):
        """{(scope kind, scope id, metric): value} of the targets as they were set then."""
        ids = Target.objects.filter(period=period.code, detail="").values("pk")
        rows = newest(Target, self.moment, ids).values_list("scope", "scope_id", "metric", "value")
        return {(scope, pk, metric): value for scope, pk, metric, value in rows}


def read_then(scope, moment):
    """The Then of a scope at a moment. Three queries, over every deal: whose it was is part of the question."""
    homes = newest(Customer, moment, Customer.objects.order_by().values("pk"))
    places = {
        pk: (team, owner, merged) for pk, team, owner, merged in homes.values_list(
            "id", "team_id", "owner_id", "merged_into_id"
        )
    }
    reasons = {pk: (pk, zh, en) for pk, zh, en in LossReason.objects.values_list("pk", "label", "label_en")}
    rows = newest(Deal, moment, Deal.objects.order_by().values("pk"))
    deals = {}
    for pk, customer, rep, signed, reason in rows.values_list(
        "id", "customer_id", "rep_id", "contract_amount", "lost_reason_id"
    ):
        team, owner, _merged = places.get(customer, (None, None, None))
        deals[pk] = (team, rep or owner, signed, reasons.get(reason))
    standing = {pk: (team, owner) for pk, (team, owner, merged) in places.items() if merged is None}
    return Then(deals, standing, is_inside(scope), moment)


def stages_at(moment):
    """The StageFacts of a moment, in order."""
    stages = sorted(books_at(moment).stages.values(), key=lambda s: (s.playbook_id, s.place))
    return tuple(
        StageFact(
            s.pk, s.position, s.kind, s.label, s.label_en, s.retired_at is None and s.playbook.is_active, s.playbook_id
        )
        for s in stages
    )
