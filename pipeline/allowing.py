"""Whether a move may be: what it must say, what holds it, what a gated stage asks first (S9, D29)."""

import datetime as dt
from itertools import takewhile

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import periods
from core import words as said
from core.errors import Refused
from pipeline import entering, notes
from pipeline.holding import off_among
from pipeline.models import Stage, StageProgress
from pipeline.playbooks import Playbooks
from pipeline.strips import note_words

GRACE = dt.timedelta(minutes=1)  # a clock that differs by less is not back-dating


class Gone(Refused):
    """The stage went out of use meanwhile (B36); `stage` is that one, so that a page can offer the others."""

    def __init__(self, stage):
        super().__init__(_("%(stage)s is no longer in use.") % {"stage": stage})
        self.stage = stage


class Moved(Refused):
    """The deal left the stage its mover saw (B32): a page can show it as it is now, with what was typed."""


def moved_meanwhile(deal, *, now):
    """The refusal for who came second: who moved the deal, where to and when (B32)."""
    stay = StageProgress.objects.standing().filter(deal=deal, left_at=None).select_related("moved_by").first()
    if stay is None or stay.moved_by is None:
        words = _("%(name)s has moved meanwhile: it is in %(stage)s now.")
        return Moved(words % {"name": deal.customer.name, "stage": deal.stage}, holder=str(deal.stage))
    zone = periods.zone()
    at = said.when_dense(stay.recorded_at.astimezone(zone), now.astimezone(zone), get_language())
    words = _("%(name)s has moved meanwhile: %(who)s put it in %(stage)s, %(time)s.") % {
        "name": deal.customer.name, "who": stay.moved_by.name, "stage": deal.stage, "time": at,
    }
    return Moved(words, holder=stay.moved_by.name)


def check(move, *, now, batch):
    """Raise ValidationError by field of the Move for what is missing, Refused for a stage out of use. An import says
    what already happened: it is not asked for reasons."""
    missing = {}
    if move.to.playbook_id != move.deal.playbook_id and not move.switch:
        raise ValidationError({"to": _("This stage belongs to another playbook.")})
    if move.to.retired_at:
        raise Gone(move.to)
    if move.entered_at and move.entered_at > now + GRACE:
        missing["entered_at"] = _("The move cannot lie in the future.")
    if move.entered_at and move.entered_at < move.deal.stay_entered_at:
        if batch is None:
            missing["entered_at"] = _("The deal came into its stage after that.")
        else:
            move.entered_at = move.deal.stay_entered_at
    if not move.reason.strip() and batch is None:
        if move.backward:
            missing["reason"] = _("Why is it going back?")
        elif move.back_dated(now):
            missing["reason"] = _("Say why the move is entered late.")
    if move.wins and batch is None:
        if not move.signed_on:
            missing["signed_on"] = _("Enter the day it was signed.")
        if move.contract_amount is None:
            missing["contract_amount"] = _("Enter the contract amount.")
    if move.loses and not move.lost_reason:
        missing["lost_reason"] = _("Why did we lose it?")
    if missing:
        raise ValidationError(missing)


def check_in_use(pairs):
    """Raise Gone when one of [(stage left, stage entered)] brings an open deal into a playbook that is switched off.
    A deal that is open there already kept it on; one query for the others, and nobody switches theirs off meanwhile."""
    entered = [to for was, to in pairs if to.is_open and (not was.is_open or was.playbook_id != to.playbook_id)]
    off = off_among(to.playbook_id for to in entered) if entered else {}
    if gone := next((to for to in entered if to.playbook_id in off), None):
        raise Gone(gone)


def before_gates(line):
    """The stages of a playbook's line that a deal may begin in: those before the first gated one."""
    is_guarded = entering.is_guarded()
    return list(takewhile(lambda stage: not (stage.gated and is_guarded), line))


def gate_before(stage):
    """The first gated stage up to this one, itself included; None when there is none, or for a lost deal."""
    if stage.kind == Stage.Kind.LOST:
        return None
    line = Playbooks.load().line_of(stage.playbook_id)
    gate = next(iter(line[len(before_gates(line)) :]), None)
    return gate if gate and gate.position <= stage.position else None


def pass_gates(moves):
    """D29: a hold stops every move into its stage or past it; a gated stage opens by an approval given. On every path:
    out of lost as well, and in an import of deals that people work on."""
    onward = [move for move in moves if is_onward(move)]
    held = [move.deal for move in onward if move.deal.is_held]
    holds = notes.holds_of(held) if held else {}
    gates = gates_of(onward)
    for move in onward:
        for note in standing_before(move, holds):
            raise Refused(note_words(note), holder=note_words(note))
        for stage in gates.get(move.deal.pk, []):
            raise Refused(_("%(stage)s needs an approval first.") % {"stage": stage}, holder=str(stage))


def is_onward(move):
    """Whether gates and holds ask about it. Out of lost is a way back in, and no way round."""
    return not move.loses and (move.was.kind == Stage.Kind.LOST or not move.backward)


def standing_before(move, holds):
    """The holds of {deal id: [hold]} that stand before this move; another playbook is no way round."""
    return [
        note for note in holds.get(move.deal.pk, [])
        if move.crosses or (move.to.position >= note.stage.position if note.stage else not move.backward)
    ]


def gates_of(moves):
    """{deal id: [gated stages on its way that no approval has opened]}. What a lost deal had entered before it was
    lost is open to it."""
    gates = {}
    if entering.is_guarded():
        for stage in Playbooks.load().stages.values():
            if stage.gated and not stage.retired_at:
                gates.setdefault(stage.playbook_id, []).append(stage)
    on_way = {}
    for move in moves:
        start = 0 if move.crosses or move.was.kind == Stage.Kind.LOST else move.was.position
        stages = [s for s in gates.get(move.to.playbook_id, []) if start < s.position <= move.to.position]
        if stages:
            on_way[move.deal.pk] = sorted(stages, key=lambda stage: stage.position)
    if not on_way:
        return {}
    passed = notes.passed_gate(on_way) | been_in([move.deal.pk for move in moves if move.was.kind == Stage.Kind.LOST])
    left = {pk: [stage for stage in stages if (pk, stage.pk) not in passed] for pk, stages in on_way.items()}
    return {pk: stages for pk, stages in left.items() if stages}


def been_in(lost):
    """{(deal id, stage id)} of the stages these lost deals were in."""
    stays = StageProgress.objects.standing().filter(deal__in=lost) if lost else StageProgress.objects.none()
    return set(stays.values_list("deal", "stage"))


def is_history(deal, on):
    """An import tells what already happened while nobody has worked on the deal here: brought in by an import, not
    updated since, and its customer still in the days without alarms (D24). Its stage is told, not asked for."""
    return bool(deal.batch_id and deal.updated_on is None and is_quiet(deal.customer, on))


def is_quiet(customer, on):
    """Whether a customer is still in the days without alarms after the import that made it (D24)."""
    return bool(customer.alarms_from and customer.alarms_from > on)
