"""/customers: find, slice, act on many (S4)."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import rights, switches
from accounts.gates import only
from accounts.models import SavedView
from core.lists import answer, listing
from core.periods import today
from customers import showing
from customers.columns import columns
from customers.filters import SHOWN, CustomerFilter
from customers.listing import rows_of, with_first_step
from customers.models import Customer
from customers.staleness import Rule
from customers.tables import CustomerTable


@only(rights.may_see_pipeline)
def index(request):
    if number := request.GET.get("view"):
        return _open_saved(request, number)
    shown = showing.read(request.GET)
    request.on, request.rule = today(timezone.now()), Rule.load()
    visible = Customer.objects.visible_to(request.user)
    page = listing(
        request, visible, filterset_class=CustomerFilter, table_class=CustomerTable,
        rows_from=with_first_step(visible.select_related(*(["owner", "team"] if "team" in shown.more else ["owner"]))),
    )
    leads = request.user.is_manager or request.user.is_admin
    deeds = [("assign", _("Assign"))] if leads else []
    context = {
        "page": page, "cols": shown, "here": request.GET.urlencode(),
        "rows": rows_of(page.rows, request.user, on=request.on, rule=request.rule, shown=shown),
        "filter": page.filterset, "extra": columns(), "chips": [("", _("All")), *SHOWN],
        "shown": request.GET.get("show", ""),
        "query": request.GET.urlencode(), "pager": Paginator(range(page.total), page.per_page).page(page.page),
        "leads": leads, "pool_on": switches.get("pool"),
        "bulk_deeds": [*deeds, ("tag", _("Tag")), ("plan", pgettext("card", "Next step"))],
        "dropped": [field.label for name, field in page.filterset.form.fields.items() if name in page.dropped],
    }
    return answer(request, "customers/list.html", "customers/_list.html", context)


def _open_saved(request, number):
    """?view=12 becomes the whole query, so that the link stays readable when copied."""
    key = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    view = get_object_or_404(SavedView.objects.visible_to(request.user).filter(page="customers:list"), pk=key)
    return redirect(f"{reverse('customers:list')}?{view.query}")
