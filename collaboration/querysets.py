"""Questions asked of requests. Departments see what was sent to them, askers what they sent, managers their teams'."""

import functools

from django.db import models
from django.db.models import Case, Count, F, Q, Value, When

from accounts.absences import Absences
from core.periods import today
from customers.querysets import scope

OVER = ["done", "withdrawn", "closed"]
WITH_ASKER = ["countered", "waiting", "delivered", "refused"]
UNTAKEN = Q(state="submitted") | Q(state="accepted", person=None)  # an imported one in progress may name nobody (D20)
RETURNED = Q(state="refused") | Q(state="waiting", kind__is_approval=True)


@functools.cache
def _all_but(model, side, *kept):
    """The fields of what a request points to that a row does not show, for defer()."""
    there = model._meta.get_field(side).related_model._meta
    return [f"{side}__{field.name}" for field in there.concrete_fields if field.name not in (there.pk.name, *kept)]


def hands(user):
    """Keys of the people whose work is in his hands: he, and those on leave today for whom he stands in. Read once a
    user object and day."""
    kept, day = user.__dict__.setdefault("_hands", {}), today()
    if day not in kept:
        kept[day] = {user.pk} | Absences.load().stood_in_for(user.pk, day)
    return kept[day]


def in_hands_of(user, side):
    """Rows whose `side` (asker, person) is he, or somebody he stands in for today."""
    his = hands(user)
    return Q(**{side: user}) if len(his) == 1 else Q(**{f"{side}__in": sorted(his)})


class RequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Admins all; else what he asked, what his department serves, where he is named approver, watcher or person,
        all that also for somebody he stands in for today, what is about a customer he sees, and for managers what
        their teams asked.
        A lead not yet taken is seen by the sales people of the department it was handed to."""
        if user.is_admin:
            return self
        mine = in_hands_of(user, "asker") | in_hands_of(user, "person")
        mine |= Q(pk__in=user.watches.values("request_id")) | Q(pk__in=self.steps_of(user).values("request_id"))
        mine |= self.of_department(user)
        if user.is_manager:
            mine |= Q(asker_team__in=user.teams_led())
        if user.sells:
            mine |= scope(user, "customer__") & Q(customer__isnull=False)
            mine |= self.leads_for(user)
        return self.filter(mine)

    def steps_of(self, user):
        """Approval steps that name him, his department, or somebody he stands in for today."""
        on = today()
        away = Q(state="waiting", person__leaves__substitute=user, person__leaves__first__lte=on)
        mine = Q(person=user) | (away & Q(person__leaves__last__gte=on))
        if user.is_support and user.department_id:
            mine |= Q(person=None, department__path__startswith=user.department.path)
        return self.steps_model().filter(mine)

    def leads_for(self, user):
        if not user.department_id:
            return Q(pk__in=[])
        lead = Q(kind__makes_customer=True, customer=None, person=None)
        return lead & Q(department__path__startswith=user.department.path)

    def open(self):
        return self.exclude(state__in=[*OVER, "refused"])

    def tab(self, name, user):
        """The rows of one tab of the queue (S12)."""
        return self.filter(self.tab_condition(name, user))

    def tab_condition(self, name, user):
        """With the work of whom he stands in for today; asked, handled and team are his own. accept: what lies with
        him or his department and nobody has taken (imported ones in progress without a known person too), and
        approvals that wait for him. mine: taken by him. more: where somebody must say more. returned: refused or sent
        back, until who asked takes it up again. done: delivered and ended."""
        ours = in_hands_of(user, "asker") | in_hands_of(user, "person") | self.of_department(user)
        if name == "accept":
            return UNTAKEN if user.is_admin else UNTAKEN & self.lying_with(user)
        if name == "mine":
            taken = Q(person__isnull=False) if user.is_admin else in_hands_of(user, "person")
            return Q(state="accepted") & taken
        if name == "more":
            return Q(state__in=["waiting", "countered"]) & ~RETURNED & (Q() if user.is_admin else ours)
        if name == "returned":
            return RETURNED & (Q() if user.is_admin else ours)
        if name == "done":
            return Q(state__in=["delivered", *OVER]) & (Q() if user.is_admin else ours)
        if name == "asked":
            return Q(asker=user)
        if name == "team":
            return Q(asker_team__in=user.teams_led())
        return Q(person=user) | Q(pk__in=self.steps_model().filter(decided_by=user).values("request_id"))

    def lying_with(self, user):
        """Waiting approvals of his, and what he or his department was given and nobody has taken."""
        waiting = self.steps_of(user).filter(state="waiting").values("request_id")
        mine = Q(pk__in=waiting) | Q(kind__is_approval=False) & in_hands_of(user, "person")
        mine |= self.of_department(user) & Q(person=None, kind__is_approval=False)
        return mine | self.leads_for(user) if user.sells else mine

    def of_department(self, user):
        if not user.is_support or not user.department_id:
            return Q(pk__in=[])
        return Q(department__path__startswith=user.department.path)

    def steps_model(self):
        return self.model._meta.get_field("steps").related_model._base_manager

    def waiting_on(self, user):
        """What this person must act on now: his department's to accept, his own in progress, his approvals,
        and as the asker dates to confirm, questions to answer and results to check."""
        return self.none() if user.is_admin else self.filter(self.on_me(user))

    def on_me(self, user):
        mine = Q(state__in=WITH_ASKER) & in_hands_of(user, "asker")
        mine |= Q(state="accepted") & in_hands_of(user, "person")
        return mine | UNTAKEN & self.lying_with(user)

    def of_my_day(self, user):
        """What waits for him, marked `is_mine`, and what he asked and waits for."""
        if user.is_admin:
            return self.none()
        mine = self.on_me(user)
        rows = self.filter(mine | Q(asker=user, state__in=["submitted", "accepted"]))
        return rows.annotate(is_mine=Case(When(mine, then=Value(True)), default=Value(False)))

    def with_faces(self):
        """With what a row or a page names."""
        return self.select_related("kind", "department", "person", "asker", "asker_department", "customer")

    def with_row_faces(self, *, own=False):
        """What a row of the queue names, without the texts that only the page shows; `own` with its custom fields."""
        texts = ["description", "standard", "result", "kind__template", "kind__template_en", "kind__standard"]
        texts += [] if own else ["custom"]
        rows = self.select_related("kind", "department", "person", "asker", "customer")
        return rows.defer(*texts, *_all_but(self.model, "person", "name"), *_all_but(self.model, "asker", "name"),
                          *_all_but(self.model, "customer", "owner"))  # fmt: skip

    def with_tag(self, user):
        """Each with the tag of its customer as `seen_tag`; empty without one, or with one that `user` may not see."""
        seen = scope(user, "customer__") & Q(customer__isnull=False)
        return self.annotate(seen_tag=Case(When(seen, then=F("customer__tag")), default=Value("")))

    def tally(self, tabs):
        """{tag: {name: how many}} of Q conditions, in one statement, of rows `with_tag`."""
        counted = self.order_by().values("seen_tag")
        rows = counted.annotate(**{f"n_{name}": Count("pk", filter=condition) for name, condition in tabs.items()})
        return {row["seen_tag"]: {name: row[f"n_{name}"] for name in tabs} for row in rows}
