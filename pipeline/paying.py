"""Payments of won deals (回款): entered on the deal, taken back with a trace, counted in the month when switched on."""

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import switches
from activity.recording import record
from core.errors import Refused
from pipeline.models import Payment

SWITCH = "payments"


def takes_payments(deal):
    """Whether payments are entered on it: they are switched on, and it is won."""
    return deal.won_at is not None and switches.get(SWITCH)


def paid(deal):
    """{"rows", "sum", "left"} in CNY: what came in, the oldest first; `left` of the contract's amount, None without
    one."""
    rows = deal.payments.standing()
    total = rows.aggregate(sum=Sum("amount"))["sum"] or 0
    left = None if deal.contract_amount is None else deal.contract_amount - total
    return {"rows": list(rows.select_related("made_by")), "sum": total, "left": left}


def pay(deal, amount, paid_on, *, by, now):
    """Enter a payment of a won deal: CNY, on a company day. Raises Refused for a deal that is not won."""
    if not takes_payments(deal):
        raise Refused(_("Payments are entered on deals that are won."))
    payment = Payment.objects.create(deal=deal, amount=amount, paid_on=paid_on, made_at=now, made_by=by)
    _tell("pipeline.paid", payment, by=by, now=now)
    return payment


def take_back(payment, *, by, now):
    """It was entered by mistake. Raises Refused when it was taken back already."""
    standing = Payment.objects.filter(pk=payment.pk, removed_at=None)
    if not standing.update(removed_at=now, removed_by=by):
        raise Refused(_("This payment was taken back already."))
    _tell("pipeline.unpaid", payment, by=by, now=now)


def _tell(verb, payment, *, by, now):
    deal = payment.deal
    record(verb, deal, by=by, about=deal.customer_id, at=now, deal=deal.name, amount=str(payment.amount),
           paid_on=payment.paid_on.isoformat())
