"""/setup/audit: who did what, before and after, and as a workbook; /setup/access: why somebody sees something."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.confirming import confirmed
from accounts.rights import for_admins
from activity.models import Event
from activity.recording import record
from core.keys import deed
from core.lists import answer, filtered, listing
from core.periods import today
from exchange import wizard
from salesflow import audit, seeing
from salesflow.beforeafter import changes_with
from salesflow.forms import AccessForm


@require_GET
@for_admins
def index(request):
    rows = Event.objects.visible_to(request.user)
    found = listing(request, rows, filterset_class=audit.AuditFilter, rows_from=audit.events())
    context = {"listing": found, "lines": audit.lines_of(found.rows, request.user)}
    return answer(request, "setup/audit.html", "setup/_audit.html", context)


@require_GET
@for_admins
def event(request, pk):
    """What the fields of the thing were before and after."""
    one = get_object_or_404(audit.events().filter(pk__in=Event.objects.visible_to(request.user)), pk=pk)
    context = {
        "line": audit.lines_of([one], request.user)[0], "changes": changes_with(one),
        "heading": _("What changed"), "plain": not request.htmx, "wide": True,
    }  # fmt: skip
    return render(request, "setup/audit_event.html" if not request.htmx else "setup/_audit_event.html", context)


@require_POST
@for_admins
@deed
def export(request):
    """Note that the lines which the filters leave are taken out, and lead to the file."""
    confirmed(request)
    data = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "key"):
        data.pop(name, None)
    rows = filtered(request, Event.objects.visible_to(request.user), audit.AuditFilter, data=data)[0]
    now, number = timezone.now(), min(rows.count(), audit.MOST_WRITTEN)
    record("accounts.audit_exported", request.user, by=request.user, at=now, rows=number)
    return redirect(f"{reverse('setup_audit_file')}?{data.urlencode()}")


@require_GET
@for_admins
def file(request):
    """The lines, the newest first, as a workbook."""
    rows = filtered(request, Event.objects.visible_to(request.user), audit.AuditFilter)[0]
    response = HttpResponse(content_type=wizard.XLSX)
    name = f"{_('Audit')}-{today(timezone.now()):%Y-%m-%d}.xlsx"
    response["Content-Disposition"] = wizard.disposition(name)
    audit.write(rows, request.user, response)
    return response


@require_GET
@for_admins
def access(request):
    """Why can this person see this? By a request's number, a customer's, or a customer's name."""
    form = AccessForm(request.GET or None, label_suffix="")
    context = {"form": form}
    if form.is_bound and form.is_valid():
        person = form.cleaned_data["person"]
        things = seeing.things_named(request.user, form.cleaned_data["what"])
        context |= {"person": person, "things": things}
        if len(things) == 1:
            context["ways"] = seeing.ways(person, things[0])
    return render(request, "setup/access.html", context)
