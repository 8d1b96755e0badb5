"""Exports: asked for by POST, fetched from /exports/<id> within the rights of that moment (INV-11)."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.jobs import enqueue
from core.keys import deed
from exchange import exporting, wizard
from exchange.forms import ExportForm
from exchange.models import ExportFile
from exchange.sheets import sheet_of

CSV = "text/csv; charset=utf-8"


@require_POST
@deed
def export(request):
    """Write what a list shows. `query` is its query string; more than 2,000 rows are a job and a message."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise Http404
    wizard.throttle(ExportFile.objects.visible_to(request.user), now=timezone.now())
    sheet = sheet_of(form.cleaned_data["sheet"])
    made = exporting.ask(
        sheet,
        by=request.user,
        query=form.cleaned_data["query"].lstrip("?"),
        form=form.cleaned_data["form"] or "xlsx",
        now=timezone.now(),
    )
    if exporting.is_large(made):
        enqueue("make_export", key=f"export {made.pk}", by=request.user, export=made.pk)
    return redirect("exchange:file", made.pk)


@require_GET
def file(request, pk):
    """The workbook: a small one is written now, a large one is there once the job is done."""
    made = get_object_or_404(ExportFile.objects.visible_to(request.user).select_related("owner"), pk=pk)
    kind = CSV if made.name.endswith(".csv") else wizard.XLSX
    if not exporting.is_large(made):
        response = HttpResponse(content_type=kind)
        response["Content-Disposition"] = wizard.disposition(made.name)
        exporting.write(made, response)
        return response
    if made.ready_at is None:
        return render(request, "exchange/export.html", {"export": made})
    if not exporting.still_allowed(made):
        raise Http404
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.name, content_type=kind)
