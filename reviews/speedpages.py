"""The pages behind the two figures of time: first response by rep and source (R11), contract approval by rep and
against an earlier period (R13), and what narrows their lists."""

from dataclasses import dataclass

from accounts.calendar import Calendar
from reviews.approvals import approval_days, read_approvals
from reviews.people import NOBODY
from reviews.responses import CLOCKS, first_response, leads_behind, read_leads

EARLIER = 12  # months or four quarters that an approval may be compared with


@dataclass(frozen=True)
class Line:
    """One rep or source: how it is asked for, its label (None: nobody, no source), and its figures."""

    narrow: dict
    label: str | None
    figures: object


def leads_of(period, scope, *, now):
    return read_leads(scope, period.starts_at, min(period.ends_at, now), now=now, calendar=Calendar.load())


def approvals_of(period, scope, *, now):
    return read_approvals(scope, period.starts_at, min(period.ends_at, now), calendar=Calendar.load())


def on_both_clocks(leads):
    return [first_response(leads, clock) for clock in CLOCKS]


def by_source(leads):
    """A Line for each source, in its own words, the most leads first, those without one last."""
    groups = grouped(leads, lambda lead: lead.source)
    order = sorted(groups.items(), key=lambda one: (one[0] == "", -len(one[1]), one[0]))
    return [Line({"source": source or "-"}, source or None, on_both_clocks(mine)) for source, mine in order]


def by_person(rows, figures, known):
    """A Line for each person with rows, in the order of the survey, nobody's last; no ranking."""
    groups = grouped(rows, lambda row: row.person or NOBODY)
    order = [person.id for person in known.people if person.id in groups]
    order += [pk for pk in groups if pk not in order and pk != NOBODY] + [NOBODY] * (NOBODY in groups)
    return [Line({"person": pk}, name_of(pk, known), figures(groups[pk])) for pk in order]


def name_of(pk, known):
    """A person's name, empty for one who left, None for nobody."""
    person = known.named("person", pk) if pk else None
    return None if not pk else person.label if person else ""


def grouped(rows, key):
    found = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def earlier(period):
    """The periods before, newest first, that this one may be compared with."""
    found = [period.previous()]
    while len(found) < (EARLIER if period.kind == "month" else EARLIER // 3):
        found.append(found[-1].previous())
    return found


def compared_with(period, code):
    """The earlier period asked for; the one just before without a code; None for one that is not offered."""
    return next((one for one in earlier(period) if one.code == code), None) if code else period.previous()


def narrowed(rows, *, person=None, source=None):
    """The rows of one person (NOBODY for nobody's) and one source ("-" for none)."""
    return [
        row for row in rows
        if (person is None or (row.person or NOBODY) == person)
        and (source is None or row.source == ("" if source == "-" else source))
    ]


def response_lines(leads, of):
    """The leads behind one figure written as "elapsed-late"; None for no figure."""
    clock, _dash, state = of.partition("-")
    try:
        return leads_behind(leads, clock, state) if clock in CLOCKS else None
    except KeyError:
        return None


def shift(approvals, before):
    """By how many working days the mean changed against the period before; None when either has none."""
    now, then = approval_days(approvals), approval_days(before)
    return None if now.mean is None or then.mean is None else round(now.mean - then.mean, 1)

