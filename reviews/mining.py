"""The job that finds a week's themes: reads conversations, cuts their words, keeps what rose for each scope (M8).

Read are the counted follow-ups (reviews/talk.py) of the week and the eight before, company-wide, once; phrases are
found in all of them together, so that a small team has the benefit of the others' words. What rose is judged for the
company, each selling department and each team by its own conversations. For a person it is not: his own words are no
theme.

Beside each theme stands what came of the deals behind it, as known then: of the customers who said it in these nine
weeks, the deals that stood in an open stage at its first conversation (as reviews/answered.py finds them) and are
**won** or **lost** by now; of those who said it in this week, the deals still **open**, with their amount in CNY.
"""

import datetime as dt
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from decimal import Decimal

from core.periods import period_of, today
from customers.cutting import cut
from customers.models import TopicWord
from customers.phrasing import phrases_of
from pipeline.models import StageProgress
from reviews.answered import stage_then
from reviews.flows import left_known
from reviews.models import Review, Themes
from reviews.rising import Rise, Said, rising, without
from reviews.scopes import COMPANY, read_stages, survey, teams_below
from reviews.talk import known_talks

WEEKS = 8  # before the one looked at
CLOSED = 4  # of the newest closed weeks, those that have no themes yet are made up for
AT_ONCE = 500  # customers a statement names


@dataclass
class Theme:
    """As it is kept: ids of the week's follow-ups, oldest first, and of deals; `before` counts those of WEEKS weeks."""

    phrase: str
    logs: list
    customers: int
    before: int
    won: list
    lost: list
    open: list  # [[deal, its amount in CNY with two places, "" without]]

    @property
    def amount(self):
        """CNY of the open deals."""
        return sum((Decimal(amount) for _deal, amount in self.open if amount), Decimal())


@dataclass(frozen=True, slots=True)
class Talk:
    id: int
    customer: int
    team: int | None
    at: dt.datetime
    in_week: bool


def mine_due(*, now, progress=None):
    """The running week, and closed ones whose last word is not said yet. Returns {"weeks": [codes], "themes": n}."""
    week = period_of("week", today(now))
    due, closed = [week], week
    for _n in range(CLOSED):
        closed = closed.previous()
        due.append(closed)
    frozen = dict(Review.objects.frozen().filter(kind="week", scope=COMPANY.kind, period__in=[
        one.code for one in due]).values_list("period", "as_of"))
    done = set(Themes.objects.filter(is_final=True, scope=COMPANY.kind).values_list("period", flat=True))
    due = [one for one in due if one is week or (one.code in frozen and one.code not in done)]
    kept = 0
    for n, one in enumerate(due, 1):
        kept += mine(one, as_of=frozen.get(one.code) or now, final=one.code in frozen)
        if progress:
            progress(n, len(due))
    return {"weeks": [one.code for one in due], "themes": kept}


def mine(period, *, as_of, final):
    """Find and keep the themes of a week for every scope as known at a moment. What is final is not written again.
    Returns how many themes there are in all."""
    known = survey()
    talks, texts = read(period, as_of)
    left_out = TopicWord.objects.in_use().filter(topic=None).values_list("key", flat=True)
    said = without(phrases_of(texts), list(left_out))
    below = teams_below(known)
    places = [(COMPANY, None)] + [(scope, below[scope.id]) for scope in known.departments if scope.sells]
    places += [(scope, {scope.id}) for scope in known.teams]
    found = {scope: _rising(said, talks, teams) for scope, teams in places}
    themes = with_deals(found, talks, as_of)
    behind = topics_behind(period, places, as_of)
    rows = Themes.objects.filter(period=period.code)
    have = {(row.scope, row.scope_id): row for row in rows}
    for scope, _teams in places:
        row = have.get((scope.kind, scope.id))
        values = {"found": [asdict(theme) for theme in themes[scope]], "topics": behind[scope], "as_of": as_of,
                  "is_final": final}
        if row is None:
            Themes.objects.get_or_create(
                period=period.code, scope=scope.kind, scope_id=scope.id, defaults=values
            )
        else:
            rows.filter(pk=row.pk, is_final=False).update(**values)
    return sum(map(len, themes.values()))


def read(period, as_of):
    """([Talk], [the words of its text]) of the week and those before it, side by side. One query; the texts
    themselves are let go at once, and a word is held once however often it was said."""
    rows = known_talks(COMPANY, as_of).filter(
        replaced=False, happened_at__gte=_first(period).starts_at, happened_at__lt=min(period.ends_at, as_of)
    )
    rows = rows.exclude(text="").order_by("happened_at", "pk").values_list(
        "pk", "customer_id", "customer__team_id", "happened_at", "text"
    )
    talks, texts = [], []
    for pk, customer, team, at, text in rows.iterator(chunk_size=2000):
        talks.append(Talk(pk, customer, team, at, at >= period.starts_at))
        texts.append([sys.intern(word) for word in cut(text)])
    return talks, texts


