"""One review as a person opens it: the scope he may read, the frozen row or the live figures, the texts."""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property

from accounts import switches
from accounts.calendar import Calendar
from accounts.models import Department
from core.answers import remembered
from core.periods import Period, minute_end, read_period, today
from pipeline.models import Deal
from pipeline.playbooks import Playbooks
from reviews.books import Books
from reviews.closing import figures_of
from reviews.models import Review
from reviews.past import read_then, stages_at
from reviews.scopes import Scope, Survey, find_scope, scopes_of, survey

LATENESS = {"timed", "in_time", "late", "two_hours", "same_day", "later", "day_only"}


class NoSuchReview(LookupError):
    """No such period, a future one, or a scope that is not the reader's."""


@dataclass
class Reading:
    period: Period
    scope: Scope
    scopes: list
    known: Survey
    review: Review | None
    figures: dict
    frozen: bool
    as_of: dt.datetime
    settings: dict
    matured: dict | None  # the newest matured month up to this one
    now: dt.datetime
    user: object
    books: Books = field(default_factory=Books)  # which playbook's stages are shown, and how they are named
    past: bool = False  # as it was shown on a day gone by: to be read, without texts
    themes: list = field(default_factory=list)  # of a week (reviews/themes.py), read where they are shown
    topics: dict = field(default_factory=dict)  # what stands behind its needs and objections
    editions: list = field(default_factory=list)  # of a frozen one that was counted again, oldest first
    edition: object = None  # the Edition that is read; None for the figures as they first froze

    @property
    def kind(self):
        return self.period.kind

    @property
    def number(self):
        """Which version is read: 1 is the first."""
        return self.edition.number if self.edition else 1

    @property
    def is_newest(self):
        return self.number == len(self.editions) + 1

    @property
    def running(self):
        return not self.period.closed(self.now)

    @cached_property
    def then(self):
        """Of a day gone by that no frozen row tells of: whose everything was (reviews/past.py)."""
        return read_then(self.scope, self.now) if self.past and not self.frozen else None

    @property
    def requests(self):
        return self.figures.get("requests")

    @property
    def sells(self):
        return "kind" in self.figures

    @cached_property
    def top_deals(self):
        """{id: deal} of the month's largest ones that the reader may open. One query."""
        ids = [line["deal"] for line in self.figures["top"]]
        return Deal.objects.visible_to(self.user).select_related("customer").in_bulk(ids) if ids else {}

    @property
    def shares_shown(self):
        """The share within 30 minutes: a team's always, a person's only his own, or by the switch (D25)."""
        own = self.scope.kind == "person" and self.scope.id == self.user.pk
        return self.scope.kind != "person" or own or self.settings["rep_share_shown"]

    @property
    def person_shares_shown(self):
        return self.settings["rep_share_shown"]

    @property
    def may_write(self):
        """Texts are kept by managers and admins for what they read, by reps not (S15)."""
        return not self.past and self.sells and (self.user.is_manager or self.user.is_admin)

    @cached_property
    def may_correct(self):
        """Who may have a closed one counted again: who writes its texts; what was asked of a department that serves,
        its head and admins."""
        if self.past or self.sells:
            return self.may_write
        return self.user.is_admin or Department.objects.filter(pk=self.scope.id, lead=self.user).exists()

    def may_list(self, of, person=None):
        """Whether the list behind a figure is shown: lateness only where its share is (D25), narrowed to one person
        only by the switch, and each kind of figure where the scope has it."""
        if person not in (None, self.user.pk) and of in LATENESS and not self.person_shares_shown:
            return False
        if of in ("asked", "due", "accepted_in_time"):
            return bool(self.requests)
        if of == "payments":
            return "payments" in self.figures
        return self.sells and (of not in LATENESS or self.shares_shown)

    @property
    def next(self):
        following = self.period.next()
        return following if following.first <= today(self.now) else None

    @property
    def previous(self):
        return self.period.previous()

    @property
    def starts_late(self):
        """Nothing was recorded before this period: the opening is empty and the month before says nothing."""
        total = self.figures.get("balance", {}).get("total")
        return bool(total) and not total["opening"] and not float(self.figures["before"]["signed"])


def read_review(user, kind, code, scope_code, *, now, as_of=None, number=None):
    """The Reading of a person. Raises NoSuchReview. Figures of a closed period come from its row or its newest edition,
    others are live. `number` asks for another version. With `as_of`, the last moment of a day gone by, the report as it
    was shown then (M13)."""
    try:
        period = read_period(code)
    except ValueError:
        raise NoSuchReview(code) from None
    if period.kind != kind or period.code != code or period.first > today(now):
        raise NoSuchReview(code)
    known = survey()
    scopes = scopes_of(user, known)
    scope = find_scope(scope_code, scopes)
    if scope is None:
        raise NoSuchReview(scope_code)
    codes = [period.code, *(earlier.code for earlier in before(period, 4))] if kind == "month" else [period.code]
    rows = {row.period: row for row in Review.objects.of(scope).filter(kind=kind, period__in=codes)}
    review = rows.get(period.code)
    settings = switches.everything() if kind == "week" else switches.DEFAULTS
    now, past = as_of or now, as_of is not None
    frozen = bool(review and review.is_frozen and review.as_of <= now)
    editions = editions_of(review, now) if frozen else []
    edition = read_edition(editions, number)
    as_of = (edition or review).as_of if frozen else now
    if past and not frozen:
        known = replace(known, stages=stages_at(now))
    if frozen:
        figures = (edition or review).figures
    else:
        figures = figures_now(period, scope, now=now, known=known, settings=settings, past=past)
    if frozen and "talks" in figures:
        settings = settings | {"in_time_minutes": figures["talks"]["limit"]}
    matured = next((rows[c].matured for c in codes if c in rows and rows[c].matured), None)
    return Reading(
        period, scope, scopes, known, None if past else review, figures, frozen, as_of, settings,
        None if past else matured, now, user, past=past, editions=editions, edition=edition,
    )


def editions_of(review, now):
    """The editions of a frozen review that were there by a moment. No query for one that was never counted again."""
    if not review.corrections:
        return []
    return list(review.editions.filter(as_of__lte=now).select_related("made_by").order_by("number"))


def read_edition(editions, number):
    """The Edition of a number, the newest without one; None for the first version. Raises NoSuchReview."""
    if number is None:
        return editions[-1] if editions else None
    if not 1 <= number <= len(editions) + 1:
        raise NoSuchReview(number)
    return editions[number - 2] if number > 1 else None


def figures_now(period, scope, *, now, known, settings, past):
    """figures_of() a period that is not frozen; those of sales are kept until something is written. Of a period that
    runs they reach to the end of the minute, as nothing that will be written in it is there yet, and are kept no
    longer; of a day gone by, whose last moment `now` is, to that."""
    ready = {"settings": settings} if period.kind == "week" else {}
    figures, moment = {}, now if past else minute_end(now)
    if scope.sells:
        only = replace(scope, serves=False)
        key = (
            "figures", period.code, scope.kind, scope.id, moment, past, known.stages, repr(ready), Calendar.stamp(),
            Playbooks.load().limits, switches.get("payments"),
        )

        def compute():
            then = {"then": read_then(scope, now)} if past else {}
            return figures_of(period, only, as_of=moment, known=known, **ready, **then)

        figures = remembered(key, compute)
    if scope.serves:
        only = replace(scope, sells=False)
        figures |= figures_of(period, only, as_of=now, known=known, **{"then": now} if past else {})
    return figures


def before(period, n):
    """The n periods before this one, newest first."""
    found = []
    for _ in range(n):
        period = period.previous()
        found.append(period)
    return found
