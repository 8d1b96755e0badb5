"""The import wizard (S6): bring it in, match columns, check, done. Each step has its own URL; leave and come back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotAllowed
from core.jobs import enqueue
from core.keys import deed
from exchange import applying, checking, checkpage, choosing, profiling, staging, taking_back, wizard, wrong_rows
from exchange.defined import held
from exchange.forms import BringForm
from exchange.forms_profiles import ProfileForm
from exchange.models import ImportBatch
from exchange.problems import Unreadable
from exchange.settling import Settling
from exchange.sheets import sheet_of, sheets

State = ImportBatch.State
STEP = {
    State.UPLOADED: "exchange:import_map",
    State.CHECKING: "exchange:import_check",
    State.READY: "exchange:import_check",
    State.IMPORTING: "exchange:import_check",
    State.FAILED: "exchange:import_check",
    State.DONE: "exchange:import_done",
    State.UNDONE: "exchange:import_done",
}


@require_http_methods(["GET", "POST"])
@deed
@held()
def imports(request):
    """Step 1: paste or choose a file; below it, the imports so far."""
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        wizard.throttle(ImportBatch.objects.visible_to(request.user).filter(owner=request.user), now=timezone.now())
        try:
            return redirect("exchange:import_map", bring(request, form.cleaned_data).pk)
        except Unreadable as problem:
            form.add_error("file" if form.cleaned_data.get("file") else "text", str(problem))
            return render(request, "exchange/imports.html", wizard.start(request, form, problem), status=422)
    status = 422 if request.method == "POST" else 200
    return render(request, "exchange/imports.html", wizard.start(request, form), status=status)


def bring(request, cleaned):
    file = cleaned.get("file")
    return staging.bring_in(
        by=request.user,
        now=timezone.now(),
        data=file.read() if file else b"",
        name=file.name if file else "",
        text="" if file else cleaned["text"],
        wanted=cleaned["sheet"],
    )


def own(request, pk):
    """A batch of one's own: others' are 404, and admins may look but not act (403)."""
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    if batch.owner_id != request.user.pk:
        raise NotAllowed
    return batch


@require_GET
def import_(request, pk):
    """/imports/77: wherever this import is."""
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    return redirect(STEP[batch.state], batch.pk)


@require_http_methods(["GET", "POST"])
@deed
@held()
def import_map(request, pk):
    """Step 2: columns, people, unknown words."""
    batch = own(request, pk)
    if batch.state not in (State.UPLOADED, State.READY, State.FAILED):
        return redirect(STEP[batch.state], batch.pk)
    settling = Settling(batch, by=request.user, now=timezone.now())
    do, form = request.POST.get("do", ""), None
    if do.startswith("use:"):
        return use_profile(request, batch, do.removeprefix("use:"))
    if do == "keep":
        form = ProfileForm(request.POST)
    if request.method == "POST" and (form is None or form.is_valid()) and settling.answer(request.POST):
        more = settling.matched_anew and staging.settle_again(batch)
        batch.save(update_fields=["mapping"])
        if form:
            profiling.keep(batch, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved"))
        if more:
            messages.info(request, _("The columns hold names or words that are to be settled below."))
        if more or form:
            return redirect("exchange:import_map", batch.pk)
        start_check(batch, request.user)
        return redirect("exchange:import_check", batch.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "exchange/map.html", wizard.mapping(batch, settling, form=form), status=status)


def use_profile(request, batch, pk):
    """Match the file as the saved profile says, and look at it again; one that does not fit it is none of its."""
    profile = next((one for one in profiling.fitting(batch, request.user) if str(one.pk) == pk), None)
    if profile is None:
        raise Http404
    profiling.use(batch, profile, by=request.user)
    staging.settle_again(batch)
    batch.save(update_fields=["mapping", "sheet"])
    return redirect("exchange:import_map", batch.pk)


def start_check(batch, user):
    """Small ones at once, large ones by a job that survives the tab."""
    if staging.is_large(batch):
        applying.claim(batch, State.CHECKING)
        wizard.count_try(batch)
        enqueue("check_import", key=wizard.job_key("check", batch), by=user, batch=batch.pk)
    else:
        checking.check(batch, by=user, now=timezone.now())


@require_http_methods(["GET", "POST"])
@deed
@held()
def import_check(request, pk):
    """Step 3: every row's fate; change, keep, correct, then import."""
    if request.method == "POST":
        return confirm(request, own(request, pk))
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    if batch.state in (State.DONE, State.UNDONE, State.UPLOADED):
        return wizard.go(request, STEP[batch.state], batch.pk)
    busy = batch.state in (State.CHECKING, State.IMPORTING)
    page = "exchange/_progress.html" if busy and request.htmx and not request.htmx.boosted else "exchange/check.html"
    if request.GET.get("poll") and not busy:
        return wizard.go(request, "exchange:import_check", batch.pk)
    return render(request, page, checkpage.checked(request, batch))


