"""/reviews/pace: how soon conversations are written down; a panel of My day and Team home (M2)."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import switches
from reviews.pace import pace_of
from reviews.scopes import find_scope, scopes_of, survey
from reviews.views.targets import only_sales


@require_GET
def pace(request):
    """The panel of the scope shown first, or of ?scope=. A person's is his own, or shown by the switch (D25)."""
    only_sales(request.user)
    scopes = scopes_of(request.user, survey())
    scope = find_scope(request.GET.get("scope", ""), scopes)
    own = scope is not None and (scope.kind, scope.id) == ("person", request.user.pk)
    shown = switches.get("rep_share_shown")
    if scope is None or (scope.kind == "person" and not own and not shown):
        raise Http404
    people = [one for one in scopes if one.kind == "person"] if shown and scope.kind == "team" else []
    context = {"pace": pace_of(scope, now=timezone.now(), people=people), "own": own}
    return render(request, "reviews/_pace.html" if request.htmx else "reviews/pace.html", context)
