"""A request or an approval goes to somebody else because who had it is gone: he left, or nobody was named (R18)."""

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration import notes, telling
from collaboration.life import open_interval
from collaboration.models import ApprovalStep
from core.changing import change
from core.errors import Refused


def pass_request(request, to, *, by, now, sides, expect=None, who=""):
    """`sides` are those of ("asker", "person") that become `to`; the state and its clock stay. `who` is the name of who
    had it. Raises Conflict when the request is not as it was shown (`expect`, a version)."""
    fields = {}
    if "asker" in sides:
        fields |= {"asker": to, "asker_team": to.team, "asker_department": to.department}
    if "person" in sides:
        fields["person"] = to
    with transaction.atomic():
        change(request, by=by, expect=expect, **fields)
        if "person" in fields:
            open_interval(request, by=by, now=now)
        telling.tell("passed_on", request, by=by, now=now, act=[to], who=who, to=to.name)


def pass_step(step, to, *, by, now, who=""):
    """A coming or waiting approval becomes `to`'s to decide; Refused when it was decided or handed on meanwhile."""
    with transaction.atomic():
        rows = ApprovalStep.objects.filter(pk=step.pk, state=step.state, person=step.person_id)
        if rows.update(person=to) != 1:
            raise Refused(_("This was changed meanwhile."))
        if step.state == "waiting":
            notes.show(step.request, now=now)
            telling.tell("passed_on", step.request, by=by, now=now, act=[to], who=who, to=to.name)
