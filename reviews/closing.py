"""Closing a period: its figures are frozen, one row a scope, and whoever reads them hears once (D31, REL4).

A row is written by conditional update while it has no `as_of`, so a second run, another worker or a late one changes
nothing. What was missed is made up for: all periods since the last frozen one, at first the newest eight weeks or
twelve months in which anything was recorded.
"""

from django.utils import timezone

from accounts import switches
from accounts.models import User
from activity.recording import notify
from core.changing import change
from core.errors import Conflict
from core.periods import period_of, read_period, today
from customers.models import FollowUp
from pipeline.models import StageProgress
from reviews.contracts import inside_of
from reviews.figures import amounts_for, matured, monthly, plain, weekly
from reviews.frozen import Freezer
from reviews.models import Review
from reviews.rates import MATURE
from reviews.requested import request_figures
from reviews.scopes import COMPANY, Scope, scopes_of, survey
from reviews.stale import stale_ids

AT_FIRST = {"week": 8, "month": 12}


class StillOpen(ValueError):
    """The period is not over yet."""


def close_period(kind, code, *, now=None, progress=None, tell=True):
    """Freeze the period for every scope that lacks it. Returns {"period", "frozen", "told"}. Raises StillOpen, and
    ValueError for a code that is no week (month)."""
    now = now or timezone.now()
    period = read_period(code)
    if period.kind != kind:
        raise ValueError(f"{code} is not a {kind}")
    if not period.closed(now):
        raise StillOpen(code)
    known = survey()
    scopes = [COMPANY, *known.departments, *known.teams, *known.people]
    have = set(Review.objects.frozen().filter(kind=kind, period=code).values_list("scope", "scope_id"))
    missing = [scope for scope in scopes if (scope.kind, scope.id) not in have]
    frozen, contracts = 0, Freezer(period, known, now=now) if kind == "month" and missing else None
    amounts = amounts_for(period) if missing else None
    for n, scope in enumerate(missing, 1):
        frozen += freeze(row_of(period, scope), scope, period, known, now, contracts, amounts)
        if progress:
            progress(n, len(missing))
    told = tell_readers(period, known, now) if tell and is_news(period, now) else 0
    if kind == "month":
        close_matured(known, now)
    return {"period": code, "frozen": frozen, "told": told}


def row_of(period, scope):
    """The review of a period and scope, made when it is the first to be asked for."""
    return Review.objects.get_or_create(
        kind=period.kind, period=period.code, scope=scope.kind, scope_id=scope.id
    )[0]


def figures_of(period, scope, *, as_of, known, **ready):
    """The figures of any scope: those of sales, and what was asked of a department that serves."""
    figures = {}
    if scope.sells:
        compute = weekly if period.kind == "week" else monthly
        figures = compute(period, scope, as_of=as_of, stages=known.stages, **ready)
    if scope.serves:
        figures["requests"] = request_figures(scope, period, as_of=as_of, then=as_of if "then" in ready else None)
    return figures


def freeze(review, scope, period, known, now, contracts=None, amounts=None):
    """Write the figures unless they are there, with the month-start contract of who sells (`contracts`, a Freezer);
    `amounts` are those of the period, where they are read already. True when this call wrote them."""
    if review.is_frozen:
        return False
    figures = figures_of(period, scope, as_of=now, known=known, amounts=amounts)
    if "stale" in figures:  # nothing later tells who was quiet on that day, so the list itself is kept
        figures["stale"]["ids"] = stale_ids(scope, period, now, switches.everything())
    kept = contracts.figures(scope, inside_of(scope, known)) if contracts and scope.sells else None
    if kept:
        figures["contract"] = plain(kept)
    while True:
        try:
            return bool(change(review, by=None, when={"as_of__isnull": True}, figures=figures, as_of=now))
        except Conflict:  # frozen by another worker, or its texts were edited just now
            review.refresh_from_db()
            if review.is_frozen:
                return False


def close_matured(known, now):
    """Freeze the 60-day version of months old enough that have none (D27)."""
    rows = Review.objects.frozen().filter(kind="month", matured__isnull=True)
    for review in rows.order_by("period", "pk"):
        period = read_period(review.period)
        if period.ends_at + MATURE <= now:
            scope = Scope(review.scope, review.scope_id)
            rates = matured(period, scope, as_of=now, stages=known.stages)
            try:
                change(review, by=None, when={"matured__isnull": True}, matured=rates)
            except Conflict:
                continue  # written meanwhile, or on the next run


def is_news(period, now):
    """Whether its readers hear of it: the newest period that is over, of which something was recorded while it ran. One
    that was built again by hand, or filled by an import afterwards, is there without a word."""
    if period.next().closed(now):
        return False
    known = StageProgress.objects.filter(recorded_at__lt=period.ends_at), FollowUp.objects.filter(
        entered_at__lt=period.ends_at
    )
    return any(rows.exists() for rows in known)


def tell_readers(period, known, now):
    """One message a reader about the review he opens first: managers theirs, reps their own, support the department's.
    Told once, however often it is tried. Returns how many people have one."""
    reviews = {(r.scope, r.scope_id): r for r in Review.objects.frozen().filter(kind=period.kind, period=period.code)}
    company = reviews.get((COMPANY.kind, 0))
    if company is None:
        return 0
    people = User.objects.active().filter(role__in=["rep", "manager", "support"])
    readers = {}
    for person in people:
        first = next(iter(scopes_of(person, known)), None)
        review = first and reviews.get((first.kind, first.id))
        if review:
            readers.setdefault(review, []).append(person)
    for review, tell in readers.items():
        notify(
            "reviews.closed", review, tell=tell, at=now, key=f"review {period.kind} {period.code}",
            kind_of=period.kind, period=period.code,
        )
    return sum(len(tell) for tell in readers.values())


def missed(kind, now):
    """The closed periods that are not frozen yet, oldest first."""
    newest = period_of(kind, today(now)).previous()
    last = Review.objects.frozen().filter(kind=kind, scope=COMPANY.kind).order_by("-period").first()
    if last is None:
        first = _first_day()
        if first is None:
            return []
    found, period = [], newest
    while len(found) < (60 if last else AT_FIRST[kind]):
        if (last and period.code <= last.period) or (not last and period.last < first):
            break
        found.append(period)
        period = period.previous()
    return found[::-1]


def _first_day():
    """The company day of the first thing recorded; None in an empty house."""
    moments = [
        StageProgress.objects.order_by("entered_at").values_list("entered_at", flat=True).first(),
        FollowUp.objects.order_by("happened_at").values_list("happened_at", flat=True).first(),
    ]
    return min((today(moment) for moment in moments if moment), default=None)


def close_missed(kind, *, now=None, progress=None):
    """Close whatever is due; readers hear of the newest only. Returns {"closed": [codes], "frozen", "told"}."""
    now = now or timezone.now()
    periods = missed(kind, now)
    results = [
        close_period(kind, period.code, now=now, progress=progress, tell=period is periods[-1]) for period in periods
    ]
    if not periods:  # a person or team that came later gets its row, and a message that was not written is written
        newest = period_of(kind, today(now)).previous()
        if _first_day() is not None:
            results = [close_period(kind, newest.code, now=now, progress=progress)]
    return {
        "closed": [result["period"] for result in results],
        "frozen": sum(result["frozen"] for result in results),
        "told": sum(result["told"] for result in results),
    }
