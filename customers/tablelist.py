"""The list of an own table: narrowed by any field, by its customer and the customer's tag; sorted; a page of rows."""

import functools
import re
from dataclasses import dataclass

import django_filters
import django_tables2 as tables
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.lists import filtered
from core.text import plain
from customers.models import TableRow
from customers.tagbar import TagFilterSet
from exchange import typed
from exchange.owncolumns import names_for
from exchange.ownfilters import add_filters, sorts

SHOWN = [("mine", _("Mine"))]


class RowFilter(TagFilterSet):
    """`request.fields` are the table's."""

    tag_path = "customer__tag"
    is_search = False
    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=60)
    show = django_filters.ChoiceFilter(choices=SHOWN, method="shown", label=_("Show"))

    class Meta:
        model = TableRow
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        add_filters(self, self.request.fields, "values")

    def search(self, queryset, name, value):
        return queryset.filter(saying(value))

    def shown(self, queryset, name, value):
        return queryset.filter(customer__owner=self.request.user)


def saying(text):
    """A condition on rows: the words are in a row's texts, or in its customer's name."""
    squeezed = " ".join(plain(text).split())
    return Q(words__contains=squeezed) | Q(customer__name__icontains=re.sub(r"\s+", " ", text.strip()))


class RowTable(tables.Table):
    customer = tables.Column(order_by=("customer__pinyin", "id"))
    made = tables.Column(order_by=("id",))

    class Meta:
        model = TableRow
        fields = ()
        order_by = "-made"


def table_of(fields):
    """The columns of a table and what they sort by."""
    return functools.partial(RowTable, extra_columns=sorts(fields, "values"))


def narrowed(rows, request, data, fields):
    """What the list shows with that query string; `request` carries the user."""
    request.fields = fields
    return filtered(request, rows, RowFilter, data=data)[0]


@dataclass(frozen=True)
class Shown:
    """A row as a page shows it: its cells are (field, value, words, address of a record)."""

    row: TableRow
    cells: list

    @property
    def title(self):
        """Its first text, else the first value that says something."""
        texts = (words for one, _value, words, _url in self.cells if one.kind in typed.TEXTS and words)
        return next(texts, "") or next((words for _one, _value, words, _url in self.cells if words), "")

    @property
    def rest(self):
        """The other short values in words."""
        short = (words for one, _value, words, _url in self.cells if one.kind != "long")
        return [words for words in short if words and words != self.title]


def told(rows, fields, user):
    """The rows with their words; at most one query for the people they name and one a kind of record."""
    names = names_for(fields, [row.values for row in rows], user)
    return [Shown(row, [_cell(row.values.get(one.slug), one, names) for one in fields]) for row in rows]


def _cell(value, one, names):
    url = names.records.get(one.target, {}).get(value, ("", ""))[1] if one.target else ""
    return one, value, typed.say(value, one, names), url
