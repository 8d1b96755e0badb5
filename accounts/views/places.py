"""/setup/departments and /setup/teams (S18)."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.arranging import make_place, save_place
from accounts.forms.places import DepartmentForm, TeamForm
from accounts.models import Department, Team
from accounts.rights import for_admins
from core.asked import VERSION, number
from core.keys import deed

ACTIVE = Count("people", filter=Q(people__is_active=True))


@for_admins
def departments(request):
    rows = Department.objects.visible_to(request.user).select_related("lead").annotate(n=ACTIVE)
    return render(request, "accounts/departments.html", {"departments": _as_tree(rows)})


@for_admins
@deed
def department_new(request):
    return _place(request, DepartmentForm, "setup_departments", "accounts/department.html")


@for_admins
@deed
def department(request, pk):
    place = get_object_or_404(Department.objects.visible_to(request.user), pk=pk)
    return _place(request, DepartmentForm, "setup_departments", "accounts/department.html", place)


@for_admins
def teams(request):
    rows = Team.objects.visible_to(request.user).select_related("department", "manager").annotate(n=ACTIVE)
    return render(request, "accounts/teams.html", {"teams": rows})


@for_admins
@deed
def team_new(request):
    return _place(request, TeamForm, "setup_teams", "accounts/team.html")


@for_admins
@deed
def team(request, pk):
    place = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    return _place(request, TeamForm, "setup_teams", "accounts/team.html", place)


def _place(request, form_class, back, template, place=None):
    """The form of one department or team, new or existing."""
    model = form_class.Meta.model
    found = get_object_or_404(model.objects.visible_to(request.user), pk=place.pk) if place else None
    form = form_class(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        if place:
            expect = number(request.POST.get("version"), VERSION) or 0
            save_place(form, place, by=request.user, now=timezone.now(), expect=expect)
        else:
            make_place(form.save(commit=False), by=request.user, now=timezone.now())
        messages.success(request, _("Saved"))
        return redirect(back)
    return render(request, template, {"form": form, "place": place}, status=422 if form.errors else 200)


def _as_tree(rows):
    """Departments in the order of the tree, each with its depth."""
    below = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent, depth):
        for row in below.get(parent, []):
            row.depth = depth
            yield row
            yield from walk(row.pk, depth + 1)

    return list(walk(None, 0))
