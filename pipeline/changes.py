"""What changed between two moments, deal by deal (M13): both ends as they were known then, so that what was back-dated
or taken back in between is told as people saw it.

new       open now, was not (reopened too)           won, lost   is now, was not
grown     the amount rose while open                 shrunk      it fell
advanced  a later stage                              back        an earlier one
sooner    expected to close earlier, or at last      slipped     later, or no day any more
handed    another owner or sales rep                 gone        its customer was archived

A deal may be in several. The open money adds up: before + new + grown − shrunk − won − lost − gone = after. The words
are those of the month-start contract (reviews/contract.py), which asks the same of the deals due in its month.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, Count, Q, Sum, Value, When
from django.utils.translation import pgettext_lazy

from customers.asof import known_customers, live
from customers.models import Customer
from pipeline.asof import known_deals
from pipeline.models import Deal
from pipeline.playbooks import Playbooks

NOTHING = Decimal(0)
WORDS = {
    "new": pgettext_lazy("changes", "New"), "grown": pgettext_lazy("changes", "Grown"),
    "shrunk": pgettext_lazy("changes", "Shrunk"), "won": pgettext_lazy("changes", "Won"),
    "lost": pgettext_lazy("changes", "Lost"), "gone": pgettext_lazy("changes", "Archived"),
    "advanced": pgettext_lazy("changes", "Advanced"), "back": pgettext_lazy("changes", "Stepped back"),
    "slipped": pgettext_lazy("changes", "Slipped"), "sooner": pgettext_lazy("changes", "Sooner"),
    "handed": pgettext_lazy("changes", "Reassigned"),
}
MONEY = ("new", "grown", "shrunk", "won", "lost", "gone")  # what moves the open money
RARE = ("gone", "sooner")  # shown only where there are any
VALUES = ("id", "stage_id", "entered_at", "amount", "contract_amount", "expected_close", "owner_id", "rep_id")
STATES = {"open": "open", "won": "won", "after": "won", "lost": "lost"}


@dataclass(frozen=True, slots=True)
class State:
    """A deal at one end; `state` is open, won, lost, or away while its customer is archived."""

    state: str
    stage: object
    amount: Decimal | None
    signed: Decimal | None
    close: object
    owner: int | None
    rep: int | None
    carried: tuple = ()  # stages that became this one while it stood there: a merge is no step

    @property
    def is_open(self):
        return self.state == "open"

    @property
    def open_money(self):
        """What it adds to the open money, CNY."""
        return (self.amount or NOTHING) if self.is_open else NOTHING

    @property
    def money(self):
        """What it is worth: signed where it was won."""
        return self.signed if self.state == "won" and self.signed is not None else self.amount or NOTHING

    @property
    def place(self):
        stands = self.carried[0] if self.carried else self.stage
        return (stands.playbook_id, stands.place)


@dataclass(slots=True)
class Change:
    """What happened to a deal: {kind: CNY}; for what moves no open money the amount of the deal now."""

    deal: int
    before: State | None
    after: State
    kinds: dict
    obj: Deal | None = None  # as it is now, for its name
    who: list | None = None  # the owner, else the rep, before and after


@dataclass
class Changes:
    """`before` and `after` are (open deals, their CNY); `found` every deal that changed, the largest first."""

    before: tuple
    after: tuple
    found: list = field(default_factory=list)

    @property
    def lines(self):
        """[(kind, words, deals, CNY, whether it moves the open money)] that are shown."""
        sums = {kind: [0, NOTHING] for kind in WORDS}
        for change in self.found:
            for kind, value in change.kinds.items():
                sums[kind][0] += 1
                sums[kind][1] += value
        return [
            (kind, WORDS[kind], *sums[kind], kind in MONEY) for kind in WORDS if sums[kind][0] or kind not in RARE
        ]

    def of(self, kind):
        return [change for change in self.found if kind in change.kinds] if kind in WORDS else self.found


def further(was, now, worth_before, worth_after):
    """Whether a change of stage is an advance: `was` and `now` are (playbook, place). Between playbooks, where no
    place is further, by what the deal is worth there."""
    return worth_after >= worth_before if was[0] != now[0] else now[1] > was[1]


def kinds_of(before, after):
    """{kind: CNY} between two States of a deal; `before` is None where it was not there."""
    found = {}
    was_open = before is not None and before.is_open
    if after.is_open and not was_open:
        return {"new": after.open_money}
    if was_open and after.is_open:
        _stayed(found, before, after)
    elif was_open:
        found["gone" if after.state == "away" else after.state] = -before.open_money
    elif before is None or {before.state, after.state} == {"won", "lost"}:  # came and went, or turned
        found[after.state] = NOTHING
    if before is not None and (before.owner, before.rep) != (after.owner, after.rep):
        found["handed"] = after.money
    return {kind: value for kind, value in found.items() if kind in WORDS}


def _stayed(found, before, after):
    step = after.open_money - before.open_money
    if step:
        found["grown" if step > 0 else "shrunk"] = step
    if before.stage.pk != after.stage.pk and before.stage not in after.carried:
        worth = [after.open_money * state.stage.probability for state in (before, after)]
        found["advanced" if further(before.place, after.place, *worth) else "back"] = after.open_money
    if before.close != after.close and (before.close or after.close):
        later = before.close is not None and (after.close is None or after.close > before.close)
        found["slipped" if later else "sooner"] = after.open_money


def changed_between(user, start, end, stages):
    """The Changes `user` may see from the moment `start` to the moment `end`. `stages` is {id: Stage}. Eight queries,
    however many deals."""
    within = {"history_date__gt": start, "history_date__lte": end}
    homes = Customer.history.filter(**within).order_by().values("id")
    touched = Q(id__in=Deal.history.filter(**within).order_by().values("id")) | Q(customer__in=homes)
    mine = set(Deal.objects.visible_to(user).filter(touched).order_by().values_list("pk", flat=True))
    was, now = (states(user, moment, mine, stages) for moment in (start, end))
    changes = [Change(pk, was.get(pk), after, kinds_of(was.get(pk), after)) for pk, after in now.items()]
    found = sorted((c for c in changes if c.kinds), key=lambda c: (-max(c.after.money, c.after.open_money), c.deal))
    return Changes(open_at(user, start), open_at(user, end), found)


def known_live(user, moment):
    """known_deals() with `lives`: whether their customer was one then."""
    homes = live(known_customers(user, moment)).values("id")
    return known_deals(user, moment).annotate(lives=Case(When(customer__in=homes, then=Value(1)), default=Value(0)))


def states(user, moment, ids, stages):
    """{deal id: State} of these deals at a moment."""
    found, ids, books = {}, sorted(ids), Playbooks.load()
    for start in range(0, len(ids), 5000):
        rows = known_live(user, moment).filter(id__in=ids[start : start + 5000]).values_list(*VALUES, "lives")
        for pk, stage, since, amount, signed, close, owner, rep, lives in rows:
            state = STATES[stages[stage].kind] if lives else "away"
            carried = tuple(stages[one] for one in books.carried_from(stage, since)) if books.merges else ()
            found[pk] = State(state, stages[stage], amount, signed, close, owner, rep, carried)
    return found


def open_at(user, moment):
    """(open deals at a moment, their CNY)."""
    rows = known_live(user, moment).filter(lives=1, stage__kind="open")
    sums = rows.aggregate(n=Count("pk"), worth=Sum("amount"))
    return sums["n"], sums["worth"] or NOTHING
