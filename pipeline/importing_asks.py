"""What an import asks of a move as a form would: the approval of a gated stage, why a deal was lost.

Only of deals that people work on here; what already happened elsewhere is told, not asked for (allowing.is_history).
"""

from exchange.problems import gettext_noop
from pipeline import notes
from pipeline.allowing import gate_before, gates_of, is_history, is_onward, is_quiet, standing_before
from pipeline.models import LossReason
from pipeline.moving import Move
from pipeline.strips import note_words

NEEDS_APPROVAL = gettext_noop("%(stage)s needs an approval first.")
HELD = gettext_noop("The move has to wait: %(words)s.")
LOST_WHY = gettext_noop("Why was it lost? One of: %(reasons)s.")
LOST_UNSAID = gettext_noop("No reason was given for the lost deal; it is kept as “%(reason)s”.")


def ask(records, run):
    """Row errors for what is missing. `records` are those of a sheet that tell about a deal, already compared."""
    moves = {}
    for record in records:
        if gate := opens_behind(record, run):
            record.wrong("stage", NEEDS_APPROVAL, stage=gate.label)
        to = record.links.get("to")
        lost = (to or record.values.get("stage")) if to or record.is_new else None
        unsaid = lost is not None and lost.kind == "lost" and not record.values.get("lost_reason")
        if to and not is_history(record.links["deal"], run.today):
            if unsaid:
                record.wrong("stage", LOST_WHY, reasons=[str(reason) for reason in run.once("reasons", reasons)])
            moves[id(record)] = Move(record.links["deal"], to, was=record.links["deal"].stage)
        elif unsaid:
            record.flag("stage", LOST_UNSAID, reason=str(run.once("lost reason", other_reason)))
    onward = {key: move for key, move in moves.items() if is_onward(move)}
    if not onward:
        return
    holds = notes.holds_of([move.deal for move in onward.values()])
    gates = gates_of(list(onward.values()))
    for record in records:
        move = onward.get(id(record))
        if move and (standing := standing_before(move, holds)):
            record.wrong("stage", HELD, words=note_words(standing[0]))
        elif move and (waiting := gates.get(move.deal.pk)):
            record.wrong("stage", NEEDS_APPROVAL, stage=waiting[0].label)


def opens_behind(record, run):
    """The gate a new deal of a customer people work with would begin behind, or None."""
    stage, customer = record.values.get("stage"), record.links.get("customer")
    if not stage or not customer or record.links.get("open") is None or is_quiet(customer, run.today):
        return None
    return run.once(f"gate before {stage.pk}", lambda: gate_before(stage))


def reasons():
    return list(LossReason.objects.filter(retired_at=None))


def other_reason():
    return LossReason.objects.filter(code="other").first() or LossReason.objects.first()
