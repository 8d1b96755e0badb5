"""What somebody may do with what he can see: button and view ask the same word (architecture §4).

Customers are given by what all floors know of them: owner_id, team_id and `helpers`.
"""

import functools

from core.errors import NotAllowed


def may_set_up(user):
    """The pages under /setup (reliability §2)."""
    return user.is_admin


def may_see_team(user):
    """/team and the meeting."""
    return user.is_manager or user.is_admin


def may_see_pipeline(user):
    """Board and table: everybody but the departments."""
    return not user.is_support


def leads(user, customer):
    """The managers above a customer's team; without owner and team, every manager (D2)."""
    if not user.is_manager:
        return False
    return customer.team_id in user.teams_led() if customer.team_id else customer.owner_id is None


def may_assign(user, customer):
    """Transfer to somebody else: managers inside their teams, admins anywhere; not the owner, not a helper."""
    return user.is_admin or leads(user, customer)


def may_archive(user, customer):
    return user.is_admin or leads(user, customer)


def may_merge(user, customer):
    """Its owner, the managers above, admins: a helper does not make a record disappear (S28)."""
    return may_assign(user, customer) or (user.sells and customer.owner_id == user.pk)


def may_enter_for(user, other):
    """Log in somebody's name (代录): himself, his manager, an admin (D7)."""
    if user.pk == other.pk or user.is_admin:
        return other.sells
    return user.is_manager and other.sells and other.team_id in user.teams_led()


def sees_phone(user, customer):
    """ "full", "masked" or "": full for owner, helpers and managers above, masked for admins until revealed (D6)."""
    if user.sells and (customer.owner_id == user.pk or leads(user, customer) or helps(user, customer)):
        return "full"
    return "masked" if user.is_admin else ""


def helps(user, customer):
    """Whether somebody helps at a customer; the ids are read once a user object."""
    if not hasattr(user, "_helped_ids"):
        user._helped_ids = frozenset(user.helped())
    return customer.pk in user._helped_ids


def sees_amounts(user):
    """Money of deals and requests: sellers and admins; departments by their switch (D6)."""
    if user.is_support:
        return bool(user.department_id and user.department.sees_amounts)
    return True


def sees_private_note(user, customer):
    return user.is_admin or leads(user, customer)


def for_admins(view):
    """Decorator of the pages under /setup: a known page, closed to other roles (403, D8)."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not may_set_up(request.user):
            raise NotAllowed
        return view(request, *args, **kwargs)

    return guarded
