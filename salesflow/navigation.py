"""What the shell shows: places by role, counts in one query, the owed pill (ux §2.1)."""

from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.templatetags.quick import path
from salesflow.counting import counts as count_all


@dataclass
class Place:
    """One entry of the bars. `count` is neutral: cinnabar belongs to strips and rows."""

    url: str
    label: str
    icon: str
    count: int = 0
    current: bool = False
    central: bool = False


@dataclass
class Shell:
    nav: list = field(default_factory=list)
    tabs: list = field(default_factory=list)
    owed: int = 0
    owed_late: bool = False
    unread: int = 0
    can_log: bool = False
    primary: dict = field(default_factory=dict)
    theme: str = "light"
    keys: str = "on"  # single-letter shortcuts


PLACES = {
    "today": ("today", pgettext_lazy("nav", "Today"), "sun"),
    "team": ("team", _("Team"), "people"),
    "pipeline": ("pipeline:board", _("Pipeline"), "flow"),
    "customers": ("customers:list", _("Customers"), "bld"),
    "requests": ("collaboration:queue", _("Requests"), "hands"),
    "reports": ("reviews:home", _("Reports"), "grid"),
    "setup": ("setup", _("Setup"), "settings"),
    "messages": ("activity:messages", _("Messages"), "bell"),
    "me": ("me", _("Me"), "people"),
    "log": ("customers:log", _("Log"), "pen"),
    "new_request": ("collaboration:new", _("New request"), "plus"),
}
BARS = {
    "rep": (
        ["today", "pipeline", "customers", "requests", "reports"],
        ["today", "pipeline", "log", "customers", "requests"],
    ),
    "manager": (
        ["team", "pipeline", "customers", "requests", "reports", "today"],
        ["team", "pipeline", "log", "customers", "requests"],
    ),
    "support": (["requests", "reports"], ["requests", "reports", "new_request", "messages", "me"]),
    "admin": (
        ["setup", "team", "pipeline", "customers", "requests", "reports"],
        ["setup", "pipeline", "log", "customers", "me"],
    ),
}


def shell(request):
    """Context processor: `shell` for base.html. Empty for whoever is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": Shell()}
    if getattr(request, "htmx", False) and not request.htmx.boosted:
        return {"shell": SimpleLazyObject(lambda: build(request))}  # fragments rarely show the shell
    return {"shell": build(request)}


def counted(request, **about):
    """Companion of deeds that change what waits: both bars and the bell with their new numbers, out of band."""
    context = {"shell": build(request), "oob": True}
    return "".join(render_to_string(f"ui/{part}.html", context, request) for part in ("nav", "tabs_bottom", "bell"))


def build(request):
    user = request.user
    counts = count_all(user)
    desk, phone = BARS[user.role]
    here = _here(request)
    primary = "new_request" if user.is_support else "log"
    url, label, icon = PLACES[primary]
    about = _about(request)
    return Shell(
        nav=[place for name in desk if (place := _place(name, here, counts))],
        tabs=[
            place for name in phone
            if (place := _place(name, here, counts, central=name in ("log", "new_request"), about=about))
        ],
        owed=counts["owed"] or 0,
        owed_late=bool(counts["owed_late"]),
        unread=counts["unread"] or 0,
        can_log=not user.is_support,
        primary={"url": _path(url) + about, "label": label, "icon": icon} if _path(url) else {},
        theme=user.theme,
        keys="on" if user.single_keys else "off",
    )


def _here(request):
    """The page that is looked at: behind a fragment it is the one that asked."""
    if getattr(request, "htmx", False) and request.htmx.current_url_abs_path:
        return request.htmx.current_url_abs_path.partition("?")[0]
    return request.path


def _about(request):
    """On a customer's page a log is about this customer, which saves the choice (S3: four interactions)."""
    match = request.resolver_match
    return f"?customer={match.kwargs['pk']}" if match and match.url_name == "customer" else ""


def _place(name, here, counts, *, central=False, about=""):
    url, label, icon = PLACES[name]
    path = _path(url)
    current = path != "/" and here.startswith(path)
    return path and Place(path + about * central, label, icon, counts.get(name) or 0, current, central)


def _path(name):
    """Where a name leads, or empty: a floor without that page is not in the navigation."""
    try:
        return path(name)
    except NoReverseMatch:
        return ""
