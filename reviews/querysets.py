"""Questions asked of targets and reviews."""

from django.db import models
from django.db.models import Q

from accounts.models import Department, Team, User


def of_company(user):
    """The company's rows for a manager who leads all its teams (D1, reviews/scopes.py), else none."""
    led = user.teams_led()
    all_led = led and not Team.objects.filter(is_active=True).exclude(pk__in=led).exists()
    return Q(scope="company") if all_led else Q(pk__in=[])


def of_managed(user):
    """The rows of what a manager reads: his teams and their people, the departments he heads, the company where he
    leads all its teams (D8)."""
    people = User.objects.filter(team__in=user.teams_led()).values("pk")
    headed = Department.objects.filter(lead=user, sells=True).values("pk")
    return (
        Q(scope="team", scope_id__in=user.teams_led()) | Q(scope="person", scope_id__in=people)
        | Q(scope="department", scope_id__in=headed) | of_company(user)
    )


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Admins read all; managers those of their teams, people and themselves and the departments they head; the
        others their own (D8)."""
        if user.is_admin:
            return self
        own = Q(scope="person", scope_id=user.pk)
        if user.is_manager:
            own |= of_managed(user)
        return self.filter(own)

    def among(self, scopes):
        """The targets of scopes that were found among those a person may read."""
        ids = {}
        for scope in scopes:
            ids.setdefault(scope.kind, []).append(scope.id)
        theirs = Q(pk__in=[])
        for kind, keys in ids.items():
            theirs |= Q(scope=kind, scope_id__in=keys)
        return self.filter(theirs)

    def of(self, period):
        return self.filter(period=period.code)


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Admins all; managers their teams, people and the departments they head; reps themselves; support their
        department."""
        if user.is_admin:
            return self
        own = Q(scope="person", scope_id=user.pk)
        if user.is_manager:
            own |= of_managed(user)
        if user.is_support and user.department_id:
            own |= Q(scope="department", scope_id=user.department_id)
        return self.filter(own)

    def of(self, scope):
        """The rows of one scope, itself found among those a person may read."""
        return self.filter(scope=scope.kind, scope_id=scope.id)

    def frozen(self):
        return self.filter(as_of__isnull=False)


class OwnedQuerySet(models.QuerySet):
    """What somebody answers for, about the figures of a scope."""

    def visible_to(self, user):
        """Admins all; managers what they read; everybody his own figures' and what he answers for himself."""
        if user.is_admin:
            return self
        own = Q(scope="person", scope_id=user.pk) | Q(owner=user)
        return self.filter(own | of_managed(user) if user.is_manager else own)

    def of(self, scope):
        """Those of one scope, itself found among those a person may read."""
        return self.filter(scope=scope.kind, scope_id=scope.id)


class ImprovementQuerySet(OwnedQuerySet):
    def shown_in(self, period):
        """What a month tells of: found in it or before, and not closed before it began."""
        return self.filter(Q(closed_at=None) | Q(closed_at__gte=period.starts_at), period__lte=period.code)


class AnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The team's answers are everybody's who talks to customers, and the admins'."""
        return self if user.sells or user.is_admin else self.none()

    def newest(self):
        """The version in use of each objection."""
        later = self.model.objects.filter(topic=models.OuterRef("topic"), number__gt=models.OuterRef("number"))
        return self.filter(~models.Exists(later))
