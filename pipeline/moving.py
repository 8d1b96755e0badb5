"""Changing a deal's stage: one verb, written for a list, for form, drag, key, menu, bulk, import and undo (D35, S9).

The stay in the old stage ends and a stay in the new one begins; what was shown before stays readable (D17).
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import periods
from core.changing import change_each
from core.errors import Refused
from customers.models import NextStep
from customers.steps import Plan, plan_many
from pipeline import actions, facts, risks, telling
from pipeline.allowing import GRACE, check, pass_gates
from pipeline.marking import mark
from pipeline.models import Deal, LossReason, Stage, StageProgress, StageVersion
from pipeline.proving import is_unproven

UNSET = object()


@dataclass
class Move:
    """One deal's change of stage, and what was said in the same breath.

    `expected` is the id of the stage the mover saw. `entered_at` back-dates the move (a reason is required, both
    clocks are kept). `risk` is (RiskType or None, words, severity). Into a won stage: `signed_on`, `contract_amount`
    (CNY). Into a lost one: `lost_reason`, and `back_on` makes a next step on that day.
    """

    deal: Deal
    to: Stage
    expected: int | None = None
    key_action: str = ""
    key_action_on: dt.date | None = None
    expected_close: object = UNSET
    risk: tuple | None = None
    tag: str | None = None
    reason: str = ""
    evidence: str = ""
    entered_at: dt.datetime | None = None
    signed_on: dt.date | None = None
    contract_amount: Decimal | None = None
    lost_reason: LossReason | None = None
    competitor: str = ""
    lost_note: str = ""
    back_on: dt.date | None = None
    # Filled by move_many:
    stay: StageProgress | None = field(default=None, repr=False)
    was: Stage | None = field(default=None, repr=False)
    line: object = field(default=None, repr=False)
    opened_risk: object = field(default=None, repr=False)
    step: NextStep | None = field(default=None, repr=False)
    unproven: bool = False  # nothing was said of what the stage it leaves asks (R3)

    @property
    def backward(self):
        """To an earlier stage, or out of lost. Leaving an open stage for lost is neither forward nor back."""
        if self.to.kind == Stage.Kind.LOST:
            return False
        return self.was.kind == Stage.Kind.LOST or self.to.position < self.was.position

    @property
    def wins(self):
        won = (Stage.Kind.WON, Stage.Kind.AFTER)
        return self.to.kind in won and self.was.kind not in won

    @property
    def loses(self):
        return self.to.kind == Stage.Kind.LOST

    def back_dated(self, now):
        return self.entered_at is not None and self.entered_at < now - GRACE


def move_many(moves, *, by, now, batch=None, force_gate=False, quiet=False):
    """Move a list of deals, all or none, and return them. Set-based: about fifteen statements for any number.

    Raises Refused when a deal has moved meanwhile, is held, or its new stage needs an approval first (not with
    `force_gate`, for imports of what already happened); ValidationError (by field of Move) when something asked for
    is missing. A move to the stage the deal is in already does nothing. `quiet` tells nobody but the timeline (a merge
    of stages).
    """
    with transaction.atomic():
        moves = _fetched(moves)
        moves = [move for move in moves if move.to.pk != move.was.pk]
        if not moves:
            return []
        deals = [move.deal for move in moves]
        stays = {
            stay.deal_id: stay for stay in StageProgress.objects.filter(deal__in=deals, left_at=None, voided_at=None)
        }
        for move in moves:
            check(move, stays[move.deal.pk], now=now, batch=batch)
        if not force_gate:
            pass_gates(moves)
        rows = facts.deals_of({deal.customer_id for deal in deals})
        before = {pk: facts.implied_tag(of) for pk, of in rows.items()}
        change_each([(move.deal, _fields(move, now, batch)) for move in moves], by=by)
        _turn_stays(moves, stays, by=by, now=now, batch=batch)
        _say(moves, by=by, now=now, batch=batch)
        _plan_return(moves, by=by, now=now)
        rows = facts.push({deal.customer_id for deal in deals})
        _follow_tags(moves, before, rows, by=by, now=now, why="import" if batch else "deal")
        telling.tell_moved(moves, by=by, now=now, silent=quiet or batch is not None)
    return deals


def move_to(deal, stage, *, by, now, **said):
    """Move one deal: the list of one. `said` are the fields of Move."""
    move_many([Move(deal, stage, **said)], by=by, now=now)
    deal.refresh_from_db()
    return deal


def lose(deal, reason, *, by, now, **said):
    """The deal is lost: the same verb, into its playbook's lost stage."""
    stage = Stage.objects.live().get(playbook=deal.playbook_id, kind=Stage.Kind.LOST)
    return move_to(deal, stage, by=by, now=now, lost_reason=reason, **said)


Deal.move_to, Deal.lose = move_to, lose  # the object's own verbs (architecture §3), written where the list is


