"""/customers: find, slice, act on many (S4)."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import rights
from accounts.gates import only
from core.lists import answer, listing
from core.periods import today
from customers.columns import columns
from customers.filters import SHOWN, CustomerFilter
from customers.listing import rows_of, with_first_step
from customers.models import Customer
from customers.staleness import Rule
from customers.tables import CustomerTable


@only(rights.may_see_pipeline)
def index(request):
    request.on, request.rule = today(timezone.now()), Rule.load()
    visible = Customer.objects.visible_to(request.user)
    page = listing(
        request, visible, filterset_class=CustomerFilter, table_class=CustomerTable,
        rows_from=with_first_step(visible.select_related("owner")),
    )
    leads = request.user.is_manager or request.user.is_admin
    deeds = [("assign", _("Assign"))] if leads else []
    context = {
        "page": page, "rows": rows_of(page.rows, request.user, on=request.on, rule=request.rule),
        "filter": page.filterset, "extra": columns(), "chips": [("", _("All")), *SHOWN],
        "shown": request.GET.get("show", ""),
        "query": request.GET.urlencode(), "pager": Paginator(range(page.total), page.per_page).page(page.page),
        "leads": leads, "bulk_deeds": [*deeds, ("tag", _("Tag")), ("plan", pgettext("card", "Next step"))],
        "dropped": [field.label for name, field in page.filterset.form.fields.items() if name in page.dropped],
    }
    return answer(request, "customers/list.html", "customers/_list.html", context)
