"""Socket: entering a stage, or asking to enter a gated one, raises the request (D29, D34).

on_entering(function): function(deal, stage, *, by, now, files=()) -> bool. It raises the approval, places a hold on the
deal (notes.place_note(kind hold, stage=stage)) and returns True; False when it does not serve this stage;
ValidationError when something it needs is missing. When the last approval is given it lifts the hold and places a good
note for the stage: then move_many lets the deal in.

naming(stage) -> [words]: who would be asked, in the order they are; nothing when it does not serve the stage.
needing(stage) -> [names]: the files without which nobody is asked.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from pipeline import notes

_functions, _entered, _names, _needs, _offers, _backs = [], [], {}, [], [], []


def on_entering(function, *, naming=None, needing=None):
    """Register what asks for entry to a gated stage."""
    if function not in _functions:
        _functions.append(function)
        _names[function] = naming
        if needing:
            _needs.append(needing)


def who_approves(stage):
    """Who is asked before a gated stage is entered (R17), in words: 销售经理 + 法务部; empty when nobody says."""
    found = next((words for naming in _names.values() if naming and (words := naming(stage))), [])
    return " + ".join(found)


def files_needed(stage):
    """The names of the files that asking to enter a gated stage needs."""
    return [name for needing in _needs for name in needing(stage)]


def on_entered(function, *, offering=None, back=None):
    """Register what follows from a deal that has entered a stage: function(moves, *, by, now), in the transaction of
    the move. `moves` are pipeline.moving.Move, whose `told` may be given sentences for the mover; an import of what
    happened elsewhere calls nobody.

    offering(stage, *, by) -> [(code, words)]: what the mover may tick; the codes come back as Move.ask.
    back(stay, *, by, now) -> [sentences]: the move that began this stay is undone, in the transaction of the undo.
    """
    if function not in _entered:
        _entered.append(function)
        _offers.extend([offering] if offering else [])
        _backs.extend([back] if back else [])


def entered(moves, *, by, now):
    for function in _entered:
        function(moves, by=by, now=now)


def offered(stage, *, by):
    return [offer for function in _offers for offer in function(stage, by=by)]


def taken_back(stay, *, by, now):
    return [words for function in _backs for words in function(stay, by=by, now=now)]


def is_guarded():
    """Without somebody who can approve, a gate would be a wall: then no stage is gated."""
    return bool(_functions)


def ask_to_enter(deal, stage, *, by, now, files=()):
    """Ask for the approval; the deal stays where it is. Refused when it was asked already, is given, or when nobody
    is set to approve; ValidationError without a file it needs. Returns True."""
    if hold := next(iter(notes.holds_of([deal]).get(deal.pk, [])), None):
        raise Refused(_("Already asked: %(words)s") % {"words": hold.words}, holder=hold.words)
    if (deal.pk, stage.pk) in notes.passed_gate([deal]):
        raise Refused(_("The approval is given: %(stage)s can be entered.") % {"stage": stage})
    with transaction.atomic():
        if not any([function(deal, stage, by=by, now=now, files=files) for function in _functions]):
            raise Refused(_("Nobody is set to approve entering %(stage)s.") % {"stage": stage})
    return True
