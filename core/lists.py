"""The only list machinery: queryset + filterset + table in, one page of rows out.

Deep pages read ids by OFFSET on the covering index, then whole rows by id (D41). Totals are exact.
"""

from dataclasses import dataclass
from math import ceil

from django.shortcuts import render

PER_PAGE = 50
MOST = 200


@dataclass
class Listing:
    """One page of a list: `rows` in order, the django-tables2 `table` (columns and sort links), the `filterset`,
    exact `total`, `page` of `pages`, `dropped` filter values that made no sense, and what `counting` made of them."""

    rows: list
    table: object
    filterset: object
    total: int
    page: int
    pages: int
    per_page: int
    dropped: dict
    counted: object = None

    @property
    def first(self):
        return (self.page - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last(self):
        return (self.page - 1) * self.per_page + len(self.rows)

    @property
    def is_filtered(self):
        return bool(self.filterset and any(v not in (None, "", []) for v in self.filterset.form.cleaned_data.values()))


def filtered(request, queryset, filterset_class, *, data=None):
    """(queryset narrowed by the query string, filterset, dropped): a bad value is dropped and named, never an error."""
    if filterset_class is None:
        return queryset, None, {}
    data = request.GET if data is None else data
    filterset = filterset_class(data, queryset=queryset, request=request)
    dropped = {}
    if not filterset.form.is_valid():
        dropped = {name: errors for name, errors in filterset.form.errors.items()}
        data = data.copy()
        for name in dropped:
            for key in [key for key in data if key == name or key.startswith(f"{name}_")]:
                del data[key]
        filterset = filterset_class(data, queryset=queryset, request=request)
        filterset.form.is_valid()
    return filterset.qs, filterset, dropped


def listing(request, queryset, *, filterset_class=None, table_class=None, rows_from=None, per_page=PER_PAGE,
            counting=None, at_once=None):
    """One page of `queryset`. `rows_from` adds select_related and the like for the rows shown (default the queryset's
    model by pk), as a queryset or as a function of their keys; the narrow id query never carries it. An unknown sort,
    page or page size is ignored.
    `counting(filterset)` counts the rows in a way of its own, by what has a `total`; `at_once(filterset, ordered,
    most)` gives that and the first page's keys in one statement, or None where this is not the cheaper way."""
    narrowed, filterset, dropped = filtered(request, queryset, filterset_class)
    table = table_class(narrowed, order_by=request.GET.get("sort") or None) if table_class else None
    ordered = table.data.data if table else narrowed
    per_page, wanted = min(_whole(request.GET.get("per_page"), per_page), MOST), _whole(request.GET.get("page"), 1)
    first = at_once(filterset, ordered, per_page) if at_once and wanted == 1 else None
    counted, ids = first or (counting(filterset) if counting else None, None)
    total = counted.total if counted is not None else narrowed.order_by().count()
    pages = max(ceil(total / per_page), 1)
    page = min(wanted, pages)
    start = (page - 1) * per_page
    if ids is None:
        ids = _ids(ordered.values_list("pk", flat=True), start, min(start + per_page, total), total)
    if callable(rows_from):
        found = {row.pk: row for row in rows_from(ids)} if ids else {}
    else:
        found = (rows_from if rows_from is not None else queryset.model._base_manager.all()).in_bulk(ids)
    rows = [found[pk] for pk in ids if pk in found]
    return Listing(rows, table, filterset, total, page, pages, per_page, dropped, counted)


def _ids(ordered, start, end, total):
    """Keys from `start` up to `end`; in the second half counted from the end, which is then nearer."""
    if start + end > total and ordered.ordered:
        return list(ordered.reverse()[total - end : total - start])[::-1]
    return list(ordered[start:end])


def answer(request, page, fragment, context):
    """The page, or only its `fragment` when htmx asked for it without a boosted link. Both roads render one file."""
    partial = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    return render(request, fragment if partial else page, context)


def _whole(text, default):
    try:
        number = int(text)
    except (TypeError, ValueError):
        return default
    return number if 0 < number < 10**9 else default
