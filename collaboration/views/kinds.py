"""/setup/kinds: the kinds of request an admin edits (S18)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rights import for_admins
from collaboration.forms.kinds import KindForm, clock_lines, step_lines
from collaboration.kinds import again, all_kinds, save_kind
from collaboration.models import RequestKind
from core.asked import number
from core.keys import deed


@for_admins
def kinds(request):
    return render(request, "collaboration/kinds.html", {"kinds": all_kinds()})


@for_admins
@deed
def kind_new(request):
    return edit(request, RequestKind())


@for_admins
@deed
def kind(request, pk):
    found = next((one for one in all_kinds() if one.pk == pk), None)
    if found is None:
        raise Http404
    return edit(request, found)


def edit(request, found):
    """The form of one kind with its lines of steps and of clocks."""
    data, name = request.POST or None, found.words if found.pk else ""
    form, steps, clocks = KindForm(data, instance=found), step_lines(found, data), clock_lines(found, data)
    if request.method == "POST" and all([form.is_valid(), steps.is_valid(), clocks.is_valid()]):
        target = again(found)
        save_kind(
            target, form.wanted(now=timezone.now()), by=request.user,
            steps=[row for place, line in enumerate(steps, 1) if (row := line.row(place))],
            clocks=[row for line in clocks if (row := line.row())], stages=form.cleaned_data.get("stages", []),
            offers=form.cleaned_data.get("offers", []), expect=number(request.POST.get("version")) or 0,
        )  # fmt: skip
        messages.success(request, _("Saved"))
        return redirect("collaboration:kinds")
    context = {"form": form, "steps": steps, "clocks": clocks, "kind": found, "name": name}
    return render(request, "collaboration/kind.html", context, status=422 if request.method == "POST" else 200)
