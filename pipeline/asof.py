"""Board and table as they were shown on a day gone by (M13): deals as they were known at its end.

One history row a deal says stage, amounts, people and days, one a customer its name and tag; key actions, risks and
next steps say themselves when they were added and taken back; stages carry the names and chances they had. Every
clock is the knowledge's: a move that was back-dated or undone later is seen as it was known then (D17).

Whose: what a person may see now is what he may see of the past (T4, INV-11): a deal that was his and is another's now
is gone from his past too, one that became his brings its past along. A deal that was taken back with its import is
gone. Alarms are not kept by day: cards of the past carry none.
"""

import copy
import datetime as dt
from functools import cached_property

import django_filters
from django.db.models import Case, F, IntegerField, Max, Min, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import JSONObject, RowNumber
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.lists import filtered
from core.past import newest
from core.periods import day_start, today
from customers.asof import first_step, keys_of, known_customers, live, name_and_tag, steps_then
from customers.models import Customer
from customers.tagbar import chosen_in
from pipeline.asking import Asked, is_on, plain_query
from pipeline.board import CARDS, read_board
from pipeline.cards import Card
from pipeline.filters import DealFilter, teams
from pipeline.models import Deal, KeyAction, Risk, Stage
from pipeline.playbooks import Playbooks
from pipeline.risks import words_from
from pipeline.urgency import WON_DAYS, month_of

FIELDS = (
    "playbook_id", "stage_id", "name", "amount", "contract_amount", "expected_close", "signed_on", "won_at", "lost_at",
    "entered_at", "slips",
)  # of a history row, as a card shows them
PEOPLE = ("rep_id", "owner_id", "rep__name", "owner__name")


def known_deals(user, moment):
    """History rows of the deals `user` may see now, one each, as they were known at the moment; `id` is the deal's."""
    return newest(Deal, moment, Deal.objects.visible_to(user).order_by().values("pk"))


def books_at(moment):
    """The Playbooks with the stages as they were at a moment: columns, names, chances. Before the first stage was
    kept, as they were first. Whom they asked is not kept: nobody answers for them. One query."""
    books = Playbooks.load()
    first = Subquery(Stage.history.filter(history_type="+").order_by("history_date").values("history_date")[:1])
    then = Q(history_date__lte=moment) | Q(history_date=first)
    last = Stage.history.filter(then).order_by().values("id").annotate(last=Max("history_id")).values("last")
    names = [field.attname for field in Stage._meta.concrete_fields]
    playbooks = {book.pk: copy.copy(book) for book in books.all}
    for book in playbooks.values():
        book.line = []
    stages = dict(books.stages)  # one that was not there yet keeps its name of now
    for values in Stage.history.filter(history_id__in=last).order_by("position", "id").values(*names):
        stage = Stage(**values)
        stage.playbook, stage.answering = playbooks[stage.playbook_id], []
        stages[stage.pk] = stage
        if not stage.retired_at:
            stage.playbook.line.append(stage)
    return Playbooks(list(playbooks.values()), stages)


class PastFilter(DealFilter):
    """The filters of the board over history rows: team and tag are those of the customer then."""

    stale = None  # quiet is counted from the last talk by the rule of today: it is not kept by day
    action = said = None  # key actions are lines beside the deal, not columns of its history
    team = django_filters.ModelChoiceFilter(queryset=teams, method="of_customer", label=_("Team"))

    def filter_queryset(self, queryset):
        """Narrowed by everything but the tag, which is told by AskedThen."""
        values = {name: value for name, value in self.form.cleaned_data.items() if name != "tag"}
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        self.untagged = queryset
        return queryset

    def chip(self, queryset, name, value):
        return queryset

    def of_customer(self, queryset, name, value):
        if not value:
            return queryset
        return queryset.filter(customer__in=self.request.customers.filter(team=value).values("id"))


