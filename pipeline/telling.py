"""What a move tells: one event a deal with the names used then, and the people who answer for the new stage (R16)."""

from activity.recording import notify, record_many
from core import periods
from pipeline.models import StageDuty


def tell_moved(moves, *, by, now, silent=False):
    """pipeline.moved, pipeline.won or pipeline.lost. Silent for imports (what
    they bring already happened) and merges of stages."""
    for verb in ("pipeline.moved", "pipeline.won", "pipeline.lost"):
        mine = {move.deal.pk: move for move in moves if verb_of(move) == verb}
        events = record_many(
            verb,
            [move.deal for move in mine.values()],
            by=by,
            at=now,
            about=lambda deal: deal.customer_id,
            data=lambda deal, mine=mine: words_of(mine[deal.pk]),
        )
        if not silent:
            duties = duties_of({move.to.pk for move in mine.values()})
            for event, move in zip(events, mine.values(), strict=True):
                notify(
                    verb,
                    move.deal,
                    tell=answering(move.deal, duties.get(move.to.pk, [])),
                    by=by,
                    at=now,
                    key=f"event {event.pk}",
                    event=event,
                    **event.data,
                )


def verb_of(move):
    return "pipeline.won" if move.wins else "pipeline.lost" if move.loses else "pipeline.moved"


def words_of(move):
    """The names used then, and the rows an undo takes back."""
    customer = move.deal.customer
    data = {
        "customer": customer.name,
        "deal": move.deal.name,
        "from": move.was.label,
        "from_en": move.was.label_en,
        "to": move.to.label,
        "to_en": move.to.label_en,
        "from_position": move.was.position,
        "to_position": move.to.position,
        "stay": move.stay.pk,
        "version": move.deal.version,
        "back": move.backward,
        "key_action": move.key_action.strip(),
        "reason": move.reason.strip(),
    }
    if move.unproven:
        data["unproven"] = True
    elif move.evidence.strip():
        data["evidence"] = move.evidence.strip()[:300]
    if move.stay.back_dated:
        data["late"] = periods.today(move.entered_at).isoformat()
    if move.entered_at:
        data["entered_at"] = move.entered_at.isoformat()
    if move.wins and move.deal.contract_amount is not None:
        data["amount"] = str(move.deal.contract_amount)
    if move.loses:
        data |= {"lost": move.lost_reason.label, "lost_en": move.lost_reason.label_en, "note": move.lost_note}
    rows = {"line": move.line, "risk": move.opened_risk, "step": move.step}
    return data | {name: row.pk for name, row in rows.items() if row}


def duties_of(stage_ids):
    """{stage id: [StageDuty, …]}, whole, in order."""
    found = {}
    duties = StageDuty.objects.filter(stage__in=list(stage_ids)).select_related("person", "department__lead")
    for duty in duties.order_by("position", "id"):
        found.setdefault(duty.stage_id, []).append(duty)
    return found


def answering(deal, duties):
    """The people of sales who answer for a deal in a stage. Other departments hear by a request: a deal is not
    theirs to open (D3)."""
    people = []
    for duty in duties:
        if duty.role == "rep":
            people += [deal.owner or deal.rep or deal.customer.owner]
        elif duty.role == "manager":
            people += [deal.customer.team and deal.customer.team.manager]
        elif duty.person:
            people += [duty.person if duty.person.sells or duty.person.is_admin else None]
        elif duty.department and duty.department.sells:
            people += [duty.department.lead]
    return [person for person in people if person]
