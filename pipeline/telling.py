"""What a move tells: one event a deal with the names used then, and the people who answer for the new stage (R16)."""

from activity.recording import events_of, notify, write
from core import periods
from pipeline.playbooks import Playbooks


def tell_moved(moves, *, by, now, silent=False, beside=()):
    """pipeline.moved, pipeline.won or pipeline.lost, each kept on its move; written together with the events `beside`
    them. Silent for imports (what they bring already happened) and merges of stages."""
    told, duties = [], {} if silent else {pk: Playbooks.stage(pk).answering for pk in {move.to.pk for move in moves}}
    for verb in ("pipeline.moved", "pipeline.won", "pipeline.lost"):
        mine = {move.deal.pk: move for move in moves if verb_of(move) == verb}
        events = events_of(
            verb,
            [move.deal for move in mine.values()],
            by=by,
            at=now,
            about=lambda deal: deal.customer_id,
            data=lambda deal, mine=mine: words_of(mine[deal.pk]),
        )
        for event, move in zip(events, mine.values(), strict=True):
            move.event = event
            told.append(move)
    write([*beside, *(move.event for move in told)])
    if silent:
        return
    for move in told:
        notify(
            move.event.verb,
            move.deal,
            tell=answering(move.deal, duties[move.to.pk]),
            by=by,
            at=now,
            key=f"event {move.event.pk}",
            event=move.event,
            **move.event.data,
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
    if move.crosses:
        data |= {"playbook": move.to.playbook.label, "playbook_en": move.to.playbook.label_en}
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
