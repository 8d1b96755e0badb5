"""A closed review counted again: what was frozen never changes, so a correction is a new version beside it (issue 6).

Something was put in or taken back afterwards: a log of last week, a win of last month, a deal of a wrong team. Counted
again it says what is known now of the same days, "so far" up to now; who was quiet and the month-start contract are
taken over as they were, since nothing later tells them. Each scope is corrected by itself and each version says as of
when it is; the reports that contain it are counted again with it, where its writer may correct them and they differ.
"""

import json
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from activity.models import Notification
from activity.recording import record
from core.changing import change
from core.errors import NotAllowed, Refused
from reviews.closing import figures_of
from reviews.models import Edition
from reviews.models import Scope as Kind
from reviews.reading import read_review
from reviews.scopes import COMPANY

KEPT = ("stale", "contract")  # as they first froze
NOT_COMPARED = {*KEPT, "stages", "rates", "tags"}  # names of today, and what goes on changing without a correction


def correct(reading, reason, *, by, now, expect):
    """Write the next version of a frozen review. `expect` is the number of the newest that its writer saw. Raises
    NotAllowed, Refused where there is nothing frozen or nothing new, Conflict when somebody was faster."""
    if not reading.may_correct:
        raise NotAllowed
    if not reading.frozen:
        raise Refused(_("Not closed yet: the numbers are those of this moment."))
    review, newest = reading.review, reading.editions[-1] if reading.editions else None
    if expect != reading.number:
        raise Refused(_("Somebody counted it again meanwhile."))
    more = {"settings": reading.settings} if reading.kind == "week" else {}
    figures = figures_of(reading.period, reading.scope, as_of=now, known=reading.known, **more)
    figures = json.loads(json.dumps(figures)) | {name: review.figures[name] for name in KEPT if name in review.figures}
    if compared(figures) == compared((newest or review).figures):
        raise Refused(_("Counted again the numbers are the same: nothing of those days has changed since."))
    with transaction.atomic():
        change(review, by=by, when={"corrections": review.corrections}, corrections=review.corrections + 1)
        edition = Edition.objects.create(
            review=review, number=review.corrections + 1, figures=figures, as_of=now, reason=reason, made_by=by
        )
        record("reviews.corrected", review, by=by, at=now, tell=readers_of(review), kind_of=review.kind,
               period=review.period, scope=reading.scope.name or reading.scope.code, number=edition.number,
               reason=reason)
    return edition


def correct_all(reading, reason, *, by, now, expect):
    """correct() this review and those of the places that contain it (above()), all or none; those whose numbers are
    the same are left alone. Returns the editions, its own first."""
    with transaction.atomic():
        made = [correct(reading, reason, by=by, now=now, expect=expect)]
        for scope in above(reading):
            other = read_review(by, reading.kind, reading.period.code, scope.code, now=now)
            if other.frozen and other.may_correct:
                with suppress(Refused):
                    made.append(correct(other, reason, by=by, now=now, expect=other.number))
    return made


def above(reading):
    """The scopes that contain this one among those its reader may read, the nearest first: the person's team, the
    departments, the company. Nothing for what was asked of a department that serves: no report adds those up."""
    if not reading.sells or reading.scope.kind == COMPANY.kind:
        return []
    known, found, place = reading.known, [], reading.scope
    while place is not None and place.parent:
        kind = Kind.TEAM if place.kind == Kind.PERSON else Kind.DEPARTMENT
        place = known.named(kind, place.parent)
        found += [place] if place is not None else []
    mine = {(scope.kind, scope.id) for scope in reading.scopes}
    return [scope for scope in [*found, COMPANY] if (scope.kind, scope.id) in mine]


def compared(figures):
    return {name: value for name, value in figures.items() if name not in NOT_COMPARED}


def readers_of(review):
    """Who heard that it had closed."""
    told = Notification.objects.about(review).filter(kind="reviews.closed")
    return User.objects.active().filter(pk__in=told.values("recipient"))