def _fetched(moves):
    """The deals as they are now, locked; a deal that left the stage its mover saw is refused by name. Locked first and
    read then: PostgreSQL drops a waiting row from a join when the joined column changed meanwhile."""
    keys = sorted({move.deal.pk for move in moves})
    list(Deal.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    joined = ("customer__team__manager", "stage", "rep", "owner")
    fresh = Deal.objects.select_related(*joined).in_bulk(keys)
    for move in moves:
        expected = move.expected or move.deal.stage_id
        move.deal = fresh[move.deal.pk]
        move.was = move.deal.stage
        if move.was.pk != expected:
            raise Refused(
                _("%(name)s has moved meanwhile: it is in %(stage)s now.")
                % {"name": move.deal.customer.name, "stage": move.was},
                holder=str(move.was),
            )
    return moves


def _fields(move, now, batch):
    """What changes on the deal itself."""
    deal, at = move.deal, move.entered_at or now
    fields = {"stage": move.to, "entered_at": at}
    if move.expected_close is not UNSET and move.to.is_open:
        fields |= closing_fields(deal, move.expected_close)
    if move.wins:
        signed = move.signed_on or periods.today(at)
        amount = deal.amount if move.contract_amount is None else move.contract_amount
        fields |= {"won_at": at, "signed_on": signed, "contract_amount": amount, "expected_close": None}
    if move.to.is_open or move.loses:
        fields |= {"won_at": None, "signed_on": None, "contract_amount": None}
    if move.loses:
        fields |= {
            "lost_at": at,
            "lost_reason": move.lost_reason,
            "lost_note": move.lost_note[:300],
            "competitor": move.competitor[:60] or deal.competitor,
        }
    else:
        fields |= {"lost_at": None, "lost_reason": None, "lost_note": ""}
    return fields


def closing_fields(deal, day):
    """expected_close, and one more slip when it moves later."""
    slipped = bool(day and deal.expected_close and day > deal.expected_close)
    return {"expected_close": day, "slips": deal.slips + 1} if slipped else {"expected_close": day}


def versions_of(stages):
    """{stage id: its newest StageVersion}: the name and meaning a stay keeps."""
    newest = {}
    for version in StageVersion.objects.filter(stage__in=list(stages)).order_by("since", "id"):
        newest[version.stage_id] = version
    return newest


def _turn_stays(moves, stays, *, by, now, batch):
    versions = versions_of({pk for move in moves for pk in (move.to.pk, move.was.pk)})
    for move in moves:
        move.unproven = batch is None and is_unproven(move, versions.get(move.was.pk))
        at = move.entered_at or now
        old = stays[move.deal.pk]
        old.left_at, old.left_recorded_at = max(at, old.entered_at), now
        move.stay = StageProgress(
            deal=move.deal,
            stage=move.to,
            stage_version=versions[move.to.pk],
            came_from=move.was,
            entered_at=at,
            moved_by=by,
            reason=move.reason.strip()[:200],
            evidence=move.evidence.strip()[:300],
            backward=move.backward,
            back_dated=move.back_dated(now),
            recorded_at=now,
            batch=batch,
        )
    StageProgress.objects.bulk_update(
        [stays[move.deal.pk] for move in moves], ["left_at", "left_recorded_at"], batch_size=200
    )
    StageProgress.objects.bulk_create([move.stay for move in moves], batch_size=500)


def _say(moves, *, by, now, batch):
    """The key action, the risk and the day's mark."""
    today = periods.today(now)
    said = [move for move in moves if move.key_action.strip()]
    lines = actions.add_line_many(
        [actions.Line(m.deal, m.key_action_on or periods.today(m.entered_at or now), m.key_action) for m in said],
        by=by,
        now=now,
    )
    for move, line in zip(said, lines, strict=True):
        move.line = line
    opened = risks.open_many([(m.deal, *m.risk) for m in moves if m.risk], by=by, now=now)
    by_deal = {risk.deal_id: risk for risk in opened}
    for move in moves:
        move.opened_risk = by_deal.get(move.deal.pk)
    if batch is None:
        mark([move.deal for move in moves], "move", by=by, now=now, day=today)


def _plan_return(moves, *, by, now):
    """ "Come back on" of a lost deal becomes the customer's next step."""
    back = [move for move in moves if move.loses and move.back_on]
    if not back:
        return
    made = plan_many(
        [
            Plan(
                m.deal.customer,
                m.deal.owner or m.deal.rep or by,
                m.back_on,
                _("Come back: %(reason)s") % {"reason": m.lost_reason},
            )
            for m in back
        ],
        by=by,
        now=now,
    )
    for move, step in zip(back, made, strict=True):
        move.step = step


def _follow_tags(moves, before, after, *, by, now, why):
    """D11: what the deals now imply, unless the mover chose a tag himself."""
    wanted = {}
    for move in moves:
        customer = move.deal.customer
        new = move.tag or facts.tag_after(
            customer.tag, before.get(customer.pk, ""), facts.implied_tag(after.get(customer.pk, []))
        )
        wanted[customer.pk] = (customer, new)
    facts.follow_tags(list(wanted.values()), by=by, now=now, why=why)
