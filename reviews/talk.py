"""Conversations of a week: how many, how soon written down, and what customers need and object to (R33, R34, D25).

Counted: follow-ups whose conversation ended in the period (happened_at), entered by as_of, not voided by then; a row
that was corrected by then is replaced by its correction. Within 30 minutes: from the end of the conversation to its
entry, measured as customers/promptness.py says; a row that was corrected later still counts, since writing it down in
time was done. Needs and objections: rows of counted follow-ups.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from django.db.models import BigIntegerField, CharField, Count, Exists, F, OuterRef, Q, Value

from accounts.calendar import Calendar
from core.periods import today
from customers.models import FollowUp, Topic
from customers.promptness import is_entry, with_leave, written_at
from reviews.scopes import COMPANY

MOST_EXAMPLES = 3
BANDS = ("in_time", "two_hours", "same_day", "later")
TWO_HOURS = 120  # minutes


@dataclass(slots=True)
class Talk:
    id: int
    customer: int
    team: int | None
    person: int
    outcome: str
    methods: tuple
    happened_at: object
    entered_at: object  # when it was written down (promptness.written_at)
    counted: bool  # not replaced by a correction
    timed: bool  # counts for the share within 30 minutes
    day_only: bool  # an entry of which only the day is known
    limit: int  # minutes
    needs: list = field(default_factory=list)  # (need id, kind, topic id, label, label_en, text)

    @property
    def lag(self):
        """Minutes from the end of the conversation to the entry."""
        return max((self.entered_at - self.happened_at).total_seconds() / 60, 0)

    @property
    def in_time(self):
        return self.timed and self.lag <= self.limit

    @property
    def band(self):
        """Which of BANDS a measured conversation falls into; empty for others."""
        if not self.timed or self.in_time:
            return "in_time" if self.timed else ""
        if self.lag <= TWO_HOURS:
            return "two_hours"
        return "same_day" if today(self.entered_at) == today(self.happened_at) else "later"


def known_talks(scope, as_of):
    """Follow-ups of a scope as they were known at a moment, each with `replaced`."""
    correction = FollowUp.objects.filter(corrects=OuterRef("pk"), corrects__isnull=False, entered_at__lte=as_of).filter(
        Q(voided_at=None) | Q(voided_at__gt=as_of)
    )
    known = FollowUp.objects.filter(scope.talks(), entered_at__lte=as_of)
    return known.filter(Q(voided_at=None) | Q(voided_at__gt=as_of)).annotate(replaced=Exists(correction))


def read_talks(scope, start, end, as_of, limit, then=None):
    """The follow-ups of [start, end) with their needs. One query. `then` (reviews/past.py) says whose they were on a
    day gone by; what an author changed in one within its first day is read as it stands now."""
    rows = (
        with_leave(known_talks(COMPANY if then else scope, as_of))
        .filter(happened_at__gte=start, happened_at__lt=end)
        .order_by("happened_at", "pk", "needs__pk")
        .values_list(
            "pk", "customer_id", "customer__team_id", "talked_by_id", "outcome", "methods", "happened_at", "entered_at",
            "replaced", "time_known", "source", "corrects_id", "draft_started_at", "on_leave",
            "needs__pk", "needs__kind", "needs__topic_id", F("needs__topic__label"), F("needs__topic__label_en"),
            "needs__text",
        )
    )
    found, calendar = {}, Calendar.load()
    for row in rows:
        pk, customer, team, person, outcome, methods, happened, entered, replaced, known, source, corrects = row[:12]
        draft, away, need = row[12], row[13], row[14:]
        if pk not in found:
            names = tuple(name for name in methods.split(",") if name)
            mine = is_entry(outcome=outcome, source=source, corrects=corrects)
            mine = mine and not away and calendar.works(today(happened))
            written = written_at(
                source=source, happened_at=happened, entered_at=entered, draft_started_at=draft
            )
            found[pk] = Talk(
                pk, customer, team, person, outcome, names, happened, written, not replaced, mine and known,
                mine and not known, limit,
            )
        if need[0] is not None:
            found[pk].needs.append(tuple(need))
    return list(then.talks(found.values(), scope) if then else found.values())


@dataclass(frozen=True)
class Counts:
    """How many conversations a stretch had, and {(kind, topic or 0): how often it was said}."""

    talks: int
    topics: dict


def count_talks(scope, start, end, as_of, then=None):
    """The Counts of the conversations of [start, end), counted by the database. One query."""
    if then:  # whose they were is not in their rows
        mine = [talk for talk in read_talks(scope, start, end, as_of, 0, then) if talk.counted]
        return Counts(len(mine), Counter((need[1], need[2] or 0) for talk in mine for need in talk.needs))
    rows = known_talks(scope, as_of).filter(happened_at__gte=start, happened_at__lt=end, replaced=False).order_by()
    said_of = rows.filter(needs__isnull=False).values_list("needs__kind", "needs__topic_id").annotate(n=Count("needs"))
    nobody, nothing = Value("", CharField()), Value(None, BigIntegerField())
    all_of_them = rows.values_list(nobody, nothing).annotate(n=Count("pk"))
    found = {(kind, topic or 0): n for kind, topic, n in said_of.union(all_of_them, all=True)}
    return Counts(found.pop(("", 0), 0), found)


def talk_figures(talks):
    """{"total", "outcomes", "methods", "timed", "in_time", "share", "median"} of the talks of one period."""
    counted = [talk for talk in talks if talk.counted]
    timed = [talk for talk in talks if talk.timed]
    in_time = [talk for talk in timed if talk.in_time]
    return {
        "total": len(counted),
        "outcomes": dict(Counter(talk.outcome for talk in counted)),
        "methods": dict(Counter(name for talk in counted for name in talk.methods).most_common()),
        "timed": len(timed),
        "in_time": len(in_time),
        "share": round(len(in_time) / len(timed), 4) if timed else None,
        "median": round(median(talk.lag for talk in timed), 1) if timed else None,
    }


def topics(talks, kind, *, before):
    """What was said of one kind, most frequent first: [{"topic", "label", "label_en", "count", "customers", "change",
    "examples"}]; topic 0 gathers what has no tag, always last. `before`: how often each was said the period before."""
    lines = []
    for topic, needs in said(talks, kind).items():
        label, label_en = next(((zh, en) for _c, _id, _k, _t, zh, en, _x in needs), ("", ""))
        lines.append(
            {
                "topic": topic, "label": label or "", "label_en": label_en or "", "count": len(needs),
                "customers": len({need[0] for need in needs}), "change": len(needs) - before.get((kind, topic), 0),
                "examples": [need[1] for need in needs if need[6]][-MOST_EXAMPLES:],
            }
        )
    return sorted(lines, key=lambda line: (line["topic"] == 0, -line["count"], line["topic"]))


def said(talks, kind):
    """{topic or 0: [(customer, need id, kind, topic, label, label_en, text)…]} of counted talks."""
    found = {}
    for talk in talks:
        if talk.counted:
            for need in talk.needs:
                if need[1] == kind:
                    found.setdefault(need[2] or 0, []).append((talk.customer, *need))
    return found


NEED, OBJECTION = Topic.Kind.NEED, Topic.Kind.OBJECTION
