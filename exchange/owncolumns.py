"""Custom fields as columns of a sheet: read, matched by either label, written (R41)."""

from accounts.models import User
from core.kept import Kept
from core.text import plain
from exchange import linking, parsing, typed
from exchange.models import FieldDefinition
from exchange.problems import gettext_noop
from exchange.sheets import Column

Kind = FieldDefinition.Kind
EMPTY = gettext_noop("“%(column)s” is asked for and empty.")
YEAR_CHOSEN = gettext_noop("No year was given: %(date)s was chosen.")
CELLS = {Kind.DATE: "date", Kind.MONEY: "money", Kind.NUMBER: "plain"}
WIDTHS = {Kind.LONG: 40, Kind.URL: 30, Kind.CHOICES: 24}


def columns_of(fields):
    """A Column for each field. A missing required one is said of the row and blocks nothing."""
    return [_column(one) for one in fields]


def _column(one):
    words = (with_unit(one, one.label), with_unit(one, one.label_en or one.label))
    listed = one.kind in (Kind.CHOICE, Kind.CHOICES)
    choices = (lambda: [said for _code, said in typed.options(one)]) if listed else None
    return Column(
        one.slug,
        words,
        _reader(one),
        kind=CELLS.get(one.kind, "text"),
        width=WIDTHS.get(one.kind, 16),
        fill=one.kind not in (Kind.DATE, Kind.PERSON),
        choices=choices,
    )


def with_unit(one, label):
    """数量（台）: what is in brackets is not part of a header's name."""
    return f"{label}（{one.unit}）" if one.unit else label


def _reader(one):
    def parse(text, run, record):
        names = run.once("people by name", lambda: people_by_name(run.by)) if one.kind == Kind.PERSON else None
        value = typed.parse(text, one, today=run.today, names=names)
        if one.kind == Kind.DATE and value and parsing.date(text, today=run.today).year_chosen:
            record.flag(one.slug, YEAR_CHOSEN, date=value)
        return value

    return parse


def flag_missing(record, fields):
    """Say which of the fields that are asked for a new record lacks."""
    for one in fields:
        if one.required and record.values.get(one.slug) is None:
            record.flag(one.slug, EMPTY, column=one.label)


def people_by_name(user):
    """Whom a typed name means: everybody this person may pick, by name where one bears it, or by login."""
    found, twice = {}, set()
    people = list(User.objects.visible_to(user).active().order_by("pk"))
    for person in people:
        key = plain(person.name)
        twice |= {key} & found.keys()
        found[key] = person.pk
    found = {key: pk for key, pk in found.items() if key not in twice}
    return typed.Names(find={plain(person.username): person.pk for person in people} | found)


_people = Kept(lambda: dict(User.objects.values_list("pk", "name")))  # for their names alone


def all_people():
    """The Names of everybody, for a walk over many rows."""
    return typed.Names(people=_people.get())


def names_for(fields, values, user=None):
    """The Names of people and records in `values` ([{slug: value}]): people are remembered (core/kept.py), records
    cost one query a kind, none where no field names any. `user` sees the records that exist for him, nobody none."""
    people, records = set(), {}
    for one in fields:
        if one.kind == Kind.PERSON:
            people |= {each[one.slug] for each in values if one.slug in each}
        elif one.kind == Kind.RECORD:
            records.setdefault(one.target, set()).update(each[one.slug] for each in values if one.slug in each)
    names = typed.Names()
    if people:
        known = _people.get()
        new = people - known.keys()  # made this moment, in another process
        names.people = known | dict(User.objects.filter(pk__in=new).values_list("pk", "name")) if new else known
    for slug, keys in records.items():
        if user and keys and (target := linking.target_of(slug)):
            names.records[slug] = target.shown(user, keys)
    return names
