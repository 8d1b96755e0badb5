"""Key actions (关键动作): dated lines of a deal, appended, the newest repeated on the deal (R27, R28)."""

import datetime as dt
from dataclasses import dataclass

from customers.models import FollowUp
from pipeline.models import Deal, KeyAction

MOST = 200  # characters of the newest line kept on the deal
COLUMNS = ["key_action", "key_action_on"]


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
    made = KeyAction.objects.bulk_create(
        [
            KeyAction(deal=line.deal, on=line.on, text=line.text.strip()[:300], by=by, at=now, follow_up=line.follow_up)
            for line in lines
        ],
        batch_size=1000,
    )
    newest = {}
    for action in made:
        deal = newest.get(action.deal_id, action.deal)
        if deal.key_action_on is None or action.on >= deal.key_action_on:
            deal.key_action, deal.key_action_on = action.text[:MOST], action.on
            newest[deal.pk] = deal
    if write:
        Deal.objects.bulk_update(newest.values(), COLUMNS, batch_size=1000)
    for line in lines:
        line.deal.key_action = newest.get(line.deal.pk, line.deal).key_action
        line.deal.key_action_on = newest.get(line.deal.pk, line.deal).key_action_on
    return made


def shown_line(deal, on, text):
    """{column: value} that make `text` the line the deal shows; nothing when it shows a younger one."""
    if not text.strip() or (deal.key_action_on and on < deal.key_action_on):
        return {}
    return {"key_action": text.strip()[:MOST], "key_action_on": on}


def add_line(deal, text, *, by, now, on):
    """One line: the list of one."""
    return add_line_many([Line(deal, on, text)], by=by, now=now)


def void_lines(ids, *, now):
    """Take lines of an undone move back and show the newest standing one again."""
    lines = KeyAction.objects.filter(pk__in=ids, voided_at=None)
    deals = list(Deal.objects.filter(pk__in=lines.values("deal_id")))
    lines.update(voided_at=now)
    for deal in deals:
        last = deal.key_actions.filter(voided_at=None).first()
        deal.key_action, deal.key_action_on = (last.text[:MOST], last.on) if last else ("", None)
    Deal.objects.bulk_update(deals, COLUMNS, batch_size=200)
