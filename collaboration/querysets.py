"""Questions asked of requests. Departments see what was sent to them, askers what they sent, managers their teams'."""

from django.db import models
from django.db.models import Q

from customers.querysets import scope


class RequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Admins all; else what he asked, what his department serves, where he is named approver, watcher or
        person, what is about a customer he sees, and for managers what their teams asked."""
        if user.is_admin:
            return self
        mine = Q(asker=user) | Q(person=user)
        mine |= Q(pk__in=user.watches.values("request_id")) | Q(pk__in=user.approvals.values("request_id"))
        if user.is_support and user.department_id:
            mine |= Q(department__path__startswith=user.department.path)
        if user.is_manager:
            mine |= Q(asker_team__in=user.teams_led())
        if user.sells:
            mine |= scope(user, "customer__") & Q(customer__isnull=False)
        return self.filter(mine)

    def open(self):
        return self.exclude(state__in=["done", "withdrawn", "closed", "refused"])

    def waiting_on(self, user):
        """What this person must act on now: his department's to accept, his own in progress, his approvals,
        and as the asker dates to confirm, questions to answer and results to check."""
        mine = Q(asker=user, state__in=["countered", "waiting", "delivered", "refused"])
        mine |= Q(person=user, state="accepted")
        mine |= Q(state="submitted", steps__person=user, steps__state="waiting")
        if user.is_support and user.department_id:
            mine |= Q(state="submitted", person=None, department__path__startswith=user.department.path)
        return self.filter(mine).distinct()
