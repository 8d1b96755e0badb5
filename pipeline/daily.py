"""One entry feeds both tables (D26): a saved follow-up writes its deal's dated key action ("3/06 邮件：预算需审批，
下一步 3/15") unless the person typed another, and counts as the day's update."""

import re

from django.utils.translation import gettext as _

from core import periods
from customers import choices
from customers.models import NextStep
from pipeline import actions
from pipeline.marking import mark
from pipeline.models import Deal, DealLink

LONG = 40  # characters of what was said that make a line


def after_log(follow_ups, entries, *, by, now, batch=None):
    """Plug of customers.logged: key actions, marks of the day, and which deal when several are open (D14)."""
    deals = _deals_of({follow_up.customer_id for follow_up in follow_ups})
    words = choices.load().words
    lines, touched, links = [], [], []
    for follow_up, entry in zip(follow_ups, entries, strict=True):
        mine = deals.get(follow_up.customer_id, [])
        several = [deal for deal in mine if deal.stage.is_open]
        deal = next((one for one in mine if entry.deal and one.pk == entry.deal.pk), None)
        deal = deal or (mine[0] if mine and len(several) < 2 else None)
        if deal is None:
            continue
        touched.append(deal)
        if entry.deal and len(several) > 1:
            links.append((deal, follow_up))
        text = entry.key_action if entry.key_action is not None else line_of(follow_up, entry, words)
        if text:
            lines.append(actions.Line(deal, periods.today(follow_up.happened_at), text, follow_up))
    actions.add_line_many(lines, by=by, now=now, write=batch is not None)
    if batch is None:
        mark(touched, "log", by=by, now=now, lined=[line.deal for line in lines])
    _link(links)


def line_of(follow_up, entry, methods):
    """The log in one line, or nothing when nobody answered: how, the first thing said, and the next date."""
    if not follow_up.is_contact:
        return ""
    said = re.split(r"[。！？!?\n；;]", follow_up.text.strip())[0].strip()
    said = said if len(said) <= LONG else said[: LONG - 1].rstrip() + "…"
    said = said or str(follow_up.purpose) or follow_up.get_outcome_display()
    codes = [code for code in follow_up.methods.split(",") if code]
    how = "+".join(str(methods[code].short or methods[code]) for code in codes if code in methods)
    text = _("%(how)s: %(said)s") % {"how": how, "said": said} if how else said
    if entry.next_on:
        text = _("%(text)s, next %(date)s") % {
            "text": text, "date": f"{entry.next_on.month}/{entry.next_on.day:02d}"}
    return text


def _deals_of(customer_ids):
    """{customer id: its deals, open ones first, newest first}; lost ones are nobody's subject."""
    found = {}
    rows = Deal.objects.filter(customer__in=customer_ids).exclude(stage__kind="lost").select_related("stage")
    for deal in sorted(rows, key=lambda one: (one.stage.is_open, one.pk), reverse=True):
        found.setdefault(deal.customer_id, []).append(deal)
    return found


def _link(pairs):
    if not pairs:
        return
    deal_of = {follow_up.pk: deal for deal, follow_up in pairs}
    steps = NextStep.objects.filter(follow_up__in=deal_of)
    rows = [DealLink(deal=deal, follow_up=follow_up) for deal, follow_up in pairs]
    rows += [DealLink(deal=deal_of[step.follow_up_id], step=step) for step in steps]
    DealLink.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
