"""Setup → Key actions: the list that lines are chosen from and lists are filtered by (R56)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.gates import only
from accounts.rights import may_set_up
from core.keys import deed
from pipeline import listed
from pipeline.forms_actions import ActionsForm
from pipeline.models import ActionKind


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def actions(request):
    kinds = list(ActionKind.objects.visible_to(request.user))
    form = ActionsForm(request.POST or None, kinds=kinds)
    if request.method == "GET" or not form.is_valid():
        return page(request, form, status=422 if form.is_bound else 200)
    rows, numbers = form.rows()
    try:
        listed.save_list(rows, seen=form.cleaned_data["seen"], by=request.user, now=timezone.now())
    except ValidationError as wrong:
        for place, sentences in wrong.message_dict.items():
            form.add_error(f"label_{numbers[int(place)]}", sentences)
        return page(request, form, status=422)
    except listed.ListChanged as changed:
        messages.error(request, changed.message)
        return page(request, ActionsForm(kinds=kinds), status=409)
    messages.success(request, _("Saved"))
    return redirect("setup_actions")


def page(request, form, *, status):
    return render(request, "pipeline/actions.html", {"form": form}, status=status)
