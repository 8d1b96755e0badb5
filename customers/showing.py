"""Which columns of the customer list somebody wants: `more` are added, `less` are left out; both live in the query
string, so that a link and a saved filter carry them (S4)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.periods import today
from customers.drawing import date_words

MORE = {
    "industry": _("Industry"), "size": _("Size"), "source": _("Source"), "grade": _("Class"), "team": _("Team"),
    "labels": _("Labels"), "made": _("Created"),
}
LESS = {
    "tag": _("Tag"), "stage": _("Stage"), "amount": _("Amount"), "contact": _("Last contact"),
    "next": pgettext_lazy("card", "Next step"), "owner": _("Owner"),
}
KEPT = {"sort", "more", "less"}  # what a saved filter keeps beside the filters themselves


@dataclass(frozen=True)
class Shown:
    more: tuple
    less: frozenset

    @property
    def heads(self):
        return [MORE[name] for name in self.more]

    @property
    def choices(self):
        """(parameter, value, label, ticked) of the menu."""
        added = [("more", name, label, name in self.more) for name, label in MORE.items()]
        return added, [("less", name, label, name in self.less) for name, label in LESS.items()]


def read(data):
    """Out of a query string; unknown names are ignored."""
    asked, left = set(data.getlist("more")), set(data.getlist("less"))
    return Shown(tuple(name for name in MORE if name in asked), frozenset(name for name in LESS if name in left))


def more_cells(customer, shown):
    """The texts of the added columns, in order."""
    return [_text(customer, name) for name in shown.more]


def _text(customer, name):
    if name == "size":
        return customer.size_text
    if name == "team":
        return customer.team_name if hasattr(customer, "team_name") else str(customer.team or "")
    if name == "labels":
        return customer.labels.strip(",").replace(",", ", ")
    if name == "made":
        return date_words(today(customer.made_at))
    return getattr(customer, name)
