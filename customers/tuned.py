"""The built-in fields of customers and follow-ups that the company may ask otherwise (S16, exchange/tuning.py). What
the method stands on is not among them: who it is, what was said, the outcome, the next step."""

from django.utils.translation import gettext_lazy as _

from customers.models import Customer, FollowUp
from exchange.tuning import BuiltIn, place

FIRST_RESPONSE = _("First response")


def plug():
    """From apps.py."""
    place(
        "customer", _("Customers"), model=Customer, form="customer", made="made_at", what="customer", custom="custom",
        rows=lambda user: Customer.objects.visible_to(user).filter(merged_into=None),
        pages=("customers:list",), sheet="customers", history=Customer.history.model,
        fields=(
            BuiltIn("source", _("Source"), is_text=True, reports=(FIRST_RESPONSE,)),
            BuiltIn("industry", _("Industry"), is_text=True, filters=("industry",)),
            BuiltIn("size_text", _("Size"), is_text=True),
            BuiltIn("revenue", _("Revenue")),
            BuiltIn("address", _("Address")),
            BuiltIn("website", _("Website")),
            BuiltIn("grade", _("Class"), filters=("grade",)),
            BuiltIn("labels", _("Labels")),
            BuiltIn("notes", _("Notes")),
        ),
    )  # fmt: skip
    place(
        "log", _("Follow-ups"), model=FollowUp, form="log", made="entered_at", what="talk",
        rows=lambda user: FollowUp.objects.visible_to(user).counted().filter(customer__merged_into=None),
        sheet="follow-ups",
        fields=(
            BuiltIn("purpose", _("Purpose"), is_text=True),
            BuiltIn("feedback", _("Customer's view"), is_edited=False),
            BuiltIn("with_people", _("With"), is_edited=False),
        ),
    )  # fmt: skip
