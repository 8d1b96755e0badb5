"""/setup/fields: custom fields and own tables without code (S18, R41)."""

import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.rights import for_admins
from core.asked import VERSION, number
from core.errors import Refused
from core.keys import deed
from exchange import defining, effects, setup
from exchange.forms_fields import FieldForm, TableForm
from exchange.holding import holder_of, places
from exchange.models import FieldDefinition, OwnTable
from exchange.proposals import PROPOSALS


@for_admins
@require_GET
def fields(request):
    """Every field by what it belongs to, with how many records have a value, and the newest changes."""
    shown = setup.places(FieldDefinition.objects.visible_to(request.user), OwnTable.objects.visible_to(request.user))
    context = {"places": shown, "changes": defining.changes(), "proposals": setup.proposals(shown)}
    return render(request, "exchange/fields.html", context)


@for_admins
@require_http_methods(["GET", "POST"])
@deed
def field_new(request):
    """A new field: ?of=customer, or the slug of an own table."""
    of, table = _place(request)
    one = FieldDefinition(of=of, table=table)
    form = FieldForm(request.POST or None, one=one)
    if request.method == "POST" and form.is_valid():
        by, now = request.user, timezone.now()
        saved = _done(form, lambda: defining.add_field(of, form.wanted(), by=by, now=now, table=table))
        if saved:
            return _saved(request)
    return _ask(request, form, one)


def _place(request):
    """What a new field belongs to: customers, deals, or an own table."""
    of = request.GET.get("of", "customer")
    if of in dict(places()):
        return of, None
    table = get_object_or_404(OwnTable.objects.visible_to(request.user), slug=of[:40].replace("\x00", ""))
    return table.slug, table


@for_admins
@require_http_methods(["GET", "POST"])
@deed
def field(request, pk):
    """One field: GET with ?preview= says what saving would do, POST saves it."""
    one = get_object_or_404(FieldDefinition.objects.visible_to(request.user).select_related("table"), pk=pk)
    asked = request.POST if request.method == "POST" else request.GET if "preview" in request.GET else None
    expect, now = number(request.POST.get("version"), VERSION) or 0, timezone.now()
    if request.method == "POST" and expect != one.version:  # its lines may be others by now
        raise Refused(_("Somebody changed this field meanwhile. Look at it as it stands now, then save again."))
    form = FieldForm(asked, one=one)
    if request.method == "POST" and form.is_valid():
        saved = _done(form, lambda: defining.change_field(one, form.wanted(), by=request.user, now=now, expect=expect))
        if saved:
            return _saved(request)
    preview = None
    if request.method == "GET" and form.is_bound:
        preview = effects.effects(one, form.wanted(), by=request.user, now=now) if form.is_valid() else form.sentences
        if request.htmx:
            return render(request, "exchange/_field_effect.html", {"preview": preview})
    return _ask(request, form, one, preview=preview)


def _ask(request, form, one, preview=None):
    context = {"form": form, "one": one, "preview": preview, "place": one.table or holder_of(one).label}
    if one.pk:
        context["standing"] = effects.standing(one, effects.count_of(one))
    status = 422 if request.method == "POST" else 200
    return render(request, "exchange/field.html", context, status=status)


@for_admins
@require_http_methods(["GET", "POST"])
@deed
def table_new(request):
    form = TableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = []
        if _done(form, lambda: made.append(defining.add_table(form.wanted(), by=request.user, now=timezone.now()))):
            messages.success(request, _("Saved. Now its fields."))
            return redirect("exchange:fields")
    return render(request, "exchange/table.html", {"form": form}, status=422 if form.is_bound else 200)


@for_admins
@require_http_methods(["GET", "POST"])
@deed
def table(request, pk):
    found = get_object_or_404(OwnTable.objects.visible_to(request.user), pk=pk)
    form = TableForm(request.POST or None, instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        expect, now = number(request.POST.get("version"), VERSION) or 0, timezone.now()
        if _done(form, lambda: defining.change_table(found, form.wanted(), by=request.user, now=now, expect=expect)):
            return _saved(request)
    context = {"form": form, "table": found, "rows": setup.rows_of(found)}
    return render(request, "exchange/table.html", context, status=422 if form.is_bound else 200)


@for_admins
@require_POST
@deed
def ready(request):
    """One press: a table of the proposals, with its fields."""
    if (found := PROPOSALS.get(request.POST.get("name", ""))) is None:
        raise Http404
    values, its_fields = found
    try:
        defining.add_table(values, by=request.user, now=timezone.now(), fields=its_fields)
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
        return redirect("exchange:fields")
    return _saved(request)


def _done(form, save):
    """Save, or tell the form what will not do."""
    try:
        save()
    except ValidationError as wrong:
        for name, sentences in wrong.message_dict.items():
            name = "more" if name == "choices" else name
            form.add_error(name if name in form.fields else None, sentences)
        return False
    return True


def _saved(request):
    messages.success(request, _("Saved"))
    return redirect("exchange:fields")
