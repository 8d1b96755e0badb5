"""Saved matches of columns (M1): one's own, and those for everybody; renamed, shared, removed."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.asked import VERSION, number
from core.errors import NotAllowed
from core.keys import deed
from exchange import profiling
from exchange.forms_profiles import ProfileForm
from exchange.models import MappingProfile
from exchange.sheets import sheet_of


@require_GET
def profiles(request):
    return render(request, "exchange/profiles.html", _shown(request))


@require_POST
@deed
def profile(request, pk):
    """Rename and share, or remove: its owner, and admins what is for everybody."""
    one = get_object_or_404(MappingProfile.objects.visible_to(request.user), pk=pk)
    if not profiling.may_mend(one, request.user):
        raise NotAllowed
    if request.POST.get("do") == "remove":
        profiling.remove(one, by=request.user)
        messages.success(request, _("Removed"))
        return redirect("exchange:profiles")
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return render(request, "exchange/profiles.html", _shown(request, form, one), status=422)
    expect = number(request.POST.get("version", ""), digits=VERSION)
    profiling.rename(one, by=request.user, expect=expect, **form.cleaned_data)
    messages.success(request, _("Saved"))
    return redirect("exchange:profiles")


def _shown(request, form=None, wrong=None):
    rows = [
        {
            "one": one,
            "mine": profiling.may_mend(one, request.user),
            "sheet": sheet_of(one.sheet),
            "columns": len(one.columns),
            "errors": form.errors if wrong and wrong.pk == one.pk else {},
        }
        for one in MappingProfile.objects.visible_to(request.user).select_related("owner")
    ]
    return {"rows": rows}
