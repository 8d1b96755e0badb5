"""Undo of a move (D17, D34): the new stay is voided, the old one recorded anew; refused when the deal moved since."""

from django.utils.translation import gettext as _

from activity.recording import record
from core.changing import change
from core.errors import Refused
from customers import steps
from customers.models import NextStep, TagChange
from customers.tagging import void_tag_changes
from pipeline import actions, entering, facts, risks
from pipeline.allowing import check_in_use
from pipeline.holding import hold
from pipeline.models import Deal, Risk, StageProgress

MOVED = (
    "stage_id",
    "playbook_id",
    "entered_at",
    "expected_close",
    "slips",
    "won_at",
    "signed_on",
    "contract_amount",
    "lost_at",
    "lost_reason_id",
    "lost_note",
    "competitor",
)


def undo_move(event, *, by, now):
    """Put the deal back where it was, with the fields the move changed and nobody changed since. Returns sentences of
    what else was taken back, or could not be."""
    stay = StageProgress.objects.filter(pk=event.data["stay"]).select_related("deal__customer", "stage").first()
    if stay is None:
        raise Refused(_("This change of stage is no longer known."))
    hold(Deal.objects.all(), [stay.deal_id])
    stay.refresh_from_db()
    deal = Deal.objects.select_related("customer", "stage").get(pk=stay.deal_id)
    check_standing(stay, deal)
    was = deal.stage
    old = turn_back(stay, by=by, now=now)
    before = {
        row.version: row for row in deal.history.filter(version__in=[event.data["version"], event.data["version"] - 1])
    }
    after, earlier = before.get(event.data["version"]), before.get(event.data["version"] - 1)
    fields = {
        name: getattr(earlier, name)
        for name in MOVED
        if after
        and earlier
        and getattr(after, name) != getattr(earlier, name)
        and getattr(deal, name) == getattr(after, name)
    } | {"stage_id": old.stage_id, "entered_at": old.entered_at}
    change(deal, by=by, **{name.removesuffix("_id"): _value(deal, name, value) for name, value in fields.items()})
    take_back(event, deal, by=by, now=now)
    facts.push({deal.customer_id})
    record(
        "pipeline.unmoved",
        deal,
        by=by,
        at=now,
        about=deal.customer_id,
        customer=deal.customer.name,
        deal=deal.name,
        **{"from": was.label, "from_en": was.label_en, "to": old.stage.label, "to_en": old.stage.label_en},
    )
    return entering.taken_back(stay, by=by, now=now)


def check_standing(stay, deal):
    """Refused when the deal has moved since it came into this stay."""
    if stay.voided_at or stay.left_at or deal.stage_id != stay.stage_id:
        raise Refused(
            _("%(name)s has moved since: it is in %(stage)s now.") % {"name": deal.customer.name, "stage": deal.stage},
            holder=str(deal.stage),
        )


def turn_back(stay, *, by, now):
    old = (
        StageProgress.objects.filter(deal=stay.deal_id, voided_at=None, left_at__isnull=False, stage=stay.came_from)
        .select_related("stage")
        .order_by("-left_recorded_at", "-id")
        .first()
    )
    if old is None:
        raise Refused(_("The stage it came from is no longer known."))
    if old.stage.retired_at:
        raise Refused(_("%(stage)s is no longer in use.") % {"stage": old.stage})
    check_in_use([(stay.stage, old.stage)])
    StageProgress.objects.filter(pk__in=[stay.pk, old.pk]).update(voided_at=now, voided_by=by)
    return StageProgress.objects.create(
        deal=old.deal,
        stage=old.stage,
        stage_version_id=old.stage_version_id,
        came_from_id=old.came_from_id,
        entered_at=old.entered_at,
        moved_by_id=old.moved_by_id,
        reason=old.reason,
        evidence=old.evidence,
        backward=old.backward,
        back_dated=old.back_dated,
        recorded_at=now,
        batch_id=old.batch_id,
    )


def take_back(event, deal, *, by, now):
    """The line, the risk, the next step and the tag that came with the move."""
    data = event.data
    if "line" in data:
        actions.void_lines([data["line"]], now=now)
        deal.refresh_from_db(fields=["key_action", "key_action_on"])
    if "risk" in data:
        risks.close_many(list(Risk.objects.filter(pk=data["risk"]).select_related("deal", "type")), by=by, now=now)
    if step := NextStep.objects.open().filter(pk=data.get("step")).select_related("customer").first():
        steps.close(step, "dropped", by=by, now=now)
    changes = TagChange.objects.filter(
        customer=deal.customer_id, why="deal", recorded_at=event.at, by=event.by, voided_at=None
    )
    newest = TagChange.objects.filter(customer=deal.customer_id, voided_at=None).order_by("-recorded_at", "-id").first()
    mine = list(changes)
    if mine and newest in mine:
        void_tag_changes(mine, by=by, now=now)
        deal.customer.refresh_from_db()


def _value(deal, name, value):
    field = deal._meta.get_field(name.removesuffix("_id"))
    return field.related_model._base_manager.filter(pk=value).first() if field.is_relation and value else value
