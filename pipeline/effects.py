"""What a change of a stage would do, said before it is saved (S18). Nothing is written here."""

from dataclasses import replace
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.words import money
from customers.models import Customer
from customers.staleness import Rule, state_of
from pipeline.models import Deal
from pipeline.playbooks import Playbooks

MOST = 5000  # customers whose days are counted one by one; beyond it the number is not said


def effects_of(stage, wanted, *, on, language):
    """Sentences about the fields of `wanted` that differ from the stage's, as a list; empty: nothing changes."""
    changed = {name: value for name, value in wanted.items() if getattr(stage, name) != value}
    said, deals = [], Deal.objects.filter(stage=stage)
    count = deals.count()
    if {"label", "label_en", "short", "short_en"} & changed.keys():
        said.append(_("The new name shows everywhere at once; what was written before keeps the old one."))
    if "probability" in changed and stage.is_open:
        amount = deals.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
        before, after = (amount * percent / 100 for percent in (stage.probability, changed["probability"]))
        said.append(
            _("Likely money of this stage: %(before)s → %(after)s.")
            % {"before": money(before, language), "after": money(after, language)}
        )
    if "stale_days" in changed and stage.is_open:
        said += _quiet(stage, changed["stale_days"], on)
    if changed.get("gated"):
        said.append(_("From now on every move into it asks for an approval first; deals in it stay."))
    if "advised" in changed and changed["advised"] and count > changed["advised"]:
        said.append(_("Its column would be crowded at once: %(n)d deals.") % {"n": count})
    if "asks" in changed:
        said.append(_("Its form asks other fields from the next move on; nothing that was entered is lost."))
    if said:
        said.append(
            ngettext("%(n)d deal stays where it is.", "%(n)d deals stay where they are.", count) % {"n": count}
        )
    return said


def _quiet(stage, days, on):
    """How many customers the list of quiet ones would gain and lose."""
    ids = list(Deal.objects.filter(stage=stage).values_list("customer", flat=True).distinct()[: MOST + 1])
    if len(ids) > MOST:
        return [_("Quiet customers are counted anew when it is saved.")]
    rule = replace(Rule.load(), limits=Playbooks.load().limits)
    open_ones, come, go = {}, 0, 0
    found = Deal.objects.open().filter(customer__in=ids)
    for customer, its, limit in found.values_list("customer", "stage", "stage__stale_days"):
        open_ones.setdefault(customer, []).append(days if its == stage.pk else limit)
    for customer in Customer.objects.filter(pk__in=ids, archived_at=None, pooled_at=None, merged_into=None):
        before = state_of(customer, on, rule).listed
        limits = [limit for limit in open_ones.get(customer.pk, []) if limit is not None]
        customer.limit_days = min(limits, default=None)
        after = state_of(customer, on, rule).listed
        come, go = come + (after and not before), go + (before and not after)
    return [_("Quiet customers: %(come)d more, %(go)d fewer.") % {"come": come, "go": go}]
