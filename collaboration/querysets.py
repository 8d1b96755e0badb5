"""Questions asked of requests. Departments see what was sent to them, askers what they sent, managers their teams'."""

from django.db import models
from django.db.models import Count, Q

from core.periods import today
from customers.querysets import scope

OVER = ["done", "withdrawn", "closed"]
WITH_ASKER = ["countered", "waiting", "delivered", "refused"]


class RequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Admins all; else what he asked, what his department serves, where he is named approver (or stands in for
        one on leave), watcher or person, what is about a customer he sees, and for managers what their teams asked.
        A lead not yet taken is seen by the sales people of the department it was handed to."""
        if user.is_admin:
            return self
        mine = Q(asker=user) | Q(person=user)
        mine |= Q(pk__in=user.watches.values("request_id")) | Q(pk__in=self.steps_of(user).values("request_id"))
        if user.is_support and user.department_id:
            mine |= Q(department__path__startswith=user.department.path)
        if user.is_manager:
            mine |= Q(asker_team__in=user.teams_led())
        if user.sells:
            mine |= scope(user, "customer__") & Q(customer__isnull=False)
            mine |= self.leads_for(user)
        return self.filter(mine)

    def steps_of(self, user):
        """Approval steps that name him, his department, or somebody he stands in for today."""
        steps = self.model._meta.get_field("steps").related_model._base_manager
        on = today()
        away = Q(state="waiting", person__leaves__substitute=user, person__leaves__first__lte=on)
        mine = Q(person=user) | (away & Q(person__leaves__last__gte=on))
        if user.is_support and user.department_id:
            mine |= Q(person=None, department__path__startswith=user.department.path)
        return steps.filter(mine)

    def leads_for(self, user):
        if not user.department_id:
            return Q(pk__in=[])
        lead = Q(kind__makes_customer=True, customer=None, person=None)
        return lead & Q(department__path__startswith=user.department.path)

    def open(self):
        return self.exclude(state__in=[*OVER, "refused"])

    def to_accept(self, user):
        """What lies with him or his department and nobody has taken, and approvals that wait for him."""
        if user.is_admin:
            return self.filter(state="submitted")
        waiting = self.steps_of(user).filter(state="waiting").values("request_id")
        mine = Q(pk__in=waiting) | Q(person=user, kind__is_approval=False)
        if user.is_support and user.department_id:
            mine |= Q(person=None, kind__is_approval=False, department__path__startswith=user.department.path)
        if user.sells:
            mine |= self.leads_for(user)
        return self.filter(mine, state="submitted")

    def in_progress(self, user):
        return self.filter(state="accepted") if user.is_admin else self.filter(person=user, state="accepted")

    def needs_more(self, user):
        """Where somebody must say more: the asker to answer or to agree to a date, seen from both sides."""
        rows = self.filter(state__in=["waiting", "countered"])
        if user.is_admin:
            return rows
        mine = Q(asker=user) | Q(person=user)
        if user.is_support and user.department_id:
            mine |= Q(department__path__startswith=user.department.path)
        return rows.filter(mine)

    def finished(self, user):
        """Delivered and ended work of his department, or his own."""
        rows = self.filter(state__in=["delivered", "refused", *OVER])
        if user.is_admin:
            return rows
        mine = Q(asker=user) | Q(person=user)
        if user.is_support and user.department_id:
            mine |= Q(department__path__startswith=user.department.path)
        return rows.filter(mine)

    def asked_by(self, user):
        return self.filter(asker=user)

    def of_teams(self, user):
        return self.filter(asker_team__in=user.teams_led())

    def handled_by(self, user):
        """Where he did something as the serving side: took it, or decided an approval."""
        steps = self.model._meta.get_field("steps").related_model._base_manager
        decided = steps.filter(decided_by=user).values("request_id")
        return self.filter(Q(person=user) | Q(pk__in=decided))

    def waiting_on(self, user):
        """What this person must act on now: his department's to accept, his own in progress, his approvals,
        and as the asker dates to confirm, questions to answer and results to check."""
        if user.is_admin:
            return self.none()
        mine = Q(asker=user, state__in=WITH_ASKER) | Q(person=user, state="accepted")
        return self.filter(mine | Q(pk__in=self.to_accept(user).order_by().values("pk")))

    def with_faces(self):
        """With what a row or a page names."""
        return self.select_related("kind", "department", "person", "asker", "asker_department", "customer")

    def tally(self, tabs):
        """{name: how many} of Q conditions, in one statement."""
        return self.order_by().aggregate(**{name: Count("pk", filter=rows) for name, rows in tabs.items()})