class AskedThen(Asked):
    """What a page of deals of a day gone by was asked for: like Asked, over history rows."""

    key = "id"

    def __init__(self, user, data, past, *, tell_tags=False):
        """The tags of then are beside the deals' rows and cost a look-up each: the sums tell them where they narrow or
        group the page, or with `tell_tags`."""
        self.user, self.past, self.on, self.rule = user, past, past.day, None
        self.GET = data if hasattr(data, "getlist") else plain_query(data)
        self.playbooks = books_at(past.moment)
        rest = self._choose_playbook()
        deals = known_deals(user, past.moment).filter(playbook=self.playbook.pk)
        _narrowed, self.filterset, self.dropped = filtered(self, deals, PastFilter, data=rest)
        self.deals, self.tags = self.filterset.untagged, chosen_in(self.filterset)
        self.tag_column = "tag_then" if self.tags or tell_tags or self.GET.get("group") == "tag" else None
        if self.tag_column:
            self.deals = self.deals.annotate(tag_then=self.tag_then)
        (first, last), risks = month_of(self.on), open_risks(past.moment)
        is_open = Q(stage__kind="open")
        self.chip_conditions = {
            "risk": is_open & Q(id__in=risks.values("deal")),
            "closing": is_open & Q(expected_close__gte=first, expected_close__lte=last),
        }
        self.pressed = [name for name in self.chip_conditions if is_on(self.GET, name)]
        if is_on(self.GET, "stale"):
            self.dropped["stale"] = [_("Quiet too long")]

    @cached_property
    def customers(self):
        return known_customers(self.user, self.past.moment)

    @cached_property
    def on_board(self):
        """As pipeline.urgency.on_board() said on that day."""
        since, moment = self.on - dt.timedelta(days=WON_DAYS), self.past.moment
        mine = steps_then(moment).filter(kind="ours", customer__in=keys_of(self.user))
        planned = Q(customer__in=mine.filter(due__gte=since).values("customer"))
        planned &= ~Q(customer__in=mine.filter(due__lt=since).values("customer"))
        recent = Q(signed_on__gte=since) | Q(won_at__gte=day_start(since)) | planned
        shown = Q(stage__kind="open") | Q(stage__kind__in=["won", "after"]) & recent
        return shown & Q(customer__in=live(self.customers).values("id"))

    @property
    def tag_then(self):
        """The tag of a deal's customer then, as an expression."""
        rows = Customer.history.filter(id=OuterRef("customer_id"), history_date__lte=self.past.moment)
        return Subquery(rows.order_by("-history_id").values("tag")[:1])

    @property
    def position(self):
        whens = [When(stage=pk, then=Value(stage.position)) for pk, stage in self.playbooks.stages.items()]
        return Case(*whens, default=Value(0), output_field=IntegerField())

    def cards(self, ids):
        return cards_then(self, ids)


def open_risks(moment):
    return Risk.objects.filter(Q(closed_at=None) | Q(closed_at__gt=moment), opened_at__lte=moment)


def cards_then(asked, ids):
    """Cards of deals of the past, in the order of the ids. One query."""
    moment, deal = asked.past.moment, OuterRef("id")
    lines = KeyAction.objects.filter(Q(voided_at=None) | Q(voided_at__gt=moment), deal=deal, at__lte=moment)
    risks = open_risks(moment).filter(deal=deal).order_by("-opened_at", "-id")
    rows = (
        known_deals(asked.user, moment).filter(id__in=ids)
        .annotate(
            line=Subquery(lines.order_by("-on", "-id").values(shown=JSONObject(on="on", text="text"))[:1]),
            danger=Subquery(risks.values(shown=JSONObject(text="text", type="type__label"))[:1]),
            step=first_step(moment, OuterRef("customer_id"), kind="ours"),
            who=name_and_tag(moment, OuterRef("customer_id")),
            kept=Subquery(Deal.objects.filter(pk=deal).values("customer_id")[:1]),
        )
        .values("id", *FIELDS, *PEOPLE, "line", "danger", "step", "who", "kept")
    )
    found = {row["id"]: _card(row, asked.playbooks.stages) for row in rows}
    return [found[pk] for pk in ids if pk in found]


def _card(row, stages):
    deal = Deal(pk=row["id"], **{name: row[name] for name in FIELDS})
    deal.customer = Customer(pk=row["kept"], **row["who"] or {})
    for name in ("rep", "owner"):
        pk = row[f"{name}_id"]
        setattr(deal, name, User(pk=pk, name=row[f"{name}__name"] or "") if pk else None)
    if line := row["line"]:
        deal.key_action, deal.key_action_on = line["text"][:200], dt.date.fromisoformat(line["on"])
    if danger := row["danger"]:
        deal.risk = words_from(danger["type"], danger["text"])
    deal.stage, deal.kind_code = stages[deal.stage_id], ""
    step = row["step"] or {"due": None, "text": ""}
    due = dt.date.fromisoformat(step["due"]) if step["due"] else None
    return Card(deal, deal.stage, None, None, due, step["text"], "", past=True)


def read_board_then(asked):
    """The board of a day gone by: sums as on every board; cards by the day they were expected to close."""
    board = read_board(asked.user, asked.GET, asked.on, asked=asked, with_cards=False)
    columns = {column.stage.pk: column for column in board.columns}
    order = [F("expected_close").asc(nulls_last=True), F("id").asc()]
    place = Window(RowNumber(), partition_by=F("stage"), order_by=order)
    rows = asked.narrowed.filter(asked.on_board, stage__in=list(columns)).annotate(place=place)
    ids = rows.filter(place__lte=CARDS).order_by("place", "id").values_list("id", flat=True)
    for card in asked.cards(list(ids)):
        column = columns[card.stage.pk]
        card.index = len(column.cards)
        column.cards.append(card)
    return board


def first_day(user):
    """The company day from which there are records of deals this person may see; None without any."""
    seen = Deal.objects.visible_to(user).order_by().values("pk")
    first = Deal.history.filter(id__in=seen).aggregate(at=Min("history_date"))["at"]
    return today(first) if first else None
