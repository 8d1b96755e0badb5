"""What came of an objection, version by version of the team's answer (R35).

**Conversations**: the counted follow-ups of a scope (reviews/talk.py) of the last twelve months in which the objection
was noted, each once; it belongs to the version that was in use when it ended, version 0 is the time before any.
**Said**: those in whose log somebody ticked that he gave the answer.
**Deals**: the deal the follow-up names, else the customer's deals that stood in an open stage when it ended (of a
customer that was made by writing it down, the first one). A deal counts once a version, from its first such
conversation on: *moved on* when a later open stage of its playbook or a won one follows, *lost* when it did not and is
lost now, else *still open*. As known now.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef

from core.periods import day_start, today
from customers.models import Need, Topic
from pipeline.models import StageProgress
from reviews.flows import left_known
from reviews.models import AnswerUse
from reviews.rates import is_beyond
from reviews.scopes import read_stages
from reviews.talk import known_talks

REACH = dt.timedelta(days=365)
DAY = dt.timedelta(days=1)
FATES = ("on", "lost", "open")
LISTS = ("talks", "said", *FATES, "said_on", "said_deals")


@dataclass
class Outcome:
    """Of one version: the lists behind its numbers, [(id, moment)]; talks and said are follow-ups, the rest deals."""

    talks: list = field(default_factory=list)
    said: list = field(default_factory=list)
    on: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    open: list = field(default_factory=list)
    said_on: list = field(default_factory=list)
    said_deals: list = field(default_factory=list)

    @property
    def deals(self):
        return len(self.on) + len(self.lost) + len(self.open)


def since(now):
    """From when on conversations are counted."""
    return day_start(today(now) - REACH)


def outcomes(scope, versions, *, now, topic=None):
    """{(topic id, version): Outcome} of all objections or one. `versions` are its Answers, of all topics asked about,
    in any order. Three queries."""
    stages = {fact.id: fact for fact in read_stages()}
    begun = defaultdict(list)
    for answer in versions:
        begun[answer.topic_id].append((answer.at, answer.number))
    rows = said_rows(scope, now, topic)
    stays = stays_of(rows, scope, now, topic)
    found, counted = defaultdict(Outcome), defaultdict(set)
    for pk, customer, at, about, named, said in rows:
        version = max((number for start, number in begun[about] if start <= at), default=0)
        outcome = found[about, version]
        if pk not in counted[about, version, "talk"]:
            counted[about, version, "talk"].add(pk)
            outcome.talks.append((pk, at))
            if said:
                outcome.said.append((pk, at))
        for deal, mine in stays.get(customer, {}).items():
            place = stage_then(mine, at, stages, named=deal == named) if named in (None, deal) else None
            if place is None:
                continue
            fate = fate_after(mine, at, place, stages)
            if deal not in counted[about, version, "deal"]:
                counted[about, version, "deal"].add(deal)
                getattr(outcome, fate).append((deal, at))
            if said and deal not in counted[about, version, "said"]:
                counted[about, version, "said"].add(deal)
                outcome.said_deals.append((deal, at))
                if fate == "on":
                    outcome.said_on.append((deal, at))
    return found


def objecting(scope, now, topic):
    """The counted follow-ups of a scope with an objection that has a label."""
    rows = known_talks(scope, now).filter(replaced=False, happened_at__gte=since(now), happened_at__lte=now)
    needs = {"needs__kind": Topic.Kind.OBJECTION, "needs__topic__isnull": False}
    return rows.filter(**needs, **({"needs__topic": topic} if topic else {}))


def said_rows(scope, now, topic):
    """[(follow-up, customer, when it ended, objection, the deal it names, whether the answer was said)], oldest
    first."""
    uses = AnswerUse.objects.filter(follow_up=OuterRef("pk"), answer__topic=OuterRef("about"))
    rows = objecting(scope, now, topic).annotate(about=F("needs__topic")).annotate(said=Exists(uses))
    return list(rows.order_by("happened_at", "pk").distinct().values_list(
        "pk", "customer_id", "happened_at", "about", "deal_links__deal", "said"
    ))


def stays_of(rows, scope, now, topic):
    """{customer: {deal: [(stage, entered_at, left_at)…]}} of the customers of rows, in order."""
    if not rows:
        return {}
    customers = Need.objects.filter(follow_up__in=objecting(scope, now, topic).order_by().values("pk"))
    known = StageProgress.objects.as_of(now).filter(deal__customer__in=customers.order_by().values("customer"))
    found = defaultdict(lambda: defaultdict(list))
    for customer, deal, *stay in known.annotate(left=left_known(now)).order_by("entered_at", "pk").values_list(
        "deal__customer_id", "deal_id", "stage_id", "entered_at", "left"
    ):
        found[customer][deal].append(stay)
    return found


def stage_then(stays, at, stages, *, named):
    """The open stage a deal stood in at a moment, None when in none. One that was opened by writing the conversation
    down stood in its first; one that the conversation names in its last before, whatever kind that was."""
    then = [stages[stage] for stage, entered, left in stays if entered <= at and (left is None or left > at)]
    if not then and stays[0][1] > at and stays[0][1] - at < DAY:
        then = [stages[stays[0][0]]]
    return then[-1] if then and (then[-1].is_open or named) else None


def fate_after(stays, at, place, stages):
    """One of FATES."""
    later = [stages[stage] for stage, entered, _left in stays if entered > at]
    if any(stage.is_won or is_beyond(stage, place) for stage in later):
        return "on"
    return "lost" if later and later[-1].kind == "lost" else "open"
