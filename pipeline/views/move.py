"""Change stage and Deal lost (S9): a dialog over the board, a sheet on the phone, a page without scripts."""

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.asked import number
from core.changing import change
from core.errors import Refused
from core.keys import deed
from customers.models import Need
from customers.needs import close_needs
from pipeline import entering, notes
from pipeline.allowing import Gone, Moved, gates_of, is_onward, moved_meanwhile, standing_before
from pipeline.answering import moved_answer
from pipeline.books import in_use
from pipeline.forms import BACK_REASONS, GateForm, LoseForm, MoveForm
from pipeline.holding import hold, off_among
from pipeline.models import Deal, Stage
from pipeline.moving import Move, move_many
from pipeline.playbooks import Playbooks
from pipeline.proving import proof_of
from pipeline.strips import note_words


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def move(request, pk):
    """GET: the dialog (?to=), the stage menu without it, or 204 when the stage asks nothing. POST: the move."""
    to = request.POST.get("to") or request.GET.get("to") or ""
    try:
        deal = one_deal(request, pk, to=to)
    except Moved as moved:
        return as_it_is_now(request, pk, "move", moved, to=Playbooks.stage(number(to) or 0))
    if to == "lost":
        return redirect("pipeline:lost", pk)
    if not to:
        return choose(request, deal)
    stage = Playbooks.stage(number(to) or 0)
    if stage is None or stage.playbook_id != deal.playbook_id:
        raise Http404
    if stage.retired_at is not None or not getattr(deal, "to_is_live", True):  # while the dialog stood open
        return choose(request, deal, gone=stage)
    if stage.kind == Stage.Kind.LOST:
        return redirect("pipeline:lost", pk)
    if stage.pk == deal.stage_id and request.method == "GET":
        return choose(request, deal)
    move = Move(deal, stage, was=deal.stage)
    holds, gated = barriers(move)
    if holds or gated:
        return gate(request, move, holds, gated)
    form = MoveForm(
        request.POST or None, deal=deal, to=stage, now=timezone.now(), by=request.user, initial=prefill(deal)
    )
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
    try:
        deal = one_deal(request, pk)
    except Moved as moved:
        return as_it_is_now(request, pk, "lost", moved)
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


def one_deal(request, pk, *, to=""):
    """The deal a person asks about; when he posts, locked, with everything a move reads and whether the stage it shall
    go to is in use (`to_is_live`). Refused when it left the stage he saw (`from`), with who moved it (B32)."""
    visible = Deal.objects.visible_to(request.user)
    if request.method != "POST":
        return get_object_or_404(visible.select_related("customer", "stage"), pk=pk)
    if number(to):
        live = Stage.objects.visible_to(request.user).live()
        visible = visible.annotate(to_is_live=Exists(live.filter(pk=number(to), playbook=OuterRef("playbook"))))
    found = hold(visible, [pk])
    if pk not in found:
        raise Http404
    if (number(request.POST.get("from")) or found[pk].stage_id) != found[pk].stage_id:
        raise moved_meanwhile(found[pk], now=timezone.now())
    return found[pk]


