"""The queue (S12): its tabs with their counts, its order, and at most three buttons a row."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Case, CharField, F, IntegerField, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import pgettext

from accounts.calendar import Calendar
from collaboration import rights
from collaboration.buttons import buttons_for
from collaboration.clocks import clock_of
from collaboration.models import ApprovalStep, CollaborationRequest
from collaboration.own import own_fields, own_words
from collaboration.querysets import WITH_ASKER
from collaboration.verbs import promise_asked
from customers.tagbar import TagBar, chosen_in
from exchange.ownfilters import order_of, sortable

COLUMNS = ("accept", "mine", "more", "returned", "done")  # of the board
CARDS = 30  # a column; the rest is in the tab


@dataclass
class Tab:
    """One tab: its words, how many rows, whether it is the one shown. Counts of what is over are not shouted."""

    name: str
    label: str
    n: int | str
    current: bool
    more: tuple = ()  # custom fields shown as columns, which stay from tab to tab

    @property
    def url(self):
        return f"?{urlencode([('tab', self.name), *(('more', slug) for slug in self.more)])}"


@dataclass
class Row:
    """One request as one person sees it in the queue."""

    request: CollaborationRequest
    clock: object
    buttons: list
    shows_amount: bool
    promise: object  # the date of the button 接收 · {date}前
    own: tuple = ()  # [(custom field, its words)] of the columns that were added

    @property
    def only_menu(self):
        """Nothing to press but ⋯: on the phone it needs no line of its own."""
        return all(button.how == "more" and not button.primary for button in self.buttons[:2])


def labels(user):
    words = {
        "accept": pgettext("tab", "To accept"), "mine": pgettext("tab", "Mine"),
        "more": pgettext("tab", "Needs more"), "returned": pgettext("tab", "Returned"),
        "done": pgettext("tab", "Done"),
        "asked": pgettext("tab", "I asked"), "handled": pgettext("tab", "I handled"),
    }  # fmt: skip
    if user.is_admin:
        words["mine"] = pgettext("tab", "In progress")
    if user.is_manager:
        words["team"] = pgettext("tab", "My teams")
    return words


def count(user):
    """{tab: how many}, in one statement."""
    rows = CollaborationRequest.objects.visible_to(user).with_tag(user)
    return {name: sum(groups.values()) for name, groups in _groups(user, rows).items()}


def bars(user, filterset):
    """{tab: its chips of tags}, in one statement; a tab has as many rows as its bar has in all (R22)."""
    groups, chosen = _groups(user, filterset.untagged), chosen_in(filterset)
    found = {name: TagBar(filterset.data, groups[name], chosen) for name in groups}
    found["board"] = TagBar(filterset.data, sum((Counter(groups[name]) for name in COLUMNS), Counter()), chosen)
    return found


def _groups(user, rows):
    tally = rows.tally({name: rows.tab_condition(name, user) for name in labels(user)})
    return {name: {(tag,): counted[name] for tag, counted in tally.items()} for name in labels(user)}


def choose(user, wanted, counts):
    """The tab asked for, else what is to accept, else what he waits for."""
    if wanted in labels(user):
        return wanted
    return "accept" if user.is_support or user.is_admin or counts["accept"] else "asked"


def tabs(user, current, counts, more=()):
    quiet = ("done", "handled")
    return [
        Tab(name, label, "" if name in quiet else counts[name], name == current, tuple(more))
        for name, label in labels(user).items()
    ]


def orders(user):
    """{name: words} of the orders offered; the first is the one a queue opens with. Amounts only where shown (D6)."""
    found = {
        "": pgettext("order", "Latest first"), "left": pgettext("order", "Least time left"),
        "new": pgettext("order", "Newest first"),
    }  # fmt: skip
    if rights.sees_amounts(user):
        found["-amount"] = pgettext("order", "Largest amount")
    return found


def in_order(rows, tab, sort="", *, now=None):
    """Late first, the latest of them on top, then least time left; what the reader must do himself comes first where
    he asked. `left`: what can still be in time first. `new`: as they were asked."""
    return rows.order_by(*_order(tab, sort, now=now))


def _order(tab, sort, *, now):
    due = F("due_at").asc(nulls_last=True)
    if sort == "new":
        return [F("number").desc()]
    if sort == "left":
        late = Case(When(due_at__lt=now, then=Value(1)), default=Value(0), output_field=IntegerField())
        return [late, due, F("number").desc()]
    if (own := order_of(sort, own_fields(), "custom")) is not None:
        return [own, F("number").desc()]
    if sort.lstrip("-") == "amount":
        amount = F("amount")
        ordered = amount.desc(nulls_last=True) if sort.startswith("-") else amount.asc(nulls_last=True)
        return [ordered, F("number").desc()]
    mine = []
    if tab in ("asked", "team"):
        mine = [When(state__in=WITH_ASKER, then=Value(0)), When(state__in=["submitted", "accepted"], then=Value(1))]
    if tab in ("done", "handled"):
        mine = [When(state="delivered", then=Value(0))]
    turn = [Case(*mine, default=Value(2), output_field=IntegerField())] if mine else []
    return [*turn, due, F("number").desc()]


def own_shown(user, data):
    """The custom fields somebody wants as columns (`?more=`), of those he may read."""
    return [one for one in own_fields(user) if one.slug in data.getlist("more")]


def own_heads(shown, sort):
    """[(field, what a click sorts by or "", how it is sorted now)] of the added columns."""
    known, found = sortable(shown), []
    for one in shown:
        now = {one.slug: "ascending", f"-{one.slug}": "descending"}.get(sort, "")
        found.append((one, (f"-{one.slug}" if sort == one.slug else one.slug) if one in known else "", now))
    return found


def fetched(ids, *, own=False):
    """The rows of a page by the ids that were chosen as `visible_to` its reader, in their order (D41): only they are
    joined with what they name. `own`: with their custom fields."""
    found = CollaborationRequest.objects.with_row_faces(own=own).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def read_rows(rows, user, *, now, own=()):
    """Rows of a page, fetched with their faces: one query more for the steps of approvals among them. `own` are the
    custom fields shown as columns."""
    found = list(rows)
    waiting = [request for request in found if request.state in ("submitted", "accepted")]
    approvals = [request.pk for request in waiting if request.kind.is_approval]
    steps = {pk: [] for pk in approvals}
    if approvals:
        for step in ApprovalStep.objects.filter(request__in=approvals).select_related("person", "department"):
            steps[step.request_id].append(step)
    for request in found:
        request._steps = steps.get(request.pk, [])
    calendar, told = Calendar.load(), own_words(found, own) if own else {}
    return [row_of(request, user, now=now, calendar=calendar, own=told.get(request.pk, ())) for request in found]


def row_of(request, user, *, now, calendar=None, own=()):
    calendar = calendar or Calendar.load()
    return Row(
        request, clock_of(request, now, calendar), buttons_for(request, user, now=now), rights.sees_amounts(user),
        promise_asked(request, now=now, calendar=calendar), own,
    )


@dataclass
class Column:
    """One column of the board: a tab with its first cards."""

    tab: Tab
    rows: list
    n: int

    @property
    def more(self):
        return self.n - len(self.rows)


def columns(rows, user, counts, sort, *, now):
    """The tabs side by side, for who likes cards: one query for the first ids of each, one for those rows, one for the
    steps of approvals. No request is in two of these tabs: their states differ."""
    words, asked = labels(user), [(rows.tab_condition(name, user), Value(name)) for name in COLUMNS]
    column = Case(*(When(condition, then=name) for condition, name in asked), output_field=CharField())
    place = Window(RowNumber(), partition_by="column", order_by=_order("done" if not sort else "", sort, now=now))
    first = rows.order_by().annotate(column=column).filter(column__isnull=False).annotate(place=place)
    chosen = {name: [] for name in COLUMNS}
    for pk, name in first.filter(place__lte=CARDS).order_by("column", "place").values_list("pk", "column"):
        chosen[name].append(pk)
    shown = iter(read_rows(fetched([pk for keys in chosen.values() for pk in keys]), user, now=now))
    return [
        Column(Tab(name, words[name], counts[name], False), [next(shown) for _pk in keys], counts[name])
        for name, keys in chosen.items()
    ]
