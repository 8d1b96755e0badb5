"""The four numbers of a rep: the same row on his manager's team home and on his own day (S10). No ranking."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, Sum, Value
from django.db.models.functions import Cast
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from accounts.readers import Reader
from core import words
from core.answers import answered
from core.markup import format_html, format_html_join
from core.periods import day_start
from core.prepared import prepared
from core.templatetags.words import icon
from customers.models import Customer, FollowUp, NextStep
from pipeline.models import Deal


@dataclass
class RepRow:
    """Of the customers of his team: quiet ones he owns, conversations written down today, own steps planned from today
    on, money of his open deals (CNY)."""

    person: object
    quiet: int = 0
    logged: int = 0
    steps: int = 0
    amount: Decimal = Decimal(0)


def rows_of(user, people, on, rule, money=None):
    """A RepRow for each of some people, as `user` may see them, by name. One query for all numbers: rows grouped by
    who and team, since one question a person and number costs the database a reading for each; kept until one of them
    is written. `money` are the open deals' sums {(owner, team): CNY} where they were read before."""
    people = sorted(people, key=lambda person: person.name)
    found = {("amount", *key): amount for key, amount in (money or {}).items()}
    if people:
        keys = [person.pk for person in people]
        found |= {row[:3]: row[3] for row in answered(numbers(Reader.of(user), str(on), rule, keys, money is None))}
    return [
        RepRow(
            person, *(int(found.get((name, person.pk, person.team_id)) or 0) for name in COUNTED),
            Decimal(found.get(("amount", person.pk, person.team_id)) or 0),
        )
        for person in people
    ]


@prepared
def numbers(reader, day, rule, people, with_money):
    """(number's name, person, team, number) of these people on the company day `day` (ISO): one question for all."""
    parts = _parts(reader.person, dt.date.fromisoformat(day), rule)
    first, *others = [
        _grouped(name, *part, Count("pk") if name in COUNTED else Sum("amount"), people)
        for name, part in parts.items() if with_money or name in COUNTED
    ]  # fmt: skip
    return first.union(*others, all=True)


def _parts(user, on, rule):
    """{number: (the rows it counts, the column of who, the column of the team)}."""
    talks = FollowUp.objects.visible_to(user).counted().filter(entered_at__gte=day_start(on))
    steps = NextStep.objects.visible_to(user).open().filter(kind="ours", due_on__gte=on)
    return {
        "amount": (Deal.objects.visible_to(user).open(), "owner", "customer__team"),
        "quiet": (Customer.objects.visible_to(user).live().quiet(on, rule), "owner", "team"),
        "logged": (talks, "talked_by", "customer__team"),
        "steps": (steps, "owner", "customer__team"),
    }


COUNTED = ("quiet", "logged", "steps")  # beside the sum of money
ORDER = {
    "quiet": ("-open_amount", "id"), "logged": ("-happened_at", "-id"), "steps": ("due_on", "id"),
    "amount": ("-amount", "id"),
}  # fmt: skip
WITH = {"quiet": (), "logged": ("customer",), "steps": ("customer",), "amount": ("customer", "stage")}


def behind(user, people, team_id, on, rule, name):
    """The rows behind one of the four numbers of some people of a team, exactly those it counts."""
    rows, who, team = _parts(user, on, rule)[name]
    mine = rows.filter(**{f"{who}__in": [person.pk for person in people], team: team_id})
    return mine.select_related(*WITH[name]).order_by(*ORDER[name])


def _grouped(name, rows, who, team, number, people):
    """(name, person, team, number) of the people with these keys."""
    number = Cast(number, DecimalField(max_digits=20, decimal_places=2))
    mine = rows.filter(**{f"{who}__in": people}).order_by()
    return mine.values_list(Value(name), who, team).annotate(number=number)


ROW = (
    '<tr><th scope="row"><a href="/pipeline?rep={pk}">{name}</a></th>'
    '<td class="num"><a href="/team/rep/{pk}?of=quiet" data-dialog>{quiet}</a></td>'
    '<td class="num"><a href="/team/rep/{pk}?of=logged" data-dialog>{logged}</a></td>'
    '<td class="num"><a href="/team/rep/{pk}?of=steps" data-dialog>{steps}</a></td>'
    '<td class="num"><a href="/team/rep/{pk}?of=amount" data-dialog>{amount}</a></td>'
    '<td class="row-do">{do}</td></tr>'
)
DO = (
    '<a class="btn btn-s" href="/team/nudge?rep={pk}" data-dialog>{remind}</a>'
    '<a class="icon-btn" href="/team/rep/{pk}" data-dialog aria-label="{label}" title="{title}">{dots}</a>'
)


def lines_html(rows, user):
    """The rows as lines of the table, in one pass: a company has a hundred. Nobody reminds himself."""
    language, dots = get_language(), icon("dots", small=True)
    remind, title = pgettext("verb", "Remind"), _("Reassign, come along")
    label = _("Reassign from %(name)s, or come along")

    def line(row):
        pk, name = str(row.person.pk), row.person.name
        do = "" if row.person.pk == user.pk else format_html(
            DO, pk=pk, remind=remind, label=label % {"name": name}, title=title, dots=dots
        )
        amount = words.money(row.amount, language)
        return format_html(
            ROW, pk=pk, name=name, quiet=row.quiet, logged=row.logged, steps=row.steps, amount=amount, do=do
        )

    return format_html_join("", "{}", ((line(row),) for row in rows))


def added_up(rows):
    """The same four numbers of a team: the sums of its reps."""
    sums = [sum(getattr(row, name) for row in rows) for name in ("quiet", "logged", "steps")]
    return RepRow(None, *sums, sum((row.amount for row in rows), Decimal(0)))


def row_of(user, on, rule):
    """One's own row; None for who is in no team."""
    if not (user.sells and user.team_id):
        return None
    return rows_of(user, [user], on, rule)[0]
