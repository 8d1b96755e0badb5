"""Open deals go over to another playbook: each old stage has a new one, and the move is the one verb's (R7, R8).

Won and lost deals stay where they were decided: their playbook is part of what happened.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from core.errors import Refused
from pipeline.models import Deal, Playbook, Stage, StageProgress
from pipeline.moving import Move, move_many
from pipeline.playbooks import Playbooks

BATCH = 500


def places_in(playbook):
    """The stages a deal may come into: the open ones in use, in order."""
    return [stage for stage in Playbooks.load().line_of(playbook.pk) if stage.is_open]


def suggest(stages, playbook):
    """{old stage id: stage of `playbook`}: what was chosen last from this stage into that playbook, so that it is asked
    once; else the stage whose probability is nearest, the earlier one of two. One query."""
    places = {stage.pk: stage for stage in places_in(playbook)}
    found = {}
    chosen = StageProgress.objects.standing().filter(came_from__in=[stage.pk for stage in stages], stage__in=places)
    for old, new in chosen.order_by("-recorded_at", "-id").values_list("came_from", "stage")[:200]:
        found.setdefault(old, places[new])
    for stage in stages:
        if stage.pk not in found and places:
            found[stage.pk] = min(places.values(), key=lambda new: abs(new.probability - stage.probability))
    return found


def switch_many(deals, playbook, mapping, *, by, now, reason="", expected=None):
    """Take open deals over to `playbook`; `mapping` is {old stage id: new Stage}. All or none; returns how many.

    Raises Refused for a playbook that is off, a deal that is decided, held or has moved meanwhile (`expected`: the id
    of the stage the mover saw); ValidationError by "to" for a stage that is no open one of that playbook.
    """
    with transaction.atomic():
        lock(playbook)
        if not playbook.is_active:
            raise Refused(_("%(playbook)s is switched off.") % {"playbook": playbook})
        if closed := next((deal for deal in deals if not deal.stage.is_open), None):
            raise Refused(_("%(name)s is decided: it stays in its playbook.") % {"name": closed.customer.name})
        places = {stage.pk for stage in places_in(playbook)}
        if any(mapping.get(deal.stage_id) is None or mapping[deal.stage_id].pk not in places for deal in deals):
            raise ValidationError({"to": _("Choose a stage of the other playbook.")})
        for start in range(0, len(deals), BATCH):
            moves = [
                Move(deal, mapping[deal.stage_id], expected=expected, reason=reason, switch=True)
                for deal in deals[start : start + BATCH]
            ]
            move_many(moves, by=by, now=now, quiet=len(deals) > 1)
    return len(deals)


def empty(playbook, into, mapping, *, by, now):
    """Every open deal of `playbook` goes over to `into`: what switching a playbook off asks for. Returns how many."""
    deals = list(Deal.objects.filter(playbook=playbook).open().select_related("stage", "customer").order_by("pk"))
    words = _("Playbook %(playbook)s is switched off") % {"playbook": playbook}
    return switch_many(deals, into, mapping, by=by, now=now, reason=words[:200])


def lock(playbook):
    """The playbook as it is now, held until the end of the transaction: nobody switches it off meanwhile."""
    fresh = Playbook.objects.select_for_update().get(pk=playbook.pk)
    playbook.is_active, playbook.version = fresh.is_active, fresh.version


def load_by_stage(playbook):
    """[(stage, open deals in it)] of the open stages that hold any, retired ones too."""
    rows = Deal.objects.filter(playbook=playbook).open().order_by().values_list("stage")
    counts = dict(rows.annotate(n=Count("pk")))
    stages = Stage.objects.filter(pk__in=counts).order_by("position", "pk")
    return [(stage, counts[stage.pk]) for stage in stages]
