"""/setup: five items, and the first three things of an admin (S18, D54)."""

from django.shortcuts import render
from django.utils import timezone

from accounts.models import Department, Team, User
from accounts.rights import for_admins
from activity.models import Event
from salesflow.goinglive import first_things
from salesflow.lately import changes


@for_admins
def index(request):
    active = User.objects.visible_to(request.user).active()
    context = {
        "people": active.count(), "admins": active.filter(role="admin").count(),
        "never": active.filter(last_login=None).count(),
        "teams": Team.objects.visible_to(request.user).filter(is_active=True).count(),
        "changes": changes(Event.objects.visible_to(request.user), timezone.now()),
        "things": first_things(), "demo": active.filter(is_demo=True).exists(),
        "departments": Department.objects.visible_to(request.user).filter(is_active=True).count(),
    }  # fmt: skip
    return render(request, "setup/index.html", context)
