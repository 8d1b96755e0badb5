"""Opening deals: the first one with its customer (socket customers/opening.py), further ones by hand (D10, S5)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from activity.recording import record_many
from core.changing import write_history
from core.errors import Refused
from core.periods import today
from pipeline import actions, facts, risks
from pipeline.holding import hold_customers, off_among
from pipeline.models import Deal, Playbook, Stage, StageProgress
from pipeline.moving import versions_of

WON = (Stage.Kind.WON, Stage.Kind.AFTER)


def open_deals(customers, *, by, at, batch=None, values=None):
    """Open one deal for each customer and return them in order. `values`: {customer.pk: {…}} as in open_rows(); a
    customer without values gets the default playbook's first stage at the moment `at`."""
    values = values or {}
    return open_rows([(customer, values.get(customer.pk) or {}) for customer in customers], by=by, at=at, batch=batch)


def open_rows(pairs, *, by, at, batch=None):
    """Open a deal for each (customer, values), several of one customer too, and return them in order. About ten
    statements for any number.

    Keys of the values: stage, amount, expected_close, entered_at, opened_at, name, rep, owner, playbook, signed_on,
    contract_amount, lost_reason, competitor, key_action, key_action_on, risk (words), custom, made_by; keep_tag=True
    leaves the customer's tag as given; before=[(stage, entered_at), …] are the stays it had elsewhere, oldest first.
    A deal that opens in an open stage has no signing day, one that opens won none to close.
    """
    if not pairs:
        return []
    first = first_stage()
    with transaction.atomic():
        hold_customers([customer.pk for customer, _row in pairs])
        pairs = [_deal(customer, dict(row), first, by, at, batch) for customer, row in pairs]
        deals = [deal for deal, _row in pairs]
        Deal.objects.bulk_create(deals, batch_size=1000)
        write_history(deals, by=by, made=True)
        _write_stays(pairs, by=by, at=at, batch=batch)
        actions.add_line_many(
            [
                actions.Line(deal, row.get("key_action_on") or today(deal.entered_at), row["key_action"])
                for deal, row in pairs
                if row.get("key_action")
            ],
            by=by,
            now=at,
        )
        risks.open_many([(deal, None, row["risk"], None) for deal, row in pairs if row.get("risk")], by=by, now=at)
        rows = facts.push({deal.customer_id for deal in deals})
        kept = {deal.customer_id for deal, row in pairs if row.get("keep_tag")}
        mine = {deal.customer_id: deal.customer for deal in deals if deal.customer_id not in kept}
        facts.follow_tags(
            [(one, facts.tag_after(one.tag, "", facts.implied_tag(rows[pk]))) for pk, one in mine.items()],
            by=by,
            now=at,
            why="import" if batch else "deal",
        )
    return deals


def _write_stays(pairs, *, by, at, batch):
    """The open stay of each deal, and before it those it had elsewhere, each until the next one began."""
    passed = {stage.pk for _deal, row in pairs for stage, _since in row.get("before", ())}
    versions = versions_of({deal.stage_id for deal, _row in pairs} | passed)
    rows = []
    for deal, row in pairs:
        path = [*row.get("before", ()), (deal.stage, deal.entered_at)]
        for place, (stage, since) in enumerate(path):
            left = path[place + 1][1] if place + 1 < len(path) else None
            rows.append(
                StageProgress(
                    deal=deal, stage=stage, stage_version=versions[stage.pk],
                    came_from=path[place - 1][0] if place else None, entered_at=since, left_at=left, moved_by=by,
                    recorded_at=at, left_recorded_at=at if left else None, back_dated=since < at, batch=batch,
                )
            )
    StageProgress.objects.bulk_create(rows, batch_size=1000)


def open_deal(customer, *, by, now, **fields):
    """A further deal of a customer, said in the timeline; the keys are those of open_rows(). While a customer
    had one, that one went without a name: the new one gets a number when none is given. Refused in a playbook that is
    switched off."""
    with transaction.atomic():
        _check_in_use(**fields)
        if not fields.get("name"):
            fields["name"] = _("%(customer)s deal %(number)d") % {
                "customer": customer.name[:100],
                "number": customer.deals.count() + 1,
            }
        deal = open_deals([customer], by=by, at=now, values={customer.pk: fields})[0]
        tell_opened([deal], by=by, now=now)
    return deal


def tell_opened(deals, *, by, now):
    """Further deals of customers, in their timelines; the first one is said with its customer."""
    record_many(
        "pipeline.opened", deals, by=by, at=now, about=lambda deal: deal.customer_id,
        data=lambda deal: {
            "customer": deal.customer.name, "deal": deal.name, "to": deal.stage.label, "to_en": deal.stage.label_en,
        },
    )


def _check_in_use(*, stage=None, playbook=None, **_others):
    """The default playbook stays on: nothing is asked for it."""
    book = stage.playbook if stage else playbook
    if book and not book.is_default and (off := off_among([book.pk])):
        raise Refused(_("%(playbook)s is switched off.") % {"playbook": off[book.pk]})


def first_stage(playbook=None):
    """Where a deal begins: the first open stage of the playbook (default: the default one)."""
    playbook = playbook or Playbook.objects.default()
    return (
        playbook.stages.live()
        .filter(kind=Stage.Kind.OPEN)
        .order_by("position", "id")
        .select_related("playbook")
        .first()
    )


def _deal(customer, row, first, by, at, batch):
    stage = row.get("stage") or (first if not row.get("playbook") else first_stage(row["playbook"]))
    entered = min(row.get("entered_at") or at, at)
    deal = Deal(
        customer=customer,
        playbook_id=stage.playbook_id,
        stage=stage,
        name=(row.get("name") or "")[:120],
        amount=row.get("amount"),
        rep=row.get("rep") or customer.owner,
        owner=row.get("owner") or customer.owner,
        entered_at=entered,
        opened_at=min(row.get("opened_at") or entered, entered),
        batch=batch,
        competitor=(row.get("competitor") or "")[:60],
        custom=row.get("custom") or {},
        made_by=row.get("made_by") or by,
    )
    if stage.is_open:
        deal.expected_close = row.get("expected_close")
    elif stage.kind in WON:
        deal.won_at = entered
        deal.signed_on = row.get("signed_on") or today(entered)
        deal.contract_amount = row.get("contract_amount", deal.amount)
    else:
        if not row.get("lost_reason"):
            raise ValidationError({"lost_reason": _("Why did we lose it?")})
        deal.lost_at, deal.lost_reason, deal.lost_note = entered, row["lost_reason"], (row.get("lost_note") or "")[:300]
    return deal, row
