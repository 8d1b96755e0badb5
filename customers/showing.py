"""Which columns of the customer list somebody wants: `more` are added, `less` are left out; both live in the query
string, so that a link and a saved filter carry them (S4)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.periods import today
from customers.custom import own_fields
from customers.drawing import date_words
from exchange import typed

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
    own: tuple = ()  # the custom fields there are

    @property
    def own_shown(self):
        return [one for one in self.own if one.slug in self.more]

    @property
    def heads(self):
        """(what it sorts by or "", label) of the added columns."""
        own = {one.slug: one for one in self.own}
        return [(name if name in own else "", own[name].words if name in own else MORE[name]) for name in self.more]

    @property
    def choices(self):
        """(parameter, value, label, ticked) of the menu."""
        known = [*MORE.items(), *((one.slug, one.words) for one in self.own)]
        added = [("more", name, label, name in self.more) for name, label in known]
        return added, [("less", name, label, name in self.less) for name, label in LESS.items()]


def read(data):
    """Out of a query string; unknown names are ignored."""
    asked, left, own = set(data.getlist("more")), set(data.getlist("less")), tuple(own_fields())
    more = tuple(name for name in (*MORE, *(one.slug for one in own)) if name in asked)
    return Shown(more, frozenset(name for name in LESS if name in left), own)


@dataclass(frozen=True)
class Cell:
    """One added cell of a row; `one` is the custom field that it shows."""

    text: str
    one: object = None


def more_cells(customer, shown, names=None):
    """The cells of the added columns, in order."""
    own = {one.slug: one for one in shown.own}
    return [
        Cell(typed.say(customer.custom.get(name), own[name], names), own[name]) if name in own
        else Cell(_text(customer, name)) for name in shown.more
    ]


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
