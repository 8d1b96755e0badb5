"""Setup → Stages (S18, admins) and the process page (S23, everybody who sells)."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import switches
from accounts.gates import only
from accounts.rights import may_see_pipeline, may_see_team, may_set_up
from core import periods
from core.asked import VERSION, number
from core.errors import Refused
from core.keys import deed
from core.lists import answer
from customers.tagbar import bar_over
from pipeline import agreement, staging
from pipeline.calibrating import chances, decided_deals
from pipeline.effects import effects_of
from pipeline.forms_stage import StageForm
from pipeline.models import Deal, Playbook, Stage
from pipeline.playbooks import Playbooks
from pipeline.process import draw, process_of
from pipeline.setting import changes_of, stage_rows

PER_PAGE = 50


def stage_of(request, pk):
    return get_object_or_404(Stage.objects.visible_to(request.user).select_related("playbook"), pk=pk)


@require_GET
def stages(request):
    """Readable by everybody (D8); only admins get the buttons."""
    books = Playbooks.read()
    chosen = next((b for b in books.all if b.code == request.GET.get("playbook")), books.default)
    return answer(request, "pipeline/stages.html", "pipeline/_stages.html", context_of(request, books, chosen))


def context_of(request, books, chosen):
    """The stages of one playbook; the other playbooks only where somebody may know of them (D52)."""
    may_change, now = may_set_up(request.user), timezone.now()
    several = len(books.active) > 1
    shown = books.all if may_change and (several or switches.get("more_playbooks")) else books.active
    rows = stage_rows(chosen, books)
    if switches.get("calibration"):
        found = chances(chosen.line)
        for row in rows:
            row.chance = found.get(row.stage.pk)
    return {
        "books": shown if several or len(shown) > 1 else [],
        "playbook": chosen,
        "rows": rows,
        "live": [row for row in rows if not row.stage.retired_at],
        "deals": sum(row.deals for row in rows),
        "may_change": may_change,
        "changes": changes_of(request.user, chosen, now) if may_change else [],
    }


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def stage(request, pk):
    found = stage_of(request, pk)
    form = StageForm(request.POST or None, instance=found, playbook=found.playbook)
    if request.method == "POST" and form.is_valid():
        fresh = stage_of(request, pk)
        try:
            staging.save_stage(
                fresh,
                by=request.user,
                now=timezone.now(),
                expect=version_of(request, fresh),
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
    form = StageForm(request.POST or None, playbook=playbook)
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
    ids = [key for pk in request.POST.getlist("stage") if (key := number(pk))]
    seen = [key for pk in request.POST.getlist("seen") if (key := number(pk))]
    line = staging.reorder(playbook, ids, by=request.user, now=timezone.now(), seen=seen or None)
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
        into = get_object_or_404(others, pk=number(request.POST.get("into")))
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
    return render(request, "pipeline/_stages.html", context_of(request, books, chosen))


@require_GET
@only(may_set_up)
def effect(request, pk):
    """What the typed form would do, before it is saved: sentences, nothing written."""
    found = stage_of(request, pk)
    form = StageForm(request.GET, instance=found, playbook=found.playbook)
    said = []
    if form.is_valid():
        fresh = stage_of(request, pk)
        said = effects_of(fresh, form.values(), on=periods.today(), language=get_language())
    context = {"stage": found, "form": form, "said": said}
    return answer(request, "pipeline/effect.html", "pipeline/_effect.html", context)


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def chance(request, pk):
    """GET: the decided deals behind the share. POST: the share that deals of this stage really came to becomes its
    probability: offered, by one click."""
    found = stage_of(request, pk)
    real = chances([found]).get(pk)
    if not switches.get("calibration") or real is None:
        raise Http404
    if request.method == "GET":
        return decided(request, found)
    if real.share is None:
        raise Refused(_("Too few decided deals: %(n)d more are needed.") % {"n": real.missing})
    staging.save_stage(
        found, by=request.user, now=timezone.now(), expect=version_of(request, found), probability=real.share
    )
    return after(request, found)


def decided(request, found):
    won = request.GET.get("won") == "1"
    deals = decided_deals(request.user, found, won=won)
    bar = bar_over(request.GET, deals, "customer__tag")
    deals = deals.filter(customer__tag__in=bar.chosen) if bar.chosen else deals
    page = Paginator(deals, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "pipeline/decided.html", {"stage": found, "won": won, "page": page, "bar": bar, "total": bar.total}
    )


def version_of(request, found):
    seen = number(request.POST.get("version"), VERSION)
    return found.version if seen is None else seen


@require_GET
@only(may_see_pipeline)
def process(request):
    books = Playbooks.load()
    code = request.GET.get("playbook")
    if code and code not in {book.code for book in books.active}:
        raise Http404
    chosen = books.chosen(code or "")
    nodes = process_of(request.user, chosen, now=timezone.now())
    context = {
        "playbooks": books.active,
        "playbook": chosen,
        "nodes": nodes,
        "drawing": draw(nodes),
        "lost": books.lost(chosen.pk),
        "stamp": max((node.version.since for node in nodes if node.version), default=None),
        "may_change": may_set_up(request.user),
        "agreement_on": agreement.is_on() and may_see_team(request.user),
    }
    return render(request, "pipeline/process.html", context)
