"""/tables: rows of own tables, as lists and on the customer's page (R41)."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import rights
from accounts.gates import only
from core.asked import VERSION, number
from core.keys import deed
from core.lists import answer, listing
from customers import rowkeeping, tablelist
from customers.forms.tablerow import RowForm
from customers.models import Customer, TableRow
from customers.tagbar import bar_of
from exchange.defined import held, load
from exchange.ownfilters import STATES, boxes, parameters

ON_CUSTOMER = 10


def _table(slug):
    if (table := load().table(slug)) is None:
        raise Http404
    return table, load().fields(slug)


@require_GET
@only(rights.may_see_pipeline)
@held()
def index(request, slug):
    """The rows of one table that this person may see."""
    table, fields = _table(slug)
    request.fields = fields
    rows = TableRow.objects.visible_to(request.user).live().filter(table=table)
    page = listing(
        request,
        rows,
        filterset_class=tablelist.RowFilter,
        table_class=tablelist.table_of(fields),
        counting=bar_of,
        rows_from=rows.select_related("customer"),
    )
    names = " ".join(sorted(parameters(fields)))
    context = {
        "table": table,
        "fields": fields,
        "tables": load().tables,
        "page": page,
        "bar": page.counted,
        "rows": tablelist.told(page.rows, fields, request.user),
        "query": request.GET.urlencode(),
        "boxes": boxes(page.filterset, fields, request.GET),
        "own_names": names,
        "in_use_names": f"show tag {names}",
        "states": STATES,
        "chips": [("", _("All")), *tablelist.SHOWN],
        "shown": request.GET.get("show", ""),
        "pager": Paginator(range(page.total), page.per_page).page(page.page),
        "dropped": sorted({page.filterset.form.fields[name].label for name in page.dropped}),
    }
    return answer(request, "customers/table.html", "customers/_table.html", context)


@require_http_methods(["GET", "POST"])
@only(rights.may_see_pipeline)
@deed
@held()
def row_new(request, slug):
    """A new row: ?customer= settles whose."""
    table, fields = _table(slug)
    customer = None
    if given := request.GET.get("customer"):
        customer = get_object_or_404(Customer.objects.visible_to(request.user).live(), pk=number(given))
    form = RowForm(request.POST or None, fields=fields, user=request.user, customer=customer)
    if request.method == "POST" and form.is_valid():
        rowkeeping.add_row(table, form.customer, form.values(), by=request.user, now=timezone.now())
        return _saved(request, table)
    return _ask(request, form, table, customer)


def _row(request, pk):
    rows = TableRow.objects.visible_to(request.user).live().select_related("customer", "table")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@deed
@held()
def row_edit(request, pk):
    row = _row(request, pk)
    table, fields = _table(row.table.slug)
    form = RowForm(request.POST or None, fields=fields, user=request.user, customer=row.customer, row=row)
    if request.method == "POST" and form.is_valid():
        expect = number(request.POST.get("version"), VERSION) or 0
        rowkeeping.change_row(row, form.patch(), by=request.user, now=timezone.now(), expect=expect)
        return _saved(request, table)
    return _ask(request, form, table, row.customer, row)


@require_POST
@deed
def row_remove(request, pk):
    """Out of the list, with an Undo."""
    row = _row(request, pk)
    expect = number(request.POST.get("version"), VERSION) or 0
    event = rowkeeping.remove_row(row, by=request.user, now=timezone.now(), expect=expect)
    if not request.htmx:
        messages.success(request, _("Removed"))
        return redirect("customers:table", row.table.slug)
    undo = reverse("activity:undo", args=[event.pk])
    context = {"row": row, "said": _("Removed"), "undo": undo}
    return HttpResponse(render_to_string("customers/_row_removed.html", context, request))


def _ask(request, form, table, customer, row=None):
    context = {"form": form, "table": table, "customer": customer, "row": row}
    if form.is_bound:
        return render(request, "customers/_row.html" if request.htmx else "customers/row.html", context, status=422)
    return answer(request, "customers/row.html", "customers/_row.html", context)


def _saved(request, table):
    """Back to the page it was opened from: the list as it was narrowed, or the customer."""
    messages.success(request, _("Saved"))
    if not request.htmx:
        return redirect("customers:table", table.slug)
    response = HttpResponse()
    here = urlsplit(request.htmx.current_url_abs_path or "")
    ours = here.path.startswith(("/tables/", "/customers/"))
    back = f"{here.path}?{here.query}".rstrip("?") if ours else reverse("customers:table", args=[table.slug])
    response["HX-Redirect"] = back
    return response


@require_GET
@held()
def panel(request, pk):
    """The own tables of one customer, as a panel of its page: the newest rows of each."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    rows = TableRow.objects.visible_to(request.user).live().filter(customer=customer).order_by("-pk")
    found = list(rows.select_related("customer")[:500])
    shown = []
    for table in load().tables:
        mine = [row for row in found if row.table_id == table.pk]
        fields = load().fields(table.slug)
        told = tablelist.told(mine[:ON_CUSTOMER], fields, request.user)
        shown.append({"table": table, "rows": told, "n": len(mine), "more": len(mine) > ON_CUSTOMER})
    context = {"customer": customer, "shown": shown}
    return answer(request, "customers/tables_of.html", "customers/_tables_of.html", context)
