"""The stage agreement check (M15, off until switched on): each week a few deals are judged by rep and manager, neither
seeing the other's answer before both are in; low agreement beyond chance says that a stage's wording is unclear."""

import datetime as dt
import random
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import switches
from accounts.models import Leave, Team, User
from activity.recording import record
from core.errors import Refused
from core.periods import period_of, today
from customers.models import FollowUp, Need
from pipeline.models import AgreementJudgement, AgreementSample, Deal, KeyAction
from pipeline.playbooks import Playbooks

SWITCH = "stage_agreement"
MANAGERS_MOST = 20  # deals a manager judges in a week, whatever the size of his team: a quarter of an hour
WEEK = dt.timedelta(days=7)
REST_WEEKS = 4  # a deal just judged is not drawn again so soon
SAID = 5  # newest follow-ups and key actions a card shows


def is_on():
    return switches.get(SWITCH)


def week_of(on):
    return period_of("week", on).code


# --- Drawing ----------------------------------------------------------------------------------------------------
def draw(*, now):
    """The weekly job: a few open deals of each rep in a team with a manager, spread over the stages, the same ones
    however often it runs (the seed is week, team and rep). Who is on leave is left out. {"drawn": deals}."""
    if not is_on():
        return {"on": False}
    on = today(now)
    week, away = week_of(on), set(Leave.objects.on(on).values_list("user", flat=True))
    rested = [week_of(on - n * WEEK) for n in range(1, REST_WEEKS + 1)]
    made = []
    for team in Team.objects.filter(is_active=True, manager__is_active=True).select_related("manager"):
        if team.manager_id in away:
            continue
        reps = [
            rep for rep in User.objects.sellers().filter(team=team).exclude(pk=team.manager_id).order_by("pk")
            if rep.pk not in away
        ]
        size = min(switches.get("agreement_deals"), max(MANAGERS_MOST // max(len(reps), 1), 1))
        for rep in reps:
            made += _draw_pair(team, rep, week, rested, size, now=now)
    rows = AgreementSample.objects.bulk_create(made, ignore_conflicts=True)
    return {"on": True, "drawn": len(rows)}


def _draw_pair(team, rep, week, rested, size, *, now):
    if AgreementSample.objects.filter(week=week, team=team, rep=rep).exists():
        return []
    deals = Deal.objects.visible_to(rep).open().filter(Q(rep=rep) | Q(owner=rep), customer__team=team)
    deals = deals.filter(customer__archived_at=None).exclude(agreement_samples__week__in=[week, *rested])
    picked = stratified(deals.order_by("pk").values_list("pk", "stage"), size, seed=f"{week} {team.pk} {rep.pk}")
    return [
        AgreementSample(
            week=week, team=team, rep=rep, manager=team.manager, deal_id=deal, stage_id=stage, drawn_at=now
        ) for deal, stage in picked
    ]  # fmt: skip


def stratified(pairs, size, *, seed):
    """`size` of [(deal, stage)], one stage after the other until there are enough: rare stages are judged too. The
    same seed draws the same."""
    chance = random.Random(seed)  # noqa: S311  (a sample, not a secret)
    by_stage = {}
    for pair in pairs:
        by_stage.setdefault(pair[1], []).append(pair)
    piles = [by_stage[stage] for stage in sorted(by_stage)]
    chance.shuffle(piles)
    for pile in piles:
        chance.shuffle(pile)
    picked = []
    while piles and len(picked) < size:
        for pile in piles[: size - len(picked)]:
            picked.append(pile.pop())
        piles = [pile for pile in piles if pile]
    return picked


# --- Judging ----------------------------------------------------------------------------------------------------
@dataclass
class Week:
    """What one person judges this week: `next` is the sample to look at (None: done), `both` those both have judged."""

    total: int
    judged: int
    next: object = None
    both: list = field(default_factory=list)


def mine(user, on):
    """The samples of this week somebody judges that can still be judged: open deals that exist for him."""
    rows = AgreementSample.objects.of_judge(user).filter(week=week_of(on), deal__in=Deal.objects.visible_to(user))
    return rows.filter(deal__stage__kind="open")


def left(user, on):
    """How many he has not judged yet; no query while the check is off."""
    return mine(user, on).exclude(judgements__judge=user).count() if is_on() else 0


def week_for(user, on):
    """The Week of somebody. The other's answer is read of finished ones alone."""
    rows = list(mine(user, on).select_related("deal__customer", "rep", "manager"))
    answers = AgreementJudgement.objects.visible_to(user).filter(sample__in=rows).select_related("judge")
    given = {(one.sample_id, one.judge_id): one for one in answers}
    waiting = [row for row in rows if (row.pk, user.pk) not in given]
    week = Week(len(rows), len(rows) - len(waiting), waiting[0] if waiting else None)
    stages = Playbooks.load().stages
    for row in rows:
        if row.done_at:
            other = row.manager if row.rep_id == user.pk else row.rep
            own, theirs = (given[row.pk, judge.pk].stage_id for judge in (user, other))
            week.both.append(Both(row, stages.get(own), stages.get(theirs), other))
    return week


@dataclass(frozen=True)
class Both:
    sample: AgreementSample
    own: object
    theirs: object
    other: object

    @property
    def same(self):
        return self.own is not None and self.own == self.theirs


@dataclass
class Card:
    """What was said and done about a deal, without the stage it is recorded in."""

    deal: Deal
    stages: list
    talks: list
    lines: list
    needs: list
    steps: list


def card_of(sample, user):
    """The card of a sample that came through week_for(). Four queries."""
    deal = sample.deal
    talks = FollowUp.objects.visible_to(user).counted().filter(customer=deal.customer_id).select_related("talked_by")
    lines = KeyAction.objects.filter(deal=deal, voided_at=None)
    return Card(
        deal, choices_of(deal), list(talks.order_by("-happened_at", "-pk")[:SAID]), list(lines[:SAID]),
        list(Need.objects.filter(customer=deal.customer_id).select_related("topic")[:SAID]),
        list(deal.customer.steps.open()[:SAID]),
    )


def choices_of(deal):
    """The stages a deal may be judged to be in: the open ones of its playbook."""
    return [stage for stage in Playbooks.load().line_of(deal.playbook_id) if stage.is_open]


def judge(sample, stage, *, by, now):
    """Keep what `by` says (a Stage read through Playbooks, or None: cannot be told) with the definition in force. It
    may be changed until the other has judged too; Refused afterwards, and when the week is over."""
    if sample.week != week_of(today(now)):
        raise Refused(_("This week is over. New deals are drawn on Monday."))
    with transaction.atomic():
        row = AgreementSample.objects.select_for_update().get(pk=sample.pk)
        if row.done_at:
            raise Refused(_("Both of you have judged this deal: it stands."))
        said = {"stage": stage, "stage_version": stage and stage.version_now, "at": now}
        AgreementJudgement.objects.update_or_create(sample=row, judge=by, defaults=said)
        judges = set(row.judgements.values_list("judge", flat=True))
        if {row.rep_id, row.manager_id} <= judges:
            AgreementSample.objects.filter(pk=row.pk).update(done_at=now)
        record("pipeline.judged", row, by=by, at=now, week=row.week)  # without the answer, on nobody's timeline