def topics_behind(period, places, as_of):
    """{scope: {key of a topic, as JSON keeps it: its Theme as a dict}} of the needs and objections of the week."""
    talks, said = read_topics(period, as_of)
    found = {
        scope: [Rise(one, 0.0, 0.0) for one in _in_scope(said, talks, teams)] for scope, teams in places
    }
    themes = with_deals(found, talks, as_of)
    return {scope: {theme.phrase: asdict(theme) for theme in themes[scope]} for scope, _teams in places}


def read_topics(period, as_of):
    """([Talk], {topic as text: places of the talks in which it was noted}) of the week and those before it."""
    rows = known_talks(COMPANY, as_of).filter(
        replaced=False, happened_at__gte=_first(period).starts_at, happened_at__lt=min(period.ends_at, as_of),
        needs__topic__isnull=False,
    )
    talks, said = {}, defaultdict(set)
    for pk, customer, team, at, topic in rows.order_by("happened_at", "pk").values_list(
        "pk", "customer_id", "customer__team_id", "happened_at", "needs__topic"
    ):
        place, _talk = talks.setdefault(pk, (len(talks), Talk(pk, customer, team, at, at >= period.starts_at)))
        said[str(topic)].add(place)
    return [talk for _place, talk in talks.values()], said


def _first(period):
    """The first of the WEEKS weeks before."""
    for _n in range(WEEKS):
        period = period.previous()
    return period


def _rising(said, talks, teams):
    """[Rise] of the conversations of some teams, None for all."""
    week, before = _sides(talks, teams)
    return rising(_in_scope(said, talks, teams), week=len(week), before=len(before))


def _in_scope(said, talks, teams):
    """[Said] of what was said in the week, by the conversations of some teams."""
    week, before = _sides(talks, teams)
    found = []
    for phrase, where in said.items():
        mine = frozenset(where & week)
        if mine:
            customers = len({talks[n].customer for n in mine})
            found.append(Said(phrase, mine, customers, frozenset(where & before)))
    return found


def _sides(talks, teams):
    """(places of the week's conversations, of those before) of some teams, None for all."""
    mine = [n for n, talk in enumerate(talks) if teams is None or talk.team in teams]
    return {n for n in mine if talks[n].in_week}, {n for n in mine if not talks[n].in_week}


def with_deals(found, talks, as_of):
    """{scope: [Theme]} of {scope: [Rise]}."""
    keys = {talks[n].customer for rises in found.values() for rise in rises for n in rise.said.week | rise.said.before}
    stays, amounts, kinds = stays_of(keys, as_of)
    themes = {}
    for scope, rises in found.items():
        themes[scope] = []
        for rise in rises:
            first, here = {}, {talks[n].customer for n in rise.said.week}
            for n in sorted(rise.said.week | rise.said.before):  # in the order of time
                first.setdefault(talks[n].customer, talks[n].at)
            fates = defaultdict(list)
            for customer, at in first.items():
                for deal, mine in stays.get(customer, {}).items():
                    if stage_then(mine, at, kinds, named=False):
                        now = kinds[mine[-1][0]]
                        fate = "won" if now.is_won else "lost" if now.kind == "lost" else "open"
                        if fate != "open" or customer in here:
                            fates[fate].append(deal)
            worth = [[deal, "" if amounts[deal] is None else f"{amounts[deal]:.2f}"] for deal in sorted(fates["open"])]
            themes[scope].append(Theme(
                rise.said.phrase, [talks[n].id for n in sorted(rise.said.week)], rise.said.customers,
                len(rise.said.before), sorted(fates["won"]), sorted(fates["lost"]), worth,
            ))
    return themes


def stays_of(customers, as_of):
    """({customer: {deal: [(stage, entered_at, left_at)…]}}, {deal: CNY or None}, {stage: StageFact}) as known then."""
    kinds = {fact.id: fact for fact in read_stages()}
    found, amounts, keys = defaultdict(lambda: defaultdict(list)), {}, sorted(customers)
    for start in range(0, len(keys), AT_ONCE):
        known = StageProgress.objects.as_of(as_of).filter(deal__customer__in=keys[start : start + AT_ONCE])
        for customer, deal, amount, *stay in known.annotate(left=left_known(as_of)).order_by(
            "entered_at", "pk"
        ).values_list("deal__customer_id", "deal_id", "deal__amount", "stage_id", "entered_at", "left"):
            found[customer][deal].append(stay)
            amounts[deal] = amount
    return found, amounts, kinds
