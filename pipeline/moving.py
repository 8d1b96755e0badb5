"""Changing a deal's stage: one verb, written for a list, for form, drag, key, menu, bulk, import and undo (D35, S9).

The stay in the old stage ends and a stay in the new one begins; what was shown before stays readable (D17).
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext as _

from core import periods
from core.changing import change_each
from core.errors import Conflict
from customers.models import NextStep
from customers.steps import Plan, plan_many
from pipeline import actions, facts, listed, risks, telling
from pipeline.allowing import GRACE, Gone, check, check_in_use, is_history, moved_meanwhile, pass_gates
from pipeline.entering import entered
from pipeline.holding import hold
from pipeline.marking import insert_marks
from pipeline.models import Deal, LossReason, Stage, StageProgress, StageVersion
from pipeline.playbooks import Playbooks
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
    ask: tuple = ()  # codes of entering.offered() that were ticked: raised with the move
    carried: bool = False  # by a merge of its stage: nobody moved it on, so that no evidence is missing
    switch: bool = False  # into another playbook's stage: said by pipeline/switching.py alone
    # Filled by move_many:
    stay: StageProgress | None = field(default=None, repr=False)
    was: Stage | None = field(default=None, repr=False)
    line: object = field(default=None, repr=False)
    opened_risk: object = field(default=None, repr=False)
    step: NextStep | None = field(default=None, repr=False)
    event: object = field(default=None, repr=False)
    told: list = field(default_factory=list, repr=False)  # what followed from it, in sentences for the mover
    unproven: bool = False  # nothing was said of what the stage it leaves asks (R3)

    @property
    def backward(self):
        """To an earlier stage, or out of lost. Leaving an open stage for lost, or for another playbook, is neither
        forward nor back."""
        if self.to.kind == Stage.Kind.LOST or self.crosses:
            return False
        return self.was.kind == Stage.Kind.LOST or self.to.place < self.was.place

    @property
    def crosses(self):
        return self.to.playbook_id != self.was.playbook_id

    @property
    def wins(self):
        won = (Stage.Kind.WON, Stage.Kind.AFTER)
        return self.to.kind in won and self.was.kind not in won

    @property
    def loses(self):
        return self.to.kind == Stage.Kind.LOST

    def back_dated(self, now):
        return self.entered_at is not None and self.entered_at < now - GRACE


def move_many(moves, *, by, now, batch=None, force_gate=False, quiet=False, is_held=False):
    """Move a list of deals, all or none, and return them. Set-based: about a dozen statements for any number.

    Raises Refused when a deal has moved meanwhile, is held, or its new stage needs an approval first; ValidationError
    (by field of Move) when something asked for is missing. `force_gate`: stages merged by an admin, or with `batch` an
    import, which passes only for what already happened (allowing.is_history). A move to the stage the deal is in
    already does nothing. `quiet` tells nobody but the timeline (a merge of stages). `is_held` says that the deals were
    read by holding.hold() in this transaction.
    """
    with transaction.atomic():
        moves = _fetched(moves, now=now, is_held=is_held)
        moves = [move for move in moves if move.to.pk != move.was.pk]
        if not moves:
            return []
        deals = [move.deal for move in moves]
        check_in_use([(move.was, move.to) for move in moves if move.switch or not move.crosses])
        for move in moves:
            check(move, now=now, batch=batch)
        if not force_gate or batch:
            pass_gates([move for move in moves if not (force_gate and is_history(move.deal, periods.today(now)))])
        before = facts.around(deals)
        known = listed.names() if any(move.key_action for move in moves) else {}
        change_each([(move.deal, _fields(move, now, batch, known)) for move in moves], by=by)
        _turn_stays(moves, by=by, now=now, batch=batch)
        _say(moves, by=by, now=now, batch=batch)
        _plan_return(moves, by=by, now=now)
        events = _follow(moves, before, by=by, now=now, why="import" if batch else "deal")
        telling.tell_moved(moves, by=by, now=now, silent=quiet or batch is not None, beside=events)
        if batch is None and not quiet:
            entered(moves, by=by, now=now)
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


def _fetched(moves, *, now, is_held):
    """The deals as they are now, locked; a deal that left the stage its mover saw is refused by name."""
    if is_held:
        fresh = {move.deal.pk: move.deal for move in moves}
    else:
        fresh = hold(Deal.objects.all(), {move.deal.pk for move in moves})
    for move in moves:
        expected = move.expected or move.deal.stage_id
        move.deal = fresh[move.deal.pk]
        move.was = move.deal.stage
        if move.was.pk != expected:
            raise moved_meanwhile(move.deal, now=now)
    return moves


def _fields(move, now, batch, known):
    """What changes on the deal itself."""
    deal, at = move.deal, move.entered_at or now
    line = actions.shown_line(deal, _line_on(move, now), move.key_action, known)
    fields = {"stage": move.to, "entered_at": at} | line
    if batch is None:
        fields["updated_on"] = periods.today(now)
    if move.expected_close is not UNSET and move.to.is_open:
        fields |= closing_fields(deal, move.expected_close)
    if move.wins:
        signed = move.signed_on or periods.today(at)
        amount = deal.amount if move.contract_amount is None else move.contract_amount
        fields |= {"won_at": at, "signed_on": signed, "contract_amount": amount, "expected_close": None}
    if move.crosses:
        fields["playbook"] = move.to.playbook
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
    known = Playbooks.load().stages
    newest = {pk: known[pk].version_now for pk in stages if pk in known}
    missing = [pk for pk in stages if pk not in known]  # made this moment by another process
    for version in StageVersion.objects.filter(stage__in=missing).order_by("since", "id") if missing else []:
        newest[version.stage_id] = version
    return newest


def _turn_stays(moves, *, by, now, batch):
    """The open stays end, those in the new stages begin. A stay that somebody else ended meanwhile was not ours; nor
    is a stage that went out of use until the deals' rows named it: from then on who retires it waits for us (B36)."""
    versions, ends = versions_of({pk for move in moves for pk in (move.to.pk, move.was.pk)}), {}
    for move in moves:
        move.unproven = batch is None and not move.carried and is_unproven(move, versions.get(move.was.pk))
        at, deal = move.entered_at or now, move.deal
        ends.setdefault(max(at, deal.stay_entered_at), []).append(move)
        move.stay = StageProgress(
            deal=deal, stage=move.to, stage_version=versions[move.to.pk], came_from=move.was, entered_at=at,
            moved_by=by, reason=move.reason.strip()[:200], evidence=move.evidence.strip()[:300],
            backward=move.backward, back_dated=move.back_dated(now), recorded_at=now, batch=batch,
        )
    for end, group in ends.items():
        gone = Stage.objects.filter(pk__in={move.to.pk for move in group}).exclude(retired_at=None)
        open_ones = StageProgress.objects.filter(
            ~Exists(gone), pk__in=[move.deal.stay_id for move in group], left_at=None, voided_at=None
        )
        if open_ones.update(left_at=end, left_recorded_at=now) != len(group):
            raise Gone(gone[0]) if gone else Conflict(group[0].deal, [])
    StageProgress.objects.bulk_create([move.stay for move in moves], batch_size=500)


