"""Key actions (关键动作): dated lines of a deal, appended, the newest repeated on the deal (R27, R28, R56)."""

import datetime as dt
from dataclasses import dataclass

from core.writing import write_rows
from customers.models import FollowUp
from pipeline.listed import kind_of, names
from pipeline.models import Deal, KeyAction

MOST = 200  # characters of the newest line kept on the deal
COLUMNS = ["key_action", "key_action_on", "key_action_kind"]


@dataclass
class Line:
    deal: Deal
    on: dt.date
    text: str
    follow_up: FollowUp | None = None


def add_line_many(lines, *, by, now, write=True):
    """Append one dated line a `Line` and keep each deal's newest one on it: one insert and one update for any number.
    Without `write` the deals carry their newest line, and the caller writes it with what else it writes of them."""
    lines = [line for line in lines if line.text.strip()]
    if not lines:
        return []
    known = names()
    made = KeyAction.objects.bulk_create(
        [
            KeyAction(
                deal=line.deal, on=line.on, text=line.text.strip()[:300], kind=kind_of(line.text, known), by=by, at=now,
                follow_up=line.follow_up,
            )
            for line in lines
        ],
        batch_size=1000,
    )
    newest = {}
    for action in made:
        deal = newest.get(action.deal_id, action.deal)
        if deal.key_action_on is None or action.on >= deal.key_action_on:
            _show(deal, action)
            newest[deal.pk] = deal
    if write:
        write_rows(newest.values(), COLUMNS, batch_size=1000)
    for line in lines:
        for column in COLUMNS:
            setattr(line.deal, column, getattr(newest.get(line.deal.pk, line.deal), column))
    return made


def shown_line(deal, on, text, known):
    """{column: value} that make `text` the line the deal shows; nothing when it shows a younger one. `known` is
    listed.names()."""
    if not text.strip() or (deal.key_action_on and on < deal.key_action_on):
        return {}
    return {"key_action": text.strip()[:MOST], "key_action_on": on, "key_action_kind": kind_of(text, known)}


def _show(deal, line):
    """The line a deal shows on card and table, or none."""
    deal.key_action, deal.key_action_on = (line.text[:MOST], line.on) if line else ("", None)
    deal.key_action_kind = line.kind if line else None


def add_line(deal, text, *, by, now, on):
    """One line: the list of one."""
    return add_line_many([Line(deal, on, text)], by=by, now=now)


def void_lines(ids, *, now):
    """Take lines of an undone move back and show the newest standing one again."""
    lines = KeyAction.objects.filter(pk__in=ids, voided_at=None)
    deals = list(Deal.objects.filter(pk__in=lines.values("deal_id")))
    lines.update(voided_at=now)
    for deal in deals:
        _show(deal, deal.key_actions.filter(voided_at=None).select_related("kind").first())
    write_rows(deals, COLUMNS, batch_size=200)
