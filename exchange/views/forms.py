"""/setup/forms: how much each form asks, how long it takes, how often it is saved, against its budget (R21)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import switches
from accounts.rights import for_admins
from core.asked import VERSION, number
from core.entryforms import SITTING
from core.keys import deed
from exchange import formuse
from exchange.forms import BudgetsForm
from exchange.models import FormUse


@for_admins
@deed
def forms(request):
    """GET: the figures of the last 30 days beside the budgets. POST: other budgets."""
    now = timezone.now()
    rows = formuse.standings(FormUse.objects.visible_to(request.user), user=request.user, now=now)
    labels = {row.form.name: row.form.label for row in rows}
    form = BudgetsForm(request.POST or None, budgets={row.form.name: row.budget for row in rows}, labels=labels)
    if request.method == "POST" and form.is_valid():
        seen = number(request.POST.get("version"), VERSION) or 0
        formuse.set_budgets(form.wanted(), by=request.user, now=now, expect=seen)
        messages.success(request, _("Saved"))
        return redirect("setup_forms")
    for row in rows:
        row.required_field, row.seconds_field = form[f"{row.form.name}_required"], form[f"{row.form.name}_seconds"]
    context = {"rows": rows, "form": form, "days": formuse.DAYS, "minutes": SITTING // 60,
               "version": switches.version("form_budgets")}  # fmt: skip
    return render(request, "setup/forms.html", context, status=422 if form.is_bound else 200)