def _say(moves, *, by, now, batch):
    """The key action, the risk and the day's mark."""
    said = [move for move in moves if move.key_action.strip()]
    lines = [actions.Line(move.deal, _line_on(move, now), move.key_action) for move in said]
    lines = actions.add_line_many(lines, by=by, now=now, write=False)  # _fields wrote them on the deals
    for move, line in zip(said, lines, strict=True):
        move.line = line
    opened = risks.open_many([(m.deal, *m.risk) for m in moves if m.risk], by=by, now=now)
    by_deal = {risk.deal_id: risk for risk in opened}
    for move in moves:
        move.opened_risk = by_deal.get(move.deal.pk)
    if batch is None:
        insert_marks([move.deal for move in moves], "move", by=by, now=now, day=periods.today(now))


def _line_on(move, now):
    return move.key_action_on or periods.today(move.entered_at or now)


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


def _follow(moves, before, *, by, now, why):
    """What the customers' columns say of their deals now, and the tag that follows (D11), unless the mover chose one
    himself. Returns the events of the tags, unsaved."""
    after = facts.moved(before, [move.deal for move in moves])
    customers, tags = {}, {}
    for move in moves:
        customer = customers.setdefault(move.deal.customer_id, move.deal.customer)
        implied = facts.implied_tag(before[customer.pk]), facts.implied_tag(after[customer.pk])
        tags[customer.pk] = (customer, move.tag or facts.tag_after(customer.tag, *implied))
    return facts.follow(customers.values(), after, tags.values(), by=by, now=now, why=why)
