"""/customers: find, slice, act on many (S4)."""

from urllib.parse import quote

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import rights, switches
from accounts.gates import only
from accounts.models import SavedView
from accounts.readers import Reader
from core.asked import number
from core.lists import answer, listing
from core.past import read_past
from core.periods import today
from customers import showing
from customers.asof import first_day
from customers.columns import columns
from customers.custom import own_fields
from customers.filters import SHOWN, SINCE, CustomerFilter, people
from customers.listing import read_rows, rows_of
from customers.listing_then import CHIPS, PastFilter, read_then
from customers.listrow import row_html
from customers.models import Customer
from customers.staleness import Rule
from customers.tables import customer_table
from customers.tagbar import bar_of, first_page
from exchange.defined import held, load
from exchange.ownfilters import STATES, boxes, parameters


@only(rights.may_see_pipeline)
@held()
def index(request):
    if number := request.GET.get("view"):
        return _open_saved(request, number)
    shown, past = showing.read(request.GET), read_past(request.GET, today(timezone.now()))
    if past.day:
        return _then(request, past, shown)
    request.on, request.rule = today(timezone.now()), Rule.load()
    visible = Customer.objects.visible_to(request.user)
    page = listing(
        request, visible, filterset_class=CustomerFilter, table_class=customer_table, counting=bar_of,
        at_once=first_page,
        rows_from=lambda keys: read_rows(Reader.of(request.user), keys, "team" in shown.more),
    )
    rows = rows_of(page.rows, request.user, on=request.on, rule=request.rule, shown=shown)
    here = quote(request.GET.urlencode(), safe="")
    leads = request.user.is_manager or request.user.is_admin
    deeds = [("assign", _("Assign"))] if leads else []
    context = {
        "page": page, "bar": page.counted, "cols": shown, "past": past, "here": request.GET.urlencode(),
        "rows": [row_html(row, request.user, shown=shown, here=here) for row in rows],
        **own_filters(page.filterset, request.GET),
        "filter": page.filterset, "extra": columns(), "chips": [("", _("All")), *SHOWN],
        "shown": request.GET.get("show", ""),
        "query": request.GET.urlencode(), "pager": Paginator(range(page.total), page.per_page).page(page.page),
        "leads": leads, "owners": people(request).values_list("pk", "name"), "since": SINCE,
        "pool_on": switches.get("pool"),
        "bulk_deeds": [*deeds, ("tag", _("Tag")), ("plan", pgettext("card", "Next step"))],
        "dropped": [field.label for name, field in page.filterset.form.fields.items() if name in page.dropped],
    }
    return answer(request, "customers/list.html", "customers/_list.html", context)


IN_USE = "show tag owner team industry since archived"  # what the folded filters count


def own_filters(filterset, data):
    """The custom fields in the bar of filters."""
    fields = own_fields()
    names = " ".join(sorted(parameters(fields)))
    return {"boxes": boxes(filterset, fields, data), "own_names": names, "states": STATES,
            "in_use_names": f"{IN_USE} {names}", "own_tables": load().tables}  # fmt: skip


def _then(request, past, shown):
    page = read_then(request, past, shown)
    context = {
        "page": page, "cols": shown, "past": past, "query": request.GET.urlencode(), "here": "",
        "filter": page.filterset, "chips": [("", _("All")), *CHIPS], "shown": request.GET.get("show", ""),
        "pager": Paginator(range(page.total), page.per_page).page(page.page),
        "leads": request.user.is_manager or request.user.is_admin,
        "owners": people(request).values_list("pk", "name"),
        "extra": [each for each in columns() if each.then][:1],
        "dropped": [str(PastFilter.words(name)) for name in page.dropped],
        "since_day": None if page.total or page.is_filtered else first_day(request.user),
    }
    return answer(request, "customers/list_then.html", "customers/_list_then.html", context)


def _open_saved(request, text):
    """?view=12 becomes the whole query, so that the link stays readable when copied."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user).filter(page="customers:list"), pk=number(text))
    return redirect(f"{reverse('customers:list')}?{view.query}")
