"""What somebody may do with a deal he can see: button and view ask the same word."""

from accounts.rights import leads


def may_move(user, deal):
    """Reps move their own deals, managers those of their teams, admins any; whoever sees it through its customer may
    work on it: owner, helper, manager above (D2)."""
    return not user.is_support


def may_give(user, deal):
    """Make somebody else its rep or owner: the managers above and admins."""
    return user.is_admin or leads(user, deal.customer)


def may_set_up(user):
    return user.is_admin
