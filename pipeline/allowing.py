"""Whether a move may be: what it must say, what holds it, what a gated stage asks first (S9, D29)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.errors import Refused
from pipeline import entering, notes
from pipeline.playbooks import Playbooks

GRACE = dt.timedelta(minutes=1)  # a clock that differs by less is not back-dating


def check(move, *, now, batch):
    """Raise ValidationError by field of the Move for what is missing, Refused for a stage out of use. An import says
    what already happened: it is not asked for reasons."""
    missing = {}
    if move.to.playbook_id != move.deal.playbook_id:
        raise ValidationError({"to": _("This stage belongs to another playbook.")})
    if move.to.retired_at:
        raise Refused(_("%(stage)s is no longer in use.") % {"stage": move.to})
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


def pass_gates(moves):
    """D29: a hold stops every move into its stage or past it; a gated stage opens by an approval given."""
    forward = [move for move in moves if not move.backward and not move.loses]
    standing = [move.deal for move in forward if move.deal.is_held]
    holds = notes.holds_of(standing) if standing else {}
    for move in forward:
        for hold in holds.get(move.deal.pk, []):
            if hold.stage is None or move.to.position >= hold.stage.position:
                raise Refused(hold.words, holder=hold.words)
    if not entering.is_guarded():
        return
    gates = {}
    for stage in Playbooks.load().stages.values():
        if stage.gated and not stage.retired_at:
            gates.setdefault(stage.playbook_id, []).append(stage)
    entered = [
        (move, stage)
        for move in forward
        for stage in gates.get(move.to.playbook_id, [])
        if move.was.position < stage.position <= move.to.position
    ]
    passed = notes.passed_gate([move.deal for move, _stage in entered]) if entered else set()
    for move, stage in entered:
        if (move.deal.pk, stage.pk) not in passed:
            raise Refused(_("%(stage)s needs an approval first.") % {"stage": stage}, holder=str(stage))
