"""A list of who sells, under which manager and in which office, as departments, teams and people who cannot sign in
before an admin gives them their link (D47).

The office is a sales department, the manager's team bears his name, since the list has no other name for it. Whoever
is here already stays as he is; a difference is said, not changed.
"""

from dataclasses import dataclass

from accounts.arranging import make_place
from accounts.changing import add_person, free_login
from accounts.models import Department, Team, User
from core.changing import change
from core.text import plain
from exchange.people import LONGEST
from exchange.problems import gettext_noop

COLUMNS = ("sales_agent", "manager", "regional_office")
EMPTY = gettext_noop("“%(column)s” is empty.")
LONG = gettext_noop("“%(value)s” has more than %(limit)s characters.")
TWICE = gettext_noop("“%(value)s” stands here a second time; the first row counts.")
HERE = gettext_noop("“%(value)s” is here already and stays as he is.")
SEVERAL = gettext_noop("Several people here are called “%(value)s”; nobody was made.")


@dataclass(frozen=True)
class Said:
    """One sentence about a cell of a row: `message` is a msgid, `params` its words; `wrong` rows are left out."""

    row: int
    field: str
    value: str
    message: str
    params: dict
    wrong: bool = False


def make_teams(rows, *, by, now):
    """Make what is missing of `rows`, [(row number, {column: text})] with COLUMNS. Returns ({what: how many made},
    [Said]). The caller holds the transaction; only an admin may."""
    made, said, seen = {"departments": 0, "teams": 0, "people": 0}, [], set()
    places, teams, people = _places(), _teams(), _people()
    for number, row in rows:
        texts = {name: " ".join(row.get(name, "").split()) for name in COLUMNS}
        if wrong := _wrong(number, texts, seen):
            said.append(wrong)
            continue
        agent, boss, office = (texts[name] for name in COLUMNS)
        seen.add(plain(agent))
        if (place := places.get(plain(office))) is None:
            place = places[plain(office)] = make_place(
                Department(name=office, sells=True, serves=False), by=by, now=now
            )
            made["departments"] += 1
        if (team := teams.get(plain(boss))) is None:
            team = teams[plain(boss)] = make_place(Team(name=boss, department=place), by=by, now=now)
            made["teams"] += 1
            manager = _person(number, "manager", boss, User.Role.MANAGER, team, people, made, said, by=by, now=now)
            if manager is not None:
                change(team, by=by, manager=manager)
        _person(number, "sales_agent", agent, User.Role.REP, team, people, made, said, by=by, now=now)
    return made, said


def _wrong(number, texts, seen):
    for name, text in texts.items():
        if not text:
            return Said(number, name, "", EMPTY, {"column": name}, wrong=True)
        if len(text) > LONGEST:
            return Said(number, name, text, LONG, {"value": text, "limit": LONGEST}, wrong=True)
    agent = texts["sales_agent"]
    return Said(number, "sales_agent", agent, TWICE, {"value": agent}, wrong=True) if plain(agent) in seen else None


def _person(number, field, name, role, team, people, made, said, *, by, now):
    """The person of this name, made when nobody bears it; None when several do."""
    same = people.get(plain(name), [])
    if same:
        message = HERE if len(same) == 1 else SEVERAL
        if len(same) > 1 or same[0].team_id != team.pk:
            said.append(Said(number, field, name, message, {"value": name}))
        return same[0] if len(same) == 1 else None
    user = add_person(
        by=by, now=now, role=role, name=name, username=free_login(name), team=team, department=team.department
    )
    people[plain(name)] = [user]
    made["people"] += 1
    return user


def _places():
    return {plain(one.name): one for one in Department.objects.filter(is_active=True, sells=True)}


def _teams():
    return {plain(one.name): one for one in Team.objects.filter(is_active=True).select_related("department")}


def _people():
    found = {}
    for user in User.objects.filter(is_active=True):
        found.setdefault(plain(user.name), []).append(user)
    return found
