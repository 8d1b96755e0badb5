"""Profile (S21): own switches, leave, devices, password."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import sso, switches
from accounts.arranging import add_leave, remove_leave
from accounts.changing import end_sessions, set_preference
from accounts.devices import devices_of, end_device
from accounts.feeds import has_address
from accounts.forms.profile import LeaveForm
from accounts.models import Leave, User
from core.keys import deed
from core.periods import today

SWITCHES = {"language": str, "theme": str, "dense": "1".__eq__, "single_keys": "1".__eq__, "mail_reminders": "1".__eq__}


def me(request):
    return render(request, "accounts/me.html", _context(request))


@require_POST
@deed
def switch(request):
    """One switch saves itself; the language reloads the page, since every word changes."""
    name, value = next(((n, request.POST[n]) for n in SWITCHES if n in request.POST), (None, ""))
    if name:
        set_preference(request.user, by=request.user, **{name: SWITCHES[name](value)})
    if not request.htmx:
        return redirect("me")
    if name in ("language", "theme", "dense"):
        response = HttpResponse(status=200)
        response["HX-Redirect"] = reverse("me")
        return response
    return render(request, "accounts/_switches.html", _context(request) | {"saved": name})


@require_POST
@deed
def leave_add(request):
    form = LeaveForm(request.POST, instance=Leave(user=request.user), colleagues=_colleagues(request.user))
    if not form.is_valid():
        return _leaves(request, form=form, status=422)
    add_leave(form.save(commit=False), by=request.user, now=timezone.now())
    return _leaves(request) if request.htmx else redirect("me")


@require_POST
@deed
def leave_remove(request, pk):
    leave = get_object_or_404(Leave.objects.visible_to(request.user).filter(user=request.user), pk=pk)
    remove_leave(leave, by=request.user, now=timezone.now())
    return _leaves(request) if request.htmx else redirect("me")


@require_POST
@deed
def device_end(request, pk):
    """Sign one other device out; this one has its own button."""
    rows = request.user.usersession_set.exclude(session_key=request.session.session_key)
    end_device(get_object_or_404(rows, pk=pk), by=request.user, now=timezone.now())
    return render(request, "accounts/_devices.html", _context(request)) if request.htmx else redirect("me")


@require_POST
@deed
def sign_out_everywhere(request):
    end_sessions(request.user, by=request.user, now=timezone.now())
    messages.success(request, _("Signed out on all devices"))
    return redirect("account_login")


def _leaves(request, *, form=None, status=200):
    context = _context(request) | ({"leave_form": form} if form else {})
    return render(request, "accounts/_leaves.html" if request.htmx else "accounts/me.html", context, status=status)


def _context(request):
    user = request.user
    devices = devices_of(user, request.session.session_key, now=timezone.now())
    leaves = user.leaves.filter(last__gte=today(timezone.now())).select_related("substitute")
    links = sso.links_of(user)
    linked = {way.name for _row, way in links}
    return {
        "sso_links": links, "sso_ways": [way for way in sso.open_ways() if way.name not in linked],
        "feeds": switches.get("ics"), "has_feed": has_address(user), "is_safe": _is_safe(request),
        "api": switches.get("api"),
        "person": user, "leaves": leaves, "themes": User.Theme.choices,
        "devices": devices, "listed": any(device.is_this for device in devices),
        "leave_form": LeaveForm(instance=Leave(user=user), colleagues=_colleagues(user)),
    }  # fmt: skip


def _is_safe(request):
    """Whether a browser installs the page and keeps a page for no connection: over HTTPS, or on the machine itself."""
    return request.is_secure() or request.get_host().rpartition(":")[0] in ("localhost", "127.0.0.1", "[::1]")


def _colleagues(user):
    """Who may stand in: active people of one's own department, or of one's own role."""
    others = User.objects.visible_to(user).active().exclude(pk=user.pk)
    same = others.filter(department=user.department_id) if user.department_id else others.filter(role=user.role)
    return same.order_by("pinyin", "pk")
