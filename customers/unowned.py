"""What of this floor nobody answers for: customers and next steps (R18; accounts/accountable.py)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import rights
from accounts.accountable import Check, Line
from customers import steps, transferring
from customers.models import Customer, NextStep


class LooseCustomers(Check):
    kind, label, sells = "customer", _("Customers"), True

    def base(self):
        return Customer.objects.live().filter(merged_into=None, pooled_at=None).select_related("owner", "team")

    def rows(self, absent):
        return self.base().filter(self.without(absent)).order_by("-open_amount", "id")

    def line(self, row, absent):
        note = str(row.team) if row.team else ""
        return Line(row.name, note, row.owner, absent.why(row.owner, sells=True), reverse("customer", args=[row.pk]))

    def may_give(self, row, user):
        return rights.may_assign(user, row)

    def give(self, row, to, *, by, now, expect, why):
        row.version = expect  # change() expects the version that was shown
        transferring.assign(row, to, by=by, now=now, why=why)


class LooseSteps(Check):
    kind, label = "step", _("Next steps")

    def base(self):
        found = NextStep.objects.open().filter(customer__archived_at=None, customer__merged_into=None)
        return found.select_related("owner", "customer__owner", "customer__team")

    def rows(self, absent):
        return self.base().filter(self.without(absent)).order_by("due_on", "id")

    def line(self, row, absent):
        url = reverse("customer", args=[row.customer_id])
        return Line(row.text or str(row.get_kind_display()), row.customer.name, row.owner,
                    absent.why(row.owner, sells=False), url)

    def may_give(self, row, user):
        return rights.may_assign(user, row.customer)

    def give(self, row, to, *, by, now, expect, why):
        steps.give(row, to, by=by, now=now, expect=expect, why=why)
