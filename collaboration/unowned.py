"""What of this floor nobody answers for: requests and waiting approvals (R18; accounts/accountable.py)."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.accountable import Check, Line
from accounts.models import User
from collaboration import passing
from collaboration.life import HOLDER, OPEN
from collaboration.models import ApprovalStep, CollaborationRequest
from collaboration.rights import manages_asker
from core.errors import Conflict

WITH_ASKER = [state for state, side in HOLDER.items() if side == "asker"]


class LooseRequests(Check):
    """With the department: a person who is gone, an accepted one that names nobody, or a department without people
    (what lies with a whole department has its clock and escalates, R60). With the asker: he is gone, and so is the
    owner of the customer, who may answer for him."""

    kind, label = "request", _("Requests")

    def base(self):
        return CollaborationRequest.objects.filter(state__in=OPEN).with_faces().select_related("customer__owner")

    def rows(self, absent):
        there = _people_there(self.gone(absent), "department__path")
        untaken = Q(person=None) & (Q(state="accepted") | Q(state="submitted") & ~Exists(there))
        serving = Q(state__in=["submitted", "accepted"], kind__is_approval=False)
        serving &= untaken | Q(person__in=self.gone(absent))
        owner = Q(customer=None) | Q(customer__owner=None) | Q(customer__owner__in=list(absent.sellers))
        asking = Q(state__in=WITH_ASKER) & self.without(absent, "asker") & owner
        return self.base().filter(serving | asking).order_by("due_at", "number")

    def line(self, row, absent):
        holder = row.asker if asks(row) else row.person
        url = reverse("collaboration:page", args=[row.number])
        note = " · ".join(word for word in (row.title, str(row.department), row.customer_name) if word)
        return Line(row.code, note, holder, absent.why(holder, sells=False), url)

    def may_give(self, row, user):
        """The asker's side is his managers' to fill, the department's side an admin's."""
        return user.is_admin or (asks(row) and manages_asker(user, row))

    def takers(self, row, user):
        if asks(row):
            return User.objects.assignable_by(user)
        return User.objects.in_department(row.department)

    def give(self, row, to, *, by, now, expect, why):
        side = "asker" if asks(row) else "person"
        was = getattr(row, side)
        passing.pass_request(row, to, by=by, now=now, sides=[side], expect=expect, who=was.name if was else "")


class LooseApprovals(Check):
    """A waiting step of an open request, and with it the hold on the deal, whose approver is gone."""

    kind, label = "approval", _("Approvals")

    def base(self):
        rows = ApprovalStep.objects.filter(state="waiting", request__state__in=OPEN)
        return rows.select_related(
            "person", "department", "request__kind", "request__department", "request__customer", "request__deal"
        )

    def rows(self, absent):
        there = _people_there(self.gone(absent), "department__path")
        nobody = Q(person=None) & (Q(department=None) | ~Exists(there))
        return self.base().filter(nobody | Q(person__in=self.gone(absent))).order_by("since", "id")

    def visible(self, rows, user):
        return rows.filter(request__in=CollaborationRequest.objects.visible_to(user))

    def line(self, row, absent):
        url = reverse("collaboration:page", args=[row.request.number])
        return Line(f"{row.request.code} · {row.request.title}", row.request.customer_name, row.person,
                    absent.why(row.person, sells=False), url)

    def version(self, row):
        return row.request.version

    def may_give(self, row, user):
        """Not the asker's own manager: who asks does not choose who approves."""
        return user.is_admin

    def takers(self, row, user):
        """Who asks does not approve."""
        place = row.department
        people = User.objects.in_department(place) if place else User.objects.active().exclude(role=User.Role.ADMIN)
        return people.exclude(pk=row.request.asker_id)

    def give(self, row, to, *, by, now, expect, why):
        if row.request.version != expect:
            raise Conflict(row.request, [])
        passing.pass_step(row, to, by=by, now=now, who=row.who)


def asks(request):
    """Whether it now lies with who asked."""
    return HOLDER[request.state] == "asker"


def _people_there(gone, path):
    """People of a department and below it who can answer, for the row of an outer query."""
    return User.objects.active().order_by().exclude(pk__in=gone).filter(department__path__startswith=OuterRef(path))
