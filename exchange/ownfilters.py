"""Lists narrowed and sorted by custom fields: each is a parameter of its slug, a range two, "empty" one (S4, R41).

x3=word · x3_from=5&x3_to=9 · x5=o1&x5=o2 · x3_is=empty. A value that makes no sense is dropped and named, as with every
other filter (core/lists.py).
"""

from dataclasses import dataclass

import django_filters
import django_tables2 as tables
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.forms import CharField
from django.utils.translation import pgettext_lazy

from core.periods import today
from exchange import typed
from exchange.models import FieldDefinition
from exchange.ownforms import offered_for, people
from exchange.problems import Wrong

Kind = FieldDefinition.Kind
STATES = [("empty", pgettext_lazy("filter", "Empty")), ("filled", pgettext_lazy("filter", "Filled in"))]
FROM, TO, IS = "_from", "_to", "_is"


class TypedField(CharField):
    """The end of a range, read as a cell is."""

    def __init__(self, *, one, **said):
        self.one = one
        super().__init__(**said)

    def run_validators(self, value):
        """Those of a text are about the text, which to_python has read."""

    def to_python(self, value):
        try:
            return typed.parse(super().to_python(value), self.one, today=today())
        except Wrong as wrong:
            raise ValidationError(str(wrong)) from wrong


class TypedFilter(django_filters.Filter):
    field_class = TypedField


def add_filters(filterset, fields, column):
    """Let a filter set know custom fields in the JSON column `column`. Records are not offered here: see own tables."""
    for one in (each for each in fields if each.kind != Kind.RECORD):
        for name, made in _filters(one, column).items():
            made.parent, made.model = filterset, filterset._meta.model
            filterset.filters[name] = made


def _filters(one, column):
    path, slug, label = f"{column}__{one.slug}", one.slug, one.words
    found = {
        slug + IS: django_filters.ChoiceFilter(choices=STATES, label=label, method=_is(column, slug)),
    }
    if one.kind in typed.ORDERED:
        for end, lookup in ((FROM, "gte"), (TO, "lte")):
            found[slug + end] = TypedFilter(field_name=path, lookup_expr=lookup, label=label, one=one)
    elif one.kind in typed.TEXTS:
        found[slug] = django_filters.CharFilter(field_name=path, lookup_expr="icontains", label=label, max_length=60)
    elif one.kind in (Kind.CHOICE, Kind.CHOICES):
        choices = typed.options(one, keep=[option["code"] for option in one.choices])
        found[slug] = django_filters.MultipleChoiceFilter(choices=choices, label=label, method=_chosen(column, one))
    elif one.kind == Kind.YES:
        choices = offered_for(one, {}, None)
        found[slug] = django_filters.ChoiceFilter(choices=choices, label=label, method=_yes(column, slug))
    else:
        found[slug] = django_filters.ChoiceFilter(
            choices=[(str(key), name) for key, name in people()], label=label, method=_key(column, slug)
        )
    return found


def _is(column, slug):
    def narrow(queryset, name, value):
        has = Q(**{f"{column}__has_key": slug})
        return queryset.filter(has if value == "filled" else ~has)

    return narrow


def _chosen(column, one):
    def narrow(queryset, name, value):
        wanted = Q()
        for code in value:
            for same in typed.same_as(one, code):
                if one.kind == Kind.CHOICE:
                    wanted |= Q(**{f"{column}__{one.slug}": same})
                else:
                    wanted |= Q(**{f"{column}__{one.slug}__icontains": f",{same},"})
        return queryset.filter(wanted)

    return narrow


def _yes(column, slug):
    return lambda queryset, name, value: queryset.filter(**{f"{column}__{slug}": value == "1"})


def _key(column, slug):
    return lambda queryset, name, value: queryset.filter(**{f"{column}__{slug}": int(value)})


def parameters(fields):
    """Every parameter these fields may have in a query string."""
    return {one.slug + end for one in fields for end in ("", FROM, TO, IS)}


def label_of(name, fields):
    """The field a parameter is about, in words; the parameter itself when it is none."""
    found = next((one for one in fields if name in parameters([one])), None)
    return found.words if found else name


@dataclass(frozen=True)
class Box:
    """One field in the bar of filters: `how` is text, range, several or one; `on` what is asked for now."""

    one: FieldDefinition
    how: str
    offered: list
    on: list
    low: str = ""
    high: str = ""
    state: str = ""

    @property
    def names(self):
        return (self.one.slug, self.one.slug + FROM, self.one.slug + TO, self.one.slug + IS)

    @property
    def input_type(self):
        return "date" if self.one.kind == Kind.DATE else "text"


def boxes(filterset, fields, data):
    """The Box of each field that can be filtered by, in order."""
    found = []
    for one in fields:
        if one.kind == Kind.RECORD:
            continue
        how = "range" if one.kind in typed.ORDERED else "text" if one.kind in typed.TEXTS else "one"
        how = "several" if one.kind in (Kind.CHOICE, Kind.CHOICES) else how
        known = filterset.filters.get(one.slug)
        offered = list(known.extra.get("choices", [])) if known is not None and how in ("one", "several") else []
        found.append(
            Box(
                one,
                how,
                offered,
                data.getlist(one.slug),
                data.get(one.slug + FROM, ""),
                data.get(one.slug + TO, ""),
                data.get(one.slug + IS, ""),
            )
        )
    return found


class OwnColumn(tables.Column):
    """A custom field as something to sort by; what is empty comes last either way."""

    def __init__(self, slug, column):
        super().__init__(order_by=(slug,), empty_values=())
        self.key = KeyTransform(slug, column)

    def order(self, queryset, is_descending):
        return queryset.order_by(in_order(self.key, is_descending), "id"), True


def sorts(fields, column):
    """extra_columns of a django-tables2 table."""
    return [(one.slug, OwnColumn(one.slug, column)) for one in sortable(fields)]


def sortable(fields):
    """Those a list can be sorted by: the key of a person or a record says nothing of its name."""
    return [one for one in fields if one.kind not in (Kind.PERSON, Kind.RECORD)]


def order_of(sort, fields, column):
    """The expression of `sort`, a field's slug or -slug, over the JSON column; None when it names none of them."""
    slug = sort.removeprefix("-")
    if all(one.slug != slug for one in sortable(fields)):
        return None
    return in_order(KeyTransform(slug, column), sort.startswith("-"))


def in_order(key, down):
    """What is empty comes last either way."""
    return key.desc(nulls_last=True) if down else key.asc(nulls_last=True)
