"""Every list of customers, deals or things about a customer filters and counts by tag in one click (R22).

One row of chips stands over a list: a press narrows it to that tag, another adds one, a third takes it off again; each
says how many rows carry its tag within all the other filters. A list that the database narrows is counted there by one
grouped query, which gives the total as well; a list that is read whole is counted from its rows.
"""

from collections import Counter
from dataclasses import dataclass

import django_filters
from django.db.models import Count, Q, Window
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.models import Customer


@dataclass(frozen=True)
class TagChip:
    tag: str
    n: int
    on: bool
    query: str  # what the page is asked for after a press

    @property
    def label(self):
        return Customer.Tag(self.tag).label


@dataclass(frozen=True)
class TagBar:
    """`groups` is {the tags of a row: how many such rows} within every filter but the tag's; a row has one tag, a pair
    of customers two, and what is about no customer (or one that the reader may not see) the empty one."""

    data: QueryDict
    groups: dict
    chosen: tuple

    @property
    def chips(self):
        """One for each tag that some row carries, in the order of the tags; a chosen one stays to be taken off."""
        counted = Counter()
        for tags, n in self.groups.items():
            for tag in set(tags):
                counted[tag] += n
        return [
            TagChip(tag, counted[tag], tag in self.chosen, self._after(tag))
            for tag in Customer.Tag.values if counted[tag] or tag in self.chosen
        ]

    @property
    def is_shown(self):
        """Nothing to tell apart, nothing to press."""
        return bool(self.chosen) or len(self.chips) > 1

    @property
    def total(self):
        """How many rows the list has with the choice."""
        return sum(n for tags, n in self.groups.items() if self.fits(*tags))

    @property
    def carried(self):
        """The choice as further parameters of a link that has some already."""
        query = QueryDict(mutable=True)
        query.setlist("tag", self.chosen)
        return f"&{query.urlencode()}" if self.chosen else ""

    def fits(self, *tags):
        """Whether a row with these tags is in the list."""
        return not self.chosen or not set(self.chosen).isdisjoint(tags)

    def _after(self, tag):
        data = self.data.copy()
        for name in ("page", "tag"):
            data.pop(name, None)
        data.setlist("tag", [one for one in Customer.Tag.values if (one in self.chosen) != (one == tag)])
        text = data.urlencode()
        return f"?{text}" if text else "?"


class TagFilterSet(django_filters.FilterSet):
    """A filter set with the parameter `tag`. `tag_path` leads from a row to the tag of its customer; `untagged` are
    the rows under every other filter: what the chips count."""

    tag_path = "tag"
    tag = django_filters.MultipleChoiceFilter(choices=Customer.Tag.choices, label=_("Tag"))

    def filter_queryset(self, queryset):
        values = dict(self.form.cleaned_data)
        chosen = values.pop("tag", None)
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        self.untagged = queryset
        return queryset.filter(**{f"{self.tag_path}__in": chosen}) if chosen else queryset


def bar_of(filterset):
    """The chips of a list narrowed by a TagFilterSet: one grouped query."""
    filterset.qs  # noqa: B018 (reads what is counted)
    groups = count_tags(filterset.untagged, filterset.tag_path)
    return TagBar(filterset.data, groups, chosen_in(filterset))


def first_page(filterset, ordered, most):
    """(chips, keys of the first page) of a search in one statement: what is found has to be read whole for either, and
    read twice it costs twice. None for other lists, and with a tag chosen, whose chips count more than the list."""
    if chosen_in(filterset) or not filterset.is_search:
        return None
    counts = {f"n_{tag}": Window(Count("pk", filter=Q(tag=tag))) for tag in Customer.Tag.values}
    rows = list(ordered.annotate(**counts).values_list("pk", *counts)[:most])
    numbers = rows[0][1:] if rows else ()
    groups = {(tag,): n for tag, n in zip(Customer.Tag.values, numbers, strict=False) if n}
    return TagBar(filterset.data, groups, ()), [row[0] for row in rows]


def chosen_in(filterset):
    """The tags a TagFilterSet was asked for; none when they made no sense and were dropped."""
    return tuple(filterset.form.cleaned_data.get("tag") or ())


def bar_over(data, rows, *paths):
    """The chips of a list without a filter set: one grouped query of `rows`; `paths` lead to the tags of a row."""
    return TagBar(data, count_tags(rows, *paths), tags_in(data))


def bar_from(data, tags):
    """The chips of a list that is read whole: the tag of each of its rows."""
    data = QueryDict() if data is None else data
    return TagBar(data, Counter((tag,) for tag in tags), tags_in(data))


def tags_in(data):
    """The tags a query string asks for; others are ignored."""
    return tuple(tag for tag in Customer.Tag.values if tag in data.getlist("tag"))


def count_tags(rows, *paths):
    """{tags of a row: how many}, by one grouped query; `paths` lead to them. Rows are counted, not keys: then an index
    without the key will do."""
    counted = rows.order_by().values_list(*paths).annotate(n=Count("*"))
    return {tuple(row[:-1]): row[-1] for row in counted}
