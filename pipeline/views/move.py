"""Change stage and Deal lost (S9): a dialog over the board, a sheet on the phone, a page without scripts."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.errors import Refused
from core.keys import deed
from pipeline import entering, notes
from pipeline.answering import moved_answer
from pipeline.forms import BACK_REASONS, LoseForm, MoveForm
from pipeline.models import Deal, Stage
from pipeline.moving import Move, move_many
from pipeline.playbooks import Playbooks


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def move(request, pk):
    """GET: the dialog (?to=), the stage menu without it, or 204 when the stage asks nothing. POST: the move."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    to = request.POST.get("to") or request.GET.get("to") or ""
    if to == "lost":
        return redirect("pipeline:lost", pk)
    if not to:
        return choose(request, deal)
    number = to if to.isdecimal() and len(to) < 19 else 0
    stage = get_object_or_404(Stage.objects.visible_to(request.user), playbook=deal.playbook_id, pk=number)
    if stage.retired_at is not None:  # taken out of use while the dialog stood open
        return choose(request, deal, gone=stage)
    if stage.kind == Stage.Kind.LOST:
        return redirect("pipeline:lost", pk)
    if gate_stands(deal, stage):
        return gate(request, deal, stage)
    if request.method == "GET" and stage.pk == deal.stage_id:
        return choose(request, deal)
    form = MoveForm(request.POST or None, deal=deal, to=stage, now=timezone.now(), initial=prefill(deal))
    if request.method == "GET":
        if request.htmx and not asks(form):
            return HttpResponse(status=204)
        return dialog(request, "move", {"form": form, "deal": deal, "to": stage})
    if not form.is_valid():
        return dialog(request, "move", {"form": form, "deal": deal, "to": stage}, status=422)
    return carry_out(request, deal, form.read(), form, {"form": form, "deal": deal, "to": stage}, "move")


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def lost(request, pk):
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    form = LoseForm(request.POST or None, initial={"frm": deal.stage_id, "competitor": deal.competitor})
    context = {"form": form, "deal": deal}
    if request.method == "GET":
        return dialog(request, "lost", context)
    if not form.is_valid():
        return dialog(request, "lost", context, status=422)
    said = dict(form.cleaned_data)
    said["expected"] = said.pop("frm")
    stage = Playbooks.load().lost(deal.playbook_id)
    return carry_out(request, deal, Move(deal, stage, **said), form, context, "lost")


def carry_out(request, deal, asked, form, context, name):
    """Move, and answer with every fragment whose number changed; what is missing goes back into the form."""
    was = deal.stage
    try:
        moved = move_many([asked], by=request.user, now=timezone.now())
    except ValidationError as missing:
        for field, sentences in missing.message_dict.items():
            form.add_error(field if field in form.fields else None, sentences)
        return dialog(request, name, context, status=422)
    if not moved:
        return moved_answer(request, deal, was, None)
    return moved_answer(request, asked.deal, was, asked)


def gate_stands(deal, stage):
    """Whether going to `stage` is first a matter of asking (D29)."""
    forward = stage.position > deal.stage.position and deal.stage.kind != Stage.Kind.LOST
    return bool(
        forward and stage.gated and entering.is_guarded() and (deal.pk, stage.pk) not in notes.passed_gate([deal])
    )


def gate(request, deal, stage):
    """Ask for the approval: the dialog says who will be asked, the deal stays where it is."""
    holds = notes.holds_of([deal]).get(deal.pk, [])
    if request.method == "GET" or holds:
        if request.method == "POST":
            raise Refused(holds[0].words, holder=holds[0].words)
        books = Playbooks.load()
        return dialog(request, "gate", {"deal": deal, "to": books.stages[stage.pk], "holds": holds})
    entering.ask_to_enter(deal, stage, by=request.user, now=timezone.now())
    return moved_answer(request, deal, deal.stage, None, asked_for=stage)


def choose(request, deal, *, gone=None):
    """The stages to choose from, with 丢单: what ⋯ and M open. `gone` is a stage somebody chose that is no more."""
    books = Playbooks.load()
    held = {hold.stage_id for hold in notes.holds_of([deal]).get(deal.pk, [])}
    context = {
        "deal": deal,
        "stages": books.columns(deal.playbook_id),
        "held": held,
        "lost": books.lost(deal.playbook_id),
        "gone": gone,
    }
    return dialog(request, "choose", context, status=422 if gone else 200)


def dialog(request, name, context, *, status=200):
    """One file for both roads: the dialog alone for htmx, inside a page without scripts."""
    context["url"] = reverse("pipeline:lost" if name == "lost" else "pipeline:move", args=[context["deal"].pk])
    context |= {"today": periods.today(), "back_reasons": BACK_REASONS}
    context["next"] = request.POST.get("next") or request.GET.get("next") or ""
    if request.htmx:
        return render(request, f"pipeline/_{name}.html", context, status=status)
    return render(
        request, "pipeline/dialog_page.html", context | {"part": f"pipeline/_{name}.html", "plain": True}, status=status
    )


def prefill(deal):
    return {
        "frm": deal.stage_id,
        "key_action": deal.key_action[:80],
        "expected_close": deal.expected_close,
        "contract_amount": deal.amount,
    }


def asks(form):
    """Whether the form has anything to ask beyond what is folded away."""
    quiet = {"frm", "evidence", "entered_on", "late_reason", "tag", "risk_type", "risk_text"}
    return bool(set(form.fields) - quiet)