def as_it_is_now(request, pk, name, moved, *, to=None):
    """Somebody else was first (B32): his deed is told, and the form comes again for the stage the deal is in now, with
    what was typed; a second press is meant. Raises `moved` when nothing is left to do or to ask here."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    said = {key: value for key, value in request.POST.items() if key != "from"} | {"frm": deal.stage_id}
    if name == "lost":
        if deal.stage.kind == Stage.Kind.LOST:
            raise moved
        return dialog(request, name, {"form": LoseForm(initial=said), "deal": deal, "moved": moved}, status=409)
    if to is None or to.retired_at or to.pk == deal.stage_id or to.playbook_id != deal.playbook_id:
        raise moved
    if any(barriers(Move(deal, to, was=deal.stage))):
        raise moved
    said["needs"] = request.POST.getlist("needs")
    form = MoveForm(deal=deal, to=to, now=timezone.now(), by=request.user, initial=prefill(deal) | said)
    return dialog(request, name, {"form": form, "deal": deal, "to": to, "moved": moved}, status=409)


def carry_out(request, deal, asked, form, context, name):
    """Move, and answer with every fragment whose number changed; what is missing goes back into the form."""
    was = deal.stage
    try:
        moved = move_many([asked], by=request.user, now=timezone.now(), is_held=True)
        if needs := form.cleaned_data.get("needs"):
            close_needs(deal.customer, needs, Need.Status.ANSWERED, by=request.user, now=timezone.now())
        if moved and name == "move" and (custom := form.custom()) != asked.deal.custom:
            change(asked.deal, by=request.user, custom=custom)
    except ValidationError as missing:
        for field, sentences in missing.message_dict.items():
            form.add_error(field if field in form.fields else None, sentences)
        return dialog(request, name, context, status=422)
    except Gone as gone:
        return choose(request, deal, gone=gone.stage)
    if not moved:
        return moved_answer(request, deal, was, None)
    return moved_answer(request, asked.deal, was, asked)


def barriers(move):
    """(the holds that stand before a move, the first gated stage on its way that no approval has opened, or None)."""
    if not is_onward(move):
        return [], None
    holds = notes.holds_of([move.deal]) if getattr(move.deal, "is_held", True) else {}
    return standing_before(move, holds), next(iter(gates_of([move]).get(move.deal.pk, [])), None)


def gate(request, move, holds, gated):
    """Going there is first a matter of asking (D29): the dialog says what it waits for, or who will be asked; the deal
    stays where it is."""
    deal, posted = move.deal, request.method == "POST"
    form = GateForm(request.POST if posted else None, request.FILES if posted else None, gated=None if holds else gated)
    context = {"deal": deal, "to": move.to, "gated": gated, "holds": holds, "form": form}
    if not posted:
        return dialog(request, "gate", context)
    if holds:
        raise Refused(note_words(holds[0]), holder=note_words(holds[0]))
    try:
        if form.is_valid():
            now = timezone.now()
            entering.ask_to_enter(deal, gated, by=request.user, now=now, files=form.uploads())
    except ValidationError as problem:  # a file we do not take
        form.add_error(None, problem.messages)
    if form.errors:
        return dialog(request, "gate", context, status=422)
    return moved_answer(request, deal, deal.stage, None, asked_for=gated)


def choose(request, deal, *, gone=None):
    """The stages to choose from, with 丢单: what ⋯ and M open. `gone`: the stage asked for is no longer in use, the
    others are offered (B36)."""
    books = Playbooks.load()
    book = next((one for one in books.all if one.pk == deal.playbook_id), None)
    off = deal.playbook_id in off_among([deal.playbook_id]) if gone else bool(book and not book.is_active)
    context = {
        "deal": deal,
        "off": book if off else None,  # switched off, perhaps while the dialog stood open
        "stages": [] if off else books.columns(deal.playbook_id),
        "lost": books.lost(deal.playbook_id),
        "gone": gone,
        "others": in_use(request.user) if deal.stage.is_open else [],
    }
    if gone is None:
        return dialog(request, "choose", context)
    response = dialog(request, "choose", context, status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def dialog(request, name, context, *, status=200):
    """One file for both roads: the dialog alone for htmx, inside a page without scripts."""
    context["url"] = reverse("pipeline:lost" if name == "lost" else "pipeline:move", args=[context["deal"].pk])
    context |= {"today": periods.today(), "back_reasons": BACK_REASONS}
    if name == "move":
        context["proof"] = proof_of(context["form"].move)
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
    if "needs" in form.fields and form.fields["needs"].queryset.exists():
        return True
    quiet = {"needs", "frm", "evidence", "entered_on", "late_reason", "tag", "risk_type", "risk_text", "ask"}
    return bool(set(form.fields) - quiet)
