"""Questions asked of targets and reviews."""

from django.db import models
from django.db.models import Q

from accounts.models import User


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_admin:
            return self
        if user.is_manager:
            people = User.objects.filter(Q(team__in=user.teams_led()) | Q(pk=user.pk)).values("pk")
            return self.filter(
                Q(scope="team", scope_id__in=user.teams_led()) | Q(scope="person", scope_id__in=people)
            )
        return self.filter(scope="person", scope_id=user.pk)


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Admins all; managers their teams and people; reps and support themselves (and their department)."""
        if user.is_admin:
            return self
        own = Q(scope="person", scope_id=user.pk)
        if user.is_manager:
            people = User.objects.filter(team__in=user.teams_led()).values("pk")
            own |= Q(scope="team", scope_id__in=user.teams_led()) | Q(scope="person", scope_id__in=people)
        if user.is_support and user.department_id:
            own |= Q(scope="department", scope_id=user.department_id)
        return self.filter(own)
