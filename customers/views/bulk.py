"""/customers/bulk: a sentence before, per object, an Undo after (S4)."""

from urllib.parse import quote, urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import rights
from accounts.calendar import Calendar
from accounts.gates import only
from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from core.lists import answer
from core.markup import format_html
from core.periods import today
from customers import bulk, showing
from customers.forms.bulk import FORMS
from customers.listing import rows_of, with_first_step
from customers.listrow import row_html
from customers.models import Customer
from customers.offering import next_days
from customers.staleness import Rule


@only(rights.may_see_pipeline)
@deed
def change(request):
    """GET asks with the number of customers; POST does it for those that are visible and permitted."""
    given = request.POST if request.method == "POST" else request.GET
    do = given.get("do", "")
    keys = [key for pk in given.getlist("ids")[: bulk.MOST] if (key := number(pk))]
    customers = list(Customer.objects.visible_to(request.user).live().filter(pk__in=keys).select_related("owner"))
    if do not in FORMS or not customers:
        raise Http404
    now = timezone.now()
    if do == "assign":
        customers = [customer for customer in customers if rights.may_assign(request.user, customer)] or _refuse()
    form = FORMS[do](request.POST or None, user=request.user, on=today(now))
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, do, customers, now)
    changed, event = _do(do, form.cleaned_data, customers, by=request.user, now=now)
    said = _said(do, len(changed), form.cleaned_data)
    return saved(request, changed, said, event, now=now)


def saved(request, changed, said, event, *, now):
    """The rows as they are now, in the columns of the list behind, and what takes it back."""
    undo = reverse("activity:undo", args=[event.pk]) if event else ""
    if not request.htmx:
        messages.success(request, said)
        return redirect("customers:list")
    context = {"rows": rows_again(request, changed, now=now), "said": said, "undo": undo}
    response = HttpResponse(render_to_string("customers/_bulk_done.html", context, request))
    response["HX-Trigger"] = "redraw"  # the team home, where the dialog was opened there
    return response


def rows_again(request, customers, *, now):
    """The rows of these customers as they are now, out of band, in the columns of the list behind the dialog or log."""
    here = urlsplit(request.htmx.current_url or "").query
    cols = showing.read(QueryDict(here))
    visible = with_first_step(Customer.objects.visible_to(request.user).select_related("owner", "team"))
    shown = visible.in_bulk([customer.pk for customer in customers]).values()
    rows = rows_of(list(shown), request.user, on=today(now), rule=Rule.load(), shown=cols)
    return [row_html(row, request.user, shown=cols, here=quote(here, safe=""), oob=True) for row in rows]


def row_on_list(request, customer, *, now):
    """The customer's row again where a deed was done over the list of customers; nothing elsewhere."""
    page = urlsplit(request.htmx.current_url_abs_path or "") if request.htmx else urlsplit("")
    if page.path != reverse("customers:list") or "as_of" in QueryDict(page.query):
        return ""
    (row,) = rows_again(request, [customer], now=now)
    return format_html("<template>{}</template>", row)  # a response that begins with a row would be read as a table


def _refuse():
    raise NotAllowed


def _ask(request, form, do, customers, now):
    context = {"form": form, "do": do, "customers": customers, "n": len(customers), "title": _title(do, len(customers)),
               "days": next_days(Calendar.load(), today(now)), "today_iso": today(now).isoformat()}
    if form.is_bound:
        template = "customers/_bulk.html" if request.htmx else "customers/bulk_page.html"
        return render(request, template, context, status=422)
    return answer(request, "customers/bulk_page.html", "customers/_bulk.html", context)


def _do(do, data, customers, *, by, now):
    if do == "assign":
        return bulk.assign(customers, data["owner"], by=by, now=now, why=data["why"])
    if do == "tag":
        return bulk.tag(customers, data["tag"], by=by, now=now)
    return bulk.plan(customers, data["day"], data["next_text"], by=by, now=now)


def _title(do, n):
    if do == "assign":
        return ngettext("Assign %(n)s customer", "Assign %(n)s customers", n) % {"n": n}
    if do == "tag":
        return ngettext("Tag of %(n)s customer", "Tag of %(n)s customers", n) % {"n": n}
    return ngettext("Next step of %(n)s customer", "Next step of %(n)s customers", n) % {"n": n}


def _said(do, n, data):
    if not n:
        return _("Nothing changed.")
    if do == "assign":
        return ngettext("%(n)s customer assigned", "%(n)s customers assigned", n) % {"n": n}
    return ngettext("%(n)s customer changed", "%(n)s customers changed", n) % {"n": n}
