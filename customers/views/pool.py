"""/pool: what nobody follows up, offered to every rep; /setup/pool: its rules, tried on today's data (S29)."""

from dataclasses import asdict

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import rights, switches
from accounts.gates import only
from core.errors import NotAllowed
from core.keys import deed
from core.lists import answer, listing
from core.periods import today
from customers import pooling
from customers.forms.pool import PoolFilter, RulesForm
from customers.models import Customer
from customers.tagbar import bar_of

PREVIEWED = 20


def _is_on():
    if not switches.get("pool"):
        raise Http404


@require_GET
@only(rights.may_see_pipeline)
def index(request):
    _is_on()
    now, rules = timezone.now(), pooling.Rules.load()
    rows = pooling.offered().order_by("-pooled_at", "-pk")
    page = listing(
        request, rows, filterset_class=PoolFilter, rows_from=pooling.offered(), counting=bar_of
    )
    for row in page.rows:
        day = pooling.free_from(row, request.user, rules)
        row.free_from = day if day and day > today(now) else None
    context = {
        "page": page, "rules": rules, "mine": pooling.claims_of(request.user, now), "bar": page.counted,
        "may_claim": request.user.sells, "pager": Paginator(range(page.total), page.per_page).page(page.page),
    }
    return answer(request, "customers/pool.html", "customers/_pool.html", context)


@require_POST
@only(rights.may_see_pipeline)
@deed
def claim(request, pk):
    _is_on()
    try:
        customer = pooling.claim(pk, by=request.user, now=timezone.now())
    except Customer.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Yours now: %(name)s") % {"name": customer.name})
    return redirect("customer", customer.pk)


@require_POST
@deed
def move(request, pk):
    """do=put, lock or unlock, by the managers above and admins."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("owner"), pk=pk)
    if not rights.may_assign(request.user, customer):
        raise NotAllowed(_("Managers of the team decide about the pool."))
    _is_on()
    do, now = request.POST.get("do", ""), timezone.now()
    if do == "put":
        pooling.put_many([customer], by=request.user, now=now)
    elif do in ("lock", "unlock"):
        pooling.lock(customer, do == "lock", by=request.user, now=now)
    else:
        raise Http404
    messages.success(request, _("Saved"))
    return redirect("customer", customer.pk)


@rights.for_admins
@deed
def rules(request):
    """With `preview` the rules that are typed are tried on today's data, without saving them."""
    now, tried = timezone.now(), request.POST.get("preview")
    form = RulesForm(request.POST or None, initial=asdict(pooling.Rules.load()))
    valid = request.method == "POST" and form.is_valid()
    if valid and not tried:
        form.rules().save(by=request.user, now=now)
        messages.success(request, _("Saved"))
        return redirect("customers:pool_rules")
    context = {"form": form, "on": switches.get("pool")}
    if tried and valid:
        context |= _preview(form.rules(), today(now))
    status = 422 if form.is_bound and not valid else 200
    return render(request, "customers/pool_rules.html", context, status=status)


def _preview(typed, on):
    due, warned = pooling.due(typed, on), pooling.soon(typed, on)
    along = due.filter(open_deals__gt=0).aggregate(n=Count("pk"), deals=Sum("open_deals"), amount=Sum("open_amount"))
    return {
        "tried": True, "n": due.count(), "with_deals": along["n"], "deals": along["deals"], "amount": along["amount"],
        "warned": warned.count(),
        "owners": due.order_by().values_list("owner__name").annotate(n=Count("pk")).order_by("-n")[:PREVIEWED],
        "rows": due.select_related("owner").order_by("last_contact_on", "pk")[:PREVIEWED],
    }
