"""The customer list as it was shown on a day gone by (M13): read only, without what is not kept by day (quiet)."""

import datetime as dt
import json
from dataclasses import dataclass
from math import ceil

import django_filters
from django.db.models import Count, F, OuterRef, Q, Subquery, Window
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.asked import number
from core.lists import MOST, PER_PAGE, filtered
from core.periods import today
from customers.asof import first_step, known_customers, last_contact
from customers.columns import cells_then
from customers.custom import own_fields
from customers.filters import SHOWN, CustomerFilter
from customers.models import Customer
from customers.showing import more_cells
from exchange.owncolumns import names_for
from exchange.ownfilters import label_of

SORTS = {"name": "pinyin_now", "tag": "tag", "owner": "owner__pinyin"}
CHIPS = [pair for pair in SHOWN if pair[0] in ("mine", "won")]


class PastFilter(CustomerFilter):
    """The filters over history rows. Quiet and next steps are counted by the rules of today: not of a day gone by."""

    show = django_filters.ChoiceFilter(choices=CHIPS, method="shown", label=_("Show"))
    since = None

    @classmethod
    def words(cls, name):
        """What a filter is called, one that is not kept by day too."""
        known = cls.base_filters.get(name) or CustomerFilter.base_filters.get(name)
        return known.label if known else label_of(name, own_fields())

    def search(self, queryset, name, value):
        """By what the search finds now, and by the name then."""
        now = super().search(Customer.objects.visible_to(self.request.user), name, value)
        return queryset.filter(Q(id__in=now.values("pk")) | Q(name__icontains=value))

    def shown(self, queryset, name, value):
        return queryset.filter(owner=self.request.user) if value == "mine" else queryset.filter(tag=Customer.Tag.WON)


@dataclass
class PastRow:
    """`customer` as it was then; `kept` is the key of what it is now, `ago` the days since its last conversation."""

    customer: Customer
    kept: int
    ago: int | None
    step: object
    stage: str  # the cell of the pipeline
    money: object
    more: list


@dataclass
class PastPage:
    rows: list
    filterset: object
    total: int
    page: int
    pages: int
    per_page: int
    dropped: dict
    sort: str
    is_filtered: bool


def read_then(request, past, shown):
    """One page of the list of a day gone by. Four queries beside the cells from above."""
    rows = known_customers(request.user, past.moment).filter(merged_into=None)
    narrowed, filterset, dropped = filtered(request, rows, PastFilter)
    dropped = dict(dropped)
    if request.GET.get("since"):
        dropped["since"] = []  # days without contact are counted from today
    per_page = min(number(request.GET.get("per_page"), 6) or PER_PAGE, MOST)
    sort, page = request.GET.get("sort", ""), number(request.GET.get("page"), 6) or 1
    sort = sort if sort.lstrip("-") in SORTS else "name"
    ids, total = _ids(narrowed, sort, page, per_page)
    pages = max(ceil(total / per_page), 1)
    if not ids and page > 1:
        page = pages
        ids, total = _ids(narrowed, sort, page, per_page)
    is_filtered = any(v not in (None, "", []) for v in filterset.form.cleaned_data.values())
    found = _rows(request.user, past, ids, shown)
    return PastPage(found, filterset, total, page, pages, per_page, dropped, sort, is_filtered)


def _ids(narrowed, sort, page, per_page):
    """(keys of one page, how many there are in all), in one query."""
    column, down = SORTS[sort.lstrip("-")], sort.startswith("-")
    if column == "pinyin_now":
        mine = Customer.objects.filter(pk=OuterRef("id"))
        narrowed = narrowed.annotate(pinyin_now=Subquery(mine.values("pinyin")[:1]))
    order = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    rows = narrowed.annotate(of=Window(Count("history_id"))).order_by(order, "id").values_list("id", "of")
    found = list(rows[(page - 1) * per_page : page * per_page])
    return [pk for pk, _of in found], found[0][1] if found else narrowed.count() if page > 1 else 0


FIELDS = (
    "name", "tag", "industry", "size_text", "source", "grade", "labels", "made_at", "archived_at", "owner_id",
    "team_id", "custom",
)


def _rows(user, past, ids, shown):
    moment = past.moment
    rows = known_customers(user, moment).filter(id__in=ids).annotate(
        spoken=last_contact(moment, OuterRef("id")), step=first_step(moment, OuterRef("id")),
        kept=Subquery(Customer.objects.filter(pk=OuterRef("id")).values("merged_into")[:1]),
    )
    rows = rows.values("id", *FIELDS, "owner__name", "team__name", "spoken", "step", "kept")
    found = {row.pop("id"): row for row in rows}
    extra, made = cells_then(ids, user, moment), []
    names = names_for(shown.own_shown, [row["custom"] for row in found.values()]) if shown.own_shown else None
    for pk in (pk for pk in ids if pk in found):
        row = found[pk]
        customer = Customer(pk=pk, **{name: row[name] for name in FIELDS if name != "team_id"})
        if row["owner_id"]:
            customer.owner = User(pk=row["owner_id"], name=row["owner__name"] or "")
        customer.team_name = row["team__name"] or ""
        ago = (past.day - today(row["spoken"])).days if row["spoken"] else None
        html, money = extra.get(pk, ("", None))
        step, more = _step(row["step"]), more_cells(customer, shown, names)
        made.append(PastRow(customer, row["kept"] or pk, ago, step, html, money, more))
    return made


def _step(shown):
    if not shown:
        return None
    shown = json.loads(shown) if isinstance(shown, str) else shown
    return shown | {"due_on": dt.date.fromisoformat(shown["due"])}
