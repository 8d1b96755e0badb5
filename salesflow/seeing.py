"""Why somebody sees a customer or a request, in sentences: the clauses of the two gates (customers/querysets.py,
collaboration/querysets.py), each asked by itself. No sentence: it does not exist for him, and he gets 404.
"""

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Team, User
from collaboration.models import CollaborationRequest
from collaboration.querysets import hands
from core import words
from core.asked import number
from core.periods import today
from core.text import name_key
from customers import searching
from customers.models import Customer

MOST = 10


def things_named(viewer, text):
    """Customers and requests that somebody may mean, of those `viewer` sees: R-12 a request, a number or a name a
    customer; a name that is somebody's whole is taken for that alone. At most MOST."""
    text = text.strip()
    customers = Customer.objects.visible_to(viewer)
    if found := re.fullmatch(r"[Rr]-?(\d{1,9})", text):
        return list(CollaborationRequest.objects.visible_to(viewer).with_faces().filter(number=found[1]))
    if (pk := number(text)) and (named := list(customers.filter(pk=pk))):
        return named
    condition = searching.found(text, viewer)
    found = list(customers.filter(condition).order_by("pinyin", "pk")[:MOST]) if condition is not None else []
    same = [one for one in found if one.name_key == name_key(text)]
    return same if len(same) == 1 else found


def ways(user, thing):
    """ways_to_customer() or ways_to_request(); of somebody who has left none."""
    if not user.is_active:
        return []
    return ways_to_request(user, thing) if isinstance(thing, CollaborationRequest) else ways_to_customer(user, thing)


def ways_to_customer(user, customer):
    """[sentence] of a person and a customer; empty when it is not his to see."""
    return [] if customer.merged_into_id else _by_gate(user, customer)


def _by_gate(user, customer):
    """The clauses of customers.querysets.scope()."""
    if user.is_admin:
        return [_("An administrator sees every customer; phone numbers are masked until asked for, which is recorded.")]
    if not user.sells:
        return []
    ways = [_("Owns this customer.")] if customer.owner_id == user.pk else []
    if help_ := user.helps.filter(customer=customer).select_related("added_by").first():
        ways.append(
            _("Helps here since %(day)s, added by %(who)s.")
            % {"day": words.day_long(today(help_.added_at), get_language()), "who": help_.added_by or "–"}
        )
    if user.is_manager:
        ways += _as_manager(user, customer)
    return ways


def _as_manager(user, customer):
    if customer.team_id in user.teams_led():
        team = Team.objects.select_related("department").get(pk=customer.team_id)
        if team.manager_id == user.pk:
            return [_("Manages %(team)s, which the customer belongs to.") % {"team": team}]
        return [_("Heads the sales department above %(team)s, which the customer belongs to.") % {"team": team}]
    if customer.owner_id is None and customer.team_id is None:
        return [_("It has neither an owner nor a team: every manager may take it.")]
    return []


def ways_to_request(user, request):
    """[sentence] of a person and a request; empty when it is not his to see."""
    if user.is_admin:
        return [_("An administrator sees every request.")]
    ways = []
    for side, mine, others in (
        ("asker", _("Asked for it."), _("Stands in today for %(name)s, who asked for it.")),
        ("person", _("Works on it."), _("Stands in today for %(name)s, who works on it.")),
    ):
        held = getattr(request, f"{side}_id")
        if held == user.pk:
            ways.append(mine)
        elif held in hands(user):
            ways.append(others % {"name": User.objects.get(pk=held)})
    if user.watches.filter(request=request).exists():
        ways.append(_("Is kept informed of it."))
    rows = CollaborationRequest.objects.filter(pk=request.pk)
    if rows.first().steps.filter(pk__in=rows.steps_of(user)).exists():
        ways.append(_("An approval in it is his or his department's, or of somebody he stands in for today."))
    if rows.filter(rows.of_department(user)).exists():
        ways.append(_("Belongs to %(department)s, which was asked.") % {"department": request.department})
    if user.is_manager and request.asker_team_id in user.teams_led():
        ways.append(_("Manages the team that asked."))
    if user.sells:
        if why := " ".join(_by_gate(user, request.customer)) if request.customer else "":
            ways.append(_("Sees the customer it is about: %(why)s") % {"why": why})
        if rows.filter(rows.leads_for(user)).exists():
            ways.append(_("It is a lead for his department that nobody has taken yet."))
    return ways
