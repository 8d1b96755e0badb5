"""Warnings before a clock runs out, and who hears when it has: nothing stays silent (R60, M10).

Step 0 is a working hour before, to whoever holds it; of an approval when half its time is over. Step 1 is at the
breach: the holder, the head of the department, the manager of the asker (a silent asker: he and his manager). Step 2 a
working day later goes to the heads above too, and from then on it is said again every five working days. Each step
once, however often the sweep runs, in working hours only. About eight statements a sweep and three a further thousand
requests.
"""

from itertools import islice

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.calendar import Calendar
from accounts.models import Department, Leave, User
from activity.channels import Channels
from activity.recording import deliver, messages_of
from collaboration import telling
from collaboration.approving import know_places, manager_above
from collaboration.clocks import DAY
from collaboration.models import ApprovalStep, CollaborationRequest, RequestAlarm
from core.periods import today

SOON = 60  # working minutes before a clock runs out
AGAIN = 5  # working days between two reminders after the second step
OPEN = ("submitted", "accepted", "waiting", "refused")  # what may be late
ASKED = ("waiting", "refused", "countered", "delivered")
CHUNK = 1000


def remind(*, now):
    """Tell what is new at this moment. Returns {"soon": n, "late": n} of requests."""
    calendar = Calendar.load()
    found = {"soon": 0, "late": 0}
    if not calendar.is_working_time(now):
        return found
    rows = iter(_due(now, calendar.add_working_minutes(now, SOON)).iterator(chunk_size=CHUNK))
    people = None
    while chunk := list(islice(rows, CHUNK)):
        people = people or People(now)
        people.learn(chunk)
        messages, alarms = [], []
        for request in chunk:
            step = step_at(calendar, request.clock, now)
            if not step and now < half(calendar, request):
                continue
            if step and request.state in ("countered", "delivered"):
                continue  # silence answers in the asker's name: sweeping.settle
            found["late" if step else "soon"] += 1
            messages += _said(request, step, people, now=now)
            then = moment_of(calendar, request.clock, step + 1)
            alarms.append(RequestAlarm(request=request, due_at=request.clock, step=step, next_at=then))
        deliver(messages)
        RequestAlarm.objects.bulk_create(
            alarms, update_conflicts=True, unique_fields=["request"], update_fields=["due_at", "step", "next_at"],
            batch_size=500,
        )  # fmt: skip
    return found


def _due(now, soon):
    """Requests with a step that has not been said; `clock` is the moment their time runs, or ran, out."""
    said = RequestAlarm.objects.filter(request=OuterRef("pk"), due_at=OuterRef("clock"), next_at__gt=now)
    rows = CollaborationRequest.objects.annotate(clock=Coalesce("due_at", "held_since", "asked_at"))
    near = Q(state__in=OPEN + ASKED, due_at__lte=soon) | Q(state__in=["waiting", "refused"], due_at=None)
    near |= Q(state="submitted", kind__is_approval=True, due_at__isnull=False)
    return rows.filter(near).filter(~Exists(said)).with_faces().select_related("department__lead").order_by("pk")


def half(calendar, request):
    """When an approver is reminded; other requests have their hour before by then."""
    if not request.kind.is_approval or request.state != "submitted":
        return request.held_since or request.asked_at
    since = request.held_since or request.asked_at
    return calendar.add_working_minutes(since, calendar.working_minutes(since, request.clock) // 2)


def days_of(step):
    """Working days after the breach at which a step is said; step 0 is before it."""
    return 0 if step <= 1 else 1 + AGAIN * (step - 2)


def moment_of(calendar, due, step):
    return calendar.add_working_minutes(due, days_of(step) * DAY)


def step_at(calendar, due, now):
    """The furthest step reached: after an outage only the newest one is said."""
    if now < due:
        return 0
    late = calendar.working_minutes(due, now) // DAY
    return 1 if late < 1 else 2 + (late - 1) // AGAIN


class People:
    """Who holds what, read once a sweep: stand-ins, people of departments, teams, the steps of approvals."""

    def __init__(self, now):
        self.now, self.by_place, self.steps = now, {}, {}
        self.channels = Channels.load()
        on = Leave.objects.on(today(now)).select_related("substitute").order_by("first")
        self.leaves = {leave.user_id: leave for leave in on}
        for person in User.objects.active().filter(role="support").select_related("department"):
            if person.department:
                self.by_place.setdefault(person.department.path, []).append(person)
        for person in User.objects.active().filter(role="manager").select_related("department"):
            if person.department:
                self.by_place.setdefault(("manager", person.department.path), []).append(person)
        self.places = {place.pk: place for place in Department.objects.select_related("lead")}

    def learn(self, requests):
        know_places(requests)
        keys = [request.pk for request in requests if request.kind.is_approval]
        self.steps = {}
        if keys:
            rows = ApprovalStep.objects.filter(request__in=keys, state="waiting").select_related("person", "department")
            for step in rows:
                self.steps.setdefault(step.request_id, []).append(step)

    def of(self, department, role="support"):
        found = []
        for key, people in self.by_place.items():
            whose, path = key if isinstance(key, tuple) else ("support", key)
            if whose == role and path.startswith(department.path):
                found += people
        return found

    def there(self, person):
        """He, or who stands in for him today."""
        seen = set()
        now = person
        while now and now.pk in self.leaves and now.pk not in seen:
            seen.add(now.pk)
            now = self.leaves[now.pk].substitute
        return now if now and now.is_active and now.pk not in seen else person

    def holding(self, request):
        if request.state in ASKED:
            return [self.there(request.asker)] if request.asker else []
        if request.kind.is_approval:
            found = []
            for step in self.steps.get(request.pk, []):
                found += [step.person, self.there(step.person)] if step.person else self.of(step.department)
            return found
        if request.person and request.person.is_active:
            return [self.there(request.person)]
        return self.of(request.department, "manager" if request.kind.makes_customer else "support")

    def heads(self, request, *, all_above):
        """Who leads the department, and from the second step on those who lead the ones it is part of."""
        place, found = self.places.get(request.department_id), []
        while place:
            found.append(place.lead)
            place = self.places.get(place.parent_id) if all_above else None
        return found


def _said(request, step, people, *, now):
    """The messages of one request at one step."""
    key = f"request {request.pk} {request.clock:%Y%m%d%H%M} {step}"
    data = telling.named(request) | {"on": today(request.clock).isoformat()}

    def message(kind, whom, act):
        return messages_of(
            f"collaboration.{kind}", request, tell=whom, at=now, act=act, channels=people.channels,
            key=f"{key} {kind}", **data,
        )

    holding = people.holding(request)
    if request.state in ASKED:
        above = [manager_above(request)] if step else []
        return message("answer_due", [*holding, *above], True)
    if step == 0:
        return message("half" if request.kind.is_approval else "due_soon", holding, True)
    whom = [*holding, *people.heads(request, all_above=step > 1), manager_above(request)]
    asker = [person for person in telling.asker(request) if person not in whom]
    return message("late", whom, True) + message("late_asked", asker, False)