def confirm(request, batch):
    if batch.state not in (State.READY, State.FAILED):
        return redirect(STEP[batch.state], batch.pk)
    with transaction.atomic():
        choosing.take_answers(batch, request.POST)
        choosing.take_many(batch, request.POST.get("do", ""))
        batch.only_good = bool(request.POST.get("only_good"))
        batch.save(update_fields=["only_good"])
    do = request.POST.get("do", "")
    if do not in ("import", "recheck"):  # a page turned, or many cells decided at once
        return redirect(f"{reverse('exchange:import_check', args=[batch.pk])}?{asked_page(request)}")
    if do == "recheck":
        start_check(batch, request.user)
        return redirect("exchange:import_check", batch.pk)
    if batch.counts.get("wrong") and not batch.only_good:
        return render(request, "exchange/check.html", checkpage.checked(request, batch, refused=True), status=422)
    if staging.is_large(batch):
        applying.claim(batch, State.IMPORTING)
        wizard.count_try(batch)
        enqueue("apply_import", key=wizard.job_key("apply", batch), by=request.user, batch=batch.pk)
        return redirect("exchange:import_check", batch.pk)
    try:
        applying.apply(batch, by=request.user, now=timezone.now())
    except applying.ChangedSince as since:
        checking.check(batch, by=request.user, now=timezone.now())
        messages.warning(request, since.message)
        return redirect("exchange:import_check", batch.pk)
    return redirect("exchange:import_done", batch.pk)


def asked_page(request):
    """The tab and page to go on with: those of the button, else those the form was on."""
    page = request.POST.get("do", "").removeprefix("page:")
    page = page if page.isdigit() else request.GET.get("page", "")
    return urlencode({"tab": request.GET.get("tab", ""), "page": page})


@require_GET
def import_done(request, pk):
    """Step 4: the result, the rows that were left out, the undo."""
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    if batch.state not in (State.DONE, State.UNDONE):
        return redirect(STEP[batch.state], batch.pk)
    return render(request, "exchange/done.html", wizard.result(request, batch, now=timezone.now()))


@require_POST
@deed
def import_undo(request, pk):
    batch = own(request, pk)
    taking_back.undo(batch, by=request.user, now=timezone.now())
    return redirect("exchange:import_done", batch.pk)


@require_GET
def import_errors(request, pk):
    """The wrong rows as a workbook with the reason in the last column. Reads only, so it may be a link."""
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    response = HttpResponse(content_type=wizard.XLSX)
    response["Content-Disposition"] = wizard.disposition(f"{batch.pk}-errors.xlsx")
    wrong_rows.write_wrong_rows(batch, response)
    return response


@require_GET
def template(request, slug):
    """An empty table to fill in: the template's headers, with drop-downs. "all" is one workbook with every table."""
    wanted = sheets() if slug == "all" else [sheet_of(slug)]
    return wizard.empty_tables(request, [sheet for sheet in wanted if sheet], slug)
