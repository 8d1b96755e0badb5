"""Editing a deal: fields through core.changing, key action and risk beside them, the customer's facts after (S5)."""

from django.db import transaction

from activity.recording import record
from core import periods
from core.changing import save_form
from pipeline import actions, facts, risks
from pipeline.asks import questions
from pipeline.handing import PARTS, Hand, record_hands, welcome
from pipeline.holding import hold_customers
from pipeline.marking import mark
from pipeline.models import Deal
from pipeline.moving import closing_fields
from pipeline.own import set_own

SAID = ("key_action", "risk")


def save_deal(deal, form, *, by, now, expect):
    """Save a DealForm or CellForm. Returns (names that changed, merged with somebody else's edit); raises Conflict."""
    with transaction.atomic():
        hold_customers([deal.customer_id])
        said = [name for name in SAID if name in form.changed_data]
        for name in [*said, *(["why"] if "why" in form.changed_data else [])]:
            form.changed_data.remove(name)
        hands_over = any(part in form.changed_data for part in PARTS)
        had = Deal.objects.select_related(*PARTS).get(pk=deal.pk) if hands_over else deal
        changed, merged = save_form(
            form, deal, by=by, expect=expect,
            also=lambda wanted: closing_fields(deal, wanted["expected_close"]) if "expected_close" in wanted else {},
        )
        if patch := getattr(form, "own_patch", None):
            changed = [*changed, *set_own(deal, patch, by=by, expect=expect, asks=questions(form.stage.playbook))]
        deal.refresh_from_db()
        if "key_action" in said:
            actions.add_line(deal, form.cleaned_data["key_action"], by=by, now=now, on=periods.today(now))
            mark([deal], "action", by=by, now=now)
        if "risk" in said:
            risks.set_risk(deal, text=form.cleaned_data["risk"], by=by, now=now)
        hands = [Hand(deal, part, getattr(had, part), getattr(deal, part)) for part in PARTS if part in changed]
        if hands:
            recorded = record_hands(hands, by=by, now=now, why=form.cleaned_data.get("why") or "")
            welcome(deal, recorded, by=by, now=now)
        names = [name for name in changed if name not in ("slips", *PARTS)]
        if names:
            if "amount" in names:
                facts.push({deal.customer_id})
            record(
                "pipeline.changed",
                deal,
                by=by,
                at=now,
                about=deal.customer_id,
                customer=deal.customer.name,
                deal=deal.name,
                fields=names,
            )
    return [*names, *(hand.part for hand in hands), *said], merged
