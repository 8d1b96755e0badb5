"""Setup → Stages (S18, admins) and the process page (S23, everybody who sells)."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline, may_set_up
from core.keys import deed
from core.lists import answer
from pipeline import staging
from pipeline.forms_stage import StageForm
from pipeline.models import Deal, Playbook, Stage
from pipeline.playbooks import Playbooks
from pipeline.process import process_of
from pipeline.setting import stage_rows


def stage_of(request, pk):
    return get_object_or_404(Stage.objects.visible_to(request.user).select_related("playbook"), pk=pk)


@require_GET
def stages(request):
    """Readable by everybody (D8); only admins get the buttons."""
    books = Playbooks.read()
    chosen = next((b for b in books.all if b.code == request.GET.get("playbook")), books.default)
    context = {
        "books": books.all,
        "playbook": chosen,
        "rows": stage_rows(chosen, books),
        "may_change": may_set_up(request.user),
    }
    return answer(request, "pipeline/stages.html", "pipeline/_stages.html", context)


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def stage(request, pk):
    found = stage_of(request, pk)
    form = StageForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        fresh = stage_of(request, pk)
        version = request.POST.get("version", "")
        try:
            staging.save_stage(
                fresh,
                by=request.user,
                now=timezone.now(),
                expect=int(version) if version.isdigit() else fresh.version,
                duties=form.duties(),
                meaning=form.meaning(),
                **form.values(),
            )
            return redirect(f"/setup/stages?playbook={fresh.playbook.code}")
        except ValidationError as wrong:
            add_errors(form, wrong)
    return stage_form(request, form, found)


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def add(request):
    playbook = get_object_or_404(
        Playbook.objects.visible_to(request.user), code=request.GET.get("playbook") or "new-customers"
    )
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staging.add_stage(
                playbook,
                by=request.user,
                now=timezone.now(),
                duties=form.duties(),
                meaning=form.meaning(),
                **form.values(),
            )
            return redirect(f"/setup/stages?playbook={playbook.code}")
        except ValidationError as wrong:
            add_errors(form, wrong)
    return stage_form(request, form, None, playbook)


def stage_form(request, form, found, playbook=None):
    context = {
        "form": form,
        "stage": found,
        "playbook": playbook or found.playbook,
        "versions": found.versions.order_by("-since", "-id") if found else [],
    }
    return render(request, "pipeline/stage.html", context, status=422 if form.is_bound else 200)


def add_errors(form, wrong):
    for name, sentences in wrong.message_dict.items():
        form.add_error({"duties": "duty_roles"}.get(name, name), sentences)


@require_POST
@deed
@only(may_set_up)
def shift(request, pk):
    found = stage_of(request, pk)
    staging.shift(found, -1 if request.POST.get("way") == "up" else 1, by=request.user, now=timezone.now())
    return after(request, found)


@require_POST
@deed
@only(may_set_up)
def reorder(request):
    playbook = get_object_or_404(Playbook.objects.visible_to(request.user), code=request.POST.get("playbook", ""))
    ids = [int(pk) for pk in request.POST.getlist("stage") if pk.isdigit()]
    line = staging.reorder(playbook, ids, by=request.user, now=timezone.now())
    return after(request, line[0])


@require_POST
@deed
@only(may_set_up)
def retire(request, pk):
    found = stage_of(request, pk)
    verb = staging.revive if found.retired_at else staging.retire
    verb(found, by=request.user, now=timezone.now())
    return after(request, found)


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def merge(request, pk):
    """GET says how many deals would move; POST moves them and puts the stage out of use."""
    found = stage_of(request, pk)
    others = found.playbook.stages.live().filter(kind=found.kind).exclude(pk=pk).order_by("position")
    if request.method == "POST":
        into = get_object_or_404(others, pk=request.POST.get("into") if request.POST.get("into", "").isdigit() else 0)
        staging.merge(found, into, by=request.user, now=timezone.now())
        return redirect(f"/setup/stages?playbook={found.playbook.code}")
    context = {
        "stage": found,
        "others": others,
        "deal": None,
        "count": Deal.objects.visible_to(request.user).filter(stage=found).count(),
    }
    if request.htmx:
        return render(request, "pipeline/_merge_stage.html", context)
    return render(request, "pipeline/dialog_page.html", context | {"part": "pipeline/_merge_stage.html", "plain": True})


def after(request, found):
    if not request.htmx:
        return redirect(f"/setup/stages?playbook={found.playbook.code}")
    books = Playbooks.read()
    chosen = next(b for b in books.all if b.pk == found.playbook_id)
    context = {"books": books.all, "playbook": chosen, "rows": stage_rows(chosen, books), "may_change": True}
    return render(request, "pipeline/_stages.html", context)


@require_GET
@only(may_see_pipeline)
def process(request):
    books = Playbooks.load()
    code = request.GET.get("playbook")
    if code and code not in {book.code for book in books.active}:
        raise Http404
    chosen = books.chosen(code or "")
    context = {
        "playbooks": books.active,
        "playbook": chosen,
        "nodes": process_of(request.user, chosen),
        "may_change": may_set_up(request.user),
    }
    return render(request, "pipeline/process.html", context)
