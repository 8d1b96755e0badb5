"""The same figures split by team and by person: lines of the two tables in a review."""

from collections import Counter

from reviews.attaining import against, signed
from reviews.models import Scope as Kind

NOBODY = 0  # deals without a rep and customers without an owner


def by_person(talks, people):
    """[(person scope, his talks)] for those who had any, in the order of `people`."""
    return [(one, mine) for one in people if (mine := [talk for talk in talks if talk.person == one.id])]


def _keys(scope):
    """Which tables a scope has: [(name, function of (team, person) to its id)]."""
    tables = []
    if scope.kind in (Kind.COMPANY, Kind.DEPARTMENT):
        tables.append((Kind.TEAM, lambda team, person: team or NOBODY))
    if scope.kind != Kind.PERSON:
        tables.append((Kind.PERSON, lambda team, person: person or NOBODY))
    return tables


def _split(moves, key):
    found = {}
    for move in moves:
        found.setdefault(key(move.stay.team, move.stay.person), []).append(move)
    return found


def week_by_place(scope, talks, flows, won, lost, amounts):
    """{"team": [line…], "person": [line…]}: conversations, deals moved on, won and lost of the week."""
    tables = {}
    for name, key in _keys(scope):
        spoke = Counter(key(talk.team, talk.person) for talk in talks if talk.counted)
        timed = Counter(key(talk.team, talk.person) for talk in talks if talk.timed)
        in_time = Counter(key(talk.team, talk.person) for talk in talks if talk.in_time)
        on, wins, losses = (_split(moves, key) for moves in (flows.entries("forward"), won, lost))
        tables[str(name)] = [
            {
                "id": pk, "talks": spoke[pk], "timed": timed[pk], "in_time": in_time[pk], "on": len(on.get(pk, ())),
                "won": len(wins.get(pk, ())), "amount": signed(wins.get(pk, ()), amounts),
                "lost": len(losses.get(pk, ())),
            }
            for pk in sorted({*spoke, *timed, *on, *wins, *losses}, key=lambda pk: (pk == NOBODY, pk))
        ]
    return tables


def month_by_place(scope, flows, standing, won, lost, amounts, newcomers, aims, paid=None):
    """{"team": [line…], "person": [line…]}: open deals at both ends, new, won, lost, new customers, target, and what
    was paid (reviews/payments.py) where payments are switched on."""
    tables = {}
    for name, key in _keys(scope):
        opening, closing = (standing.count(column, key) for column in (0, 1))
        new, wins, losses = (
            _split(moves, key) for moves in (flows.entries("new", "reopened"), won, lost)
        )
        fresh = Counter(key(change.team, change.person) for change in newcomers)
        with_aim = {pk for kind, pk, metric in aims if kind == name and metric == "signed"}
        if scope.kind != Kind.COMPANY:
            with_aim = set()  # another team's target says nothing here; its own people appear by what they did
        came_in = paid[str(name)] if paid else {}
        found = {*(+opening), *(+closing), *new, *wins, *losses, *fresh, *with_aim, *came_in}
        tables[str(name)] = [
            {
                "id": pk, "opening": opening[pk], "new": len(new.get(pk, ())), "closing": closing[pk],
                "won": len(wins.get(pk, ())), "lost": len(losses.get(pk, ())), "customers": fresh[pk],
                **against(signed(wins.get(pk, ()), amounts), aims.get((str(name), pk, "signed"))),
                **({"paid": came_in.get(pk, 0)} if paid else {}),
            }
            for pk in sorted(found, key=lambda pk: (pk == NOBODY, pk))
        ]
    return tables
