"""What of this floor nobody answers for: deals, their end-of-day update, decisions of meetings, stages (R18)."""

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import rights
from accounts.accountable import Check, Line
from accounts.models import Department, Team, User
from customers.keeping import add_helper
from customers.models import CustomerHelper
from pipeline import handing, promises, staging
from pipeline.models import Deal, MeetingItem, Stage, StageDuty


class LooseDeals(Check):
    kind, label, sells = "deal", _("Open deals"), True

    def base(self):
        rows = Deal.objects.open().filter(customer__archived_at=None, customer__pooled_at=None)
        rows = rows.filter(customer__merged_into=None)
        return rows.select_related("owner", "stage", "customer__owner", "customer__team")

    def rows(self, absent):
        return self.base().filter(self.without(absent)).order_by("-amount", "id")

    def line(self, row, absent):
        note = " · ".join(word for word in (row.name, row.stage.words) if word)
        url = reverse("pipeline:deal", args=[row.pk])
        return Line(row.customer.name, note, row.owner, absent.why(row.owner, sells=True), url)

    def may_give(self, row, user):
        return rights.may_assign(user, row.customer)

    def give(self, row, to, *, by, now, expect, why):
        handing.give(row, to, by=by, now=now, expect=expect, why=why)


class LooseUpdates(LooseDeals):
    """Open deals whose owner is there but does not see the customer: they never come up in his end-of-day update."""

    kind, label = "update", _("End-of-day updates")

    def rows(self, absent):
        helping = CustomerHelper.objects.filter(user=OuterRef("owner"), customer=OuterRef("customer"))
        led = Team.objects.led_by_key(OuterRef("owner")).filter(pk=OuterRef("customer__team"))
        above = Q(owner__role=User.Role.MANAGER) & (Exists(led) | Q(customer__owner=None, customer__team=None))
        seen = Q(customer__owner=F("owner")) | Exists(helping) | above
        blind = self.base().filter(owner__isnull=False).exclude(owner__in=self.gone(absent))
        return blind.exclude(seen).order_by("-amount", "id")

    def give(self, row, to, *, by, now, expect, why):
        if to == row.owner:  # he keeps it, and helps at the customer from now on
            add_helper(row.customer, to, by=by, now=now)
        else:
            super().give(row, to, by=by, now=now, expect=expect, why=why)


class LooseDecisions(Check):
    """Notes of a meeting that somebody is to keep by a day, and those not kept so far of who is gone. Steps and
    requests it decided are their own kinds."""

    kind, label = "decision", _("Decisions of meetings")

    def base(self):
        return MeetingItem.objects.filter(kind="note", kept_at=None).select_related("owner", "meeting__team")

    def rows(self, absent):
        rows = self.base().filter(pk__in=promises.standing(absent.on).order_by().values("pk"))
        kept_by_day = Q(due_on__gte=absent.on) | Q(owner__isnull=False)  # a note for the minutes alone is no work
        return rows.filter(self.without(absent)).filter(kept_by_day).order_by("due_on", "id")

    def line(self, row, absent):
        url = f"{reverse('pipeline:meeting', args=[row.meeting.week])}?team={row.meeting.team_id}"
        note = f"{row.meeting.team} · {row.meeting.week}"
        return Line(row.text, note, row.owner, absent.why(row.owner, sells=False), url)

    def version(self, row):
        return row.owner_id or 0  # a decision has no version: its keeper is the state that was seen

    def may_give(self, row, user):
        return user.is_admin or row.meeting.team_id in user.teams_led()

    def give(self, row, to, *, by, now, expect, why):
        promises.give(row, to, by=by, now=now, expect=expect, why=why)


class LooseStages(Check):
    """Stages in use whose every duty is of a role nobody has, a department without people, or somebody who is gone
    (R16 keeps a stage from being saved so; people leave afterwards)."""

    kind, label = "stage", _("Stages")

    def base(self):
        return Stage.objects.columns().filter(playbook__is_active=True).select_related("playbook")

    def rows(self, absent):
        here = User.objects.active().exclude(pk__in=self.gone(absent)).order_by()
        places = Department.objects.filter(is_active=True).order_by()
        served = places.filter(Exists(here.filter(department__path__startswith=OuterRef("path"))))
        answers = StageDuty.objects.order_by().filter(stage=OuterRef("pk")).filter(
            Q(person__in=here) | Q(role__in=here.values("role")) | Q(department__in=served)
        )
        return self.base().exclude(Exists(answers)).order_by("playbook__position", "position")

    def visible(self, rows, user):
        return rows if user.is_admin else rows.none()

    def line(self, row, absent):
        url = reverse("setup_stage", args=[row.pk])
        return Line(row.words, str(row.playbook), None, absent.why(None, sells=False), url)

    def may_give(self, row, user):
        return user.is_admin

    def takers(self, row, user):
        return User.objects.active().exclude(role=User.Role.ADMIN)

    def give(self, row, to, *, by, now, expect, why):
        kept = [
            {"role": duty.role, "department": duty.department, "person": duty.person, "approves": duty.approves}
            for duty in row.duties.select_related("department", "person") if duty.person is None
        ]
        staging.save_stage(row, by=by, now=now, expect=expect, duties=[*kept, {"person": to, "approves": not kept}])


CHECKS = (LooseDeals, LooseUpdates, LooseDecisions, LooseStages)
