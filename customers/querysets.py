"""Questions asked of customers and what hangs on them. One scope: what hangs on a customer is seen with it (D2)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q


def scope(user, prefix=""):
    """The one condition of the gate: which customers exist for `user` (D1, D2). `prefix` leads to the customer."""
    if user.is_admin:
        return Q()
    if not user.sells:
        return Q(pk__in=[])
    mine = Q(**{f"{prefix}owner": user}) | Q(**{f"{prefix}pk__in": user.helped()})
    if user.is_manager:
        mine |= Q(**{f"{prefix}team__in": user.teams_led()})
        mine |= Q(**{f"{prefix}owner": None, f"{prefix}team": None})
    return mine


class CustomerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope(user), merged_into=None)

    def live(self):
        return self.filter(archived_at=None)

    def quiet(self, on, rule):
        """The quiet ones on the company day `on`: for this and the next two see customers/staleness.py."""
        return self.filter(rule.quiet(on))

    def quiet_planned(self, on, rule):
        return self.filter(rule.quiet_planned(on))

    def stale(self, on, rule):
        return self.filter(rule.stale(on))


class OfCustomerQuerySet(models.QuerySet):
    """Rows that hang on a customer by a `customer` key."""

    def visible_to(self, user):
        return self.filter(scope(user, "customer__"))


class FollowUpQuerySet(OfCustomerQuerySet):
    def counted(self):
        """Rows that count in figures: not voided by an undone import, not replaced by a correction."""
        corrections = self.model._base_manager.filter(corrects=OuterRef("pk"), corrects__isnull=False)  # few rows
        return self.filter(~Exists(corrections), voided_at=None)

    def contacts(self):
        return self.filter(outcome__in=["talked", "sent"])


class NextStepQuerySet(OfCustomerQuerySet):
    def open(self):
        return self.filter(closed_at=None)


class TableRowQuerySet(OfCustomerQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(customer__merged_into=None)

    def live(self):
        """Rows that were not removed, of tables in use."""
        return self.filter(removed_at=None, table__retired_at=None)


class OwedQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user)

    def open(self):
        return self.filter(closed_at=None)


class PairQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Pairs of which both customers exist for `user`, for whoever may put two teams' records together."""
        if not (user.is_manager or user.is_admin):
            return self.none()
        return self.filter(
            scope(user, "first__"), scope(user, "second__"), first__merged_into=None, second__merged_into=None,
            first__archived_at=None, second__archived_at=None,
        )

    def open(self):
        return self.filter(apart_at=None)


class TopicWordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The dictionary is the team's: whoever sells reads it, and the admins."""
        return self if user.sells or user.is_admin else self.none()

    def in_use(self):
        return self.filter(taken_at=None)
