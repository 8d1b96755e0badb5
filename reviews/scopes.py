"""Whose figures: the company, a department, a team or a person, and who may read which (D1, D8, D31).

What belongs to a scope follows the customer, so that the list behind a number is what its reader may open (D2):
a team or department has the customers of its teams; a person has the customers he owns, the deals he is the rep of
(the customer's owner where a deal names no rep) and the conversations he had himself.
"""

from dataclasses import dataclass, field

from django.db.models import CharField, F, IntegerField, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Department, Team, User
from customers.models import Customer, Method
from pipeline.models import Stage
from pipeline.models.stage import place_of
from reviews.models import Scope as Kind


@dataclass(frozen=True)
class Scope:
    """kind (company, department, team, person) and the id of the place or person; 0 for the company."""

    kind: str
    id: int = 0
    name: str = field(default="", compare=False)
    name_en: str = field(default="", compare=False)
    parent: int = field(default=0, compare=False)  # a team's department, a person's team
    serves: bool = field(default=False, compare=False)  # a department that takes requests
    sells: bool = field(default=True, compare=False)

    @property
    def code(self):
        """company, team-3, person-12: how a scope is written in a query string."""
        return self.kind if self.kind == Kind.COMPANY else f"{self.kind}-{self.id}"

    @property
    def label(self):
        if self.kind == Kind.COMPANY:
            return _("Company")
        return (self.name_en or self.name) if (get_language() or "").startswith("en") else self.name

    def __str__(self):
        return self.label

    # --- what belongs to it, as conditions of a query ---
    def teams(self, prefix=""):
        """Rows that reach a team by `prefix` (team__, customer__team__)."""
        if self.kind == Kind.TEAM:
            return Q(**{f"{prefix}pk": self.id})
        inside = Q(**{f"{prefix}department": self.id})
        return inside | Q(**{f"{prefix}department__path__contains": f"/{self.id}/"})

    def customers(self, prefix=""):
        """Customers by `prefix` (nothing, customer__): the owner for a person."""
        if self.kind == Kind.COMPANY and prefix:  # of all rows the few that are not meant, without joining customers
            return ~Q(**{f"{prefix.removesuffix('__')}__in": Customer.objects.filter(merged_into__isnull=False)})
        standing = Q(**{f"{prefix}merged_into": None})
        if self.kind == Kind.COMPANY:
            return standing
        if self.kind == Kind.PERSON:
            return standing & Q(**{f"{prefix}owner": self.id})
        return standing & self.teams(f"{prefix}team__")

    def deals(self, prefix=""):
        """Deals by `prefix` (nothing, deal__): the rep for a person, the customer's owner where there is none."""
        standing = Q(**{f"{prefix}customer__merged_into": None})
        if self.kind == Kind.PERSON:
            rep, owner = f"{prefix}rep", f"{prefix}customer__owner"
            return standing & (Q(**{rep: self.id}) | Q(**{rep: None, owner: self.id}))
        return self.customers(f"{prefix}customer__")

    def talks(self):
        """Follow-ups: by whom he talked for a person, by the customer's team else."""
        if self.kind == Kind.PERSON:
            return Q(talked_by=self.id, customer__merged_into=None)
        return self.customers("customer__")


COMPANY = Scope(Kind.COMPANY)
IN_USE = Q(retired_at=None, playbook__is_active=True)  # stages that always have a line; others only with figures


def person_of_deal(prefix=""):
    """The one person a deal is counted for, as an expression."""
    return Coalesce(f"{prefix}rep_id", f"{prefix}customer__owner_id")


@dataclass(frozen=True)
class Survey:
    """The places, people, stages and ways to talk a report speaks of, read at once."""

    departments: tuple
    teams: tuple
    people: tuple  # who sells, active or not
    stages: tuple  # StageFact
    methods: dict  # code → {"label", "label_en"} of a way to talk

    def named(self, kind, pk):
        """The scope of a place or person, for a label; None when unknown."""
        among = {Kind.DEPARTMENT: self.departments, Kind.TEAM: self.teams, Kind.PERSON: self.people}[kind]
        return next((scope for scope in among if scope.id == pk), None)


@dataclass(frozen=True)
class StageFact:
    """A stage as a report uses it."""

    id: int
    position: int
    kind: str
    label: str
    label_en: str
    live: bool
    playbook: int = 0

    @property
    def place(self):
        """As Stage.place: where it stands among all stages of its playbook."""
        return place_of(self.position, not self.live, self.id)

    @property
    def is_open(self):
        return self.kind == "open"

    @property
    def is_won(self):
        return self.kind in ("won", "after")


def survey():
    """One query for departments, teams, people and stages."""

    def text(value):
        return value if isinstance(value, F) else Value(value, output_field=CharField())

    def number(value):
        return F(value) if isinstance(value, str) else Value(value, output_field=IntegerField())

    def rows(queryset, what, name, name_en, parent, kind, position):
        return queryset.order_by().values_list(
            text(what), "pk", text(name), text(name_en), number(parent), text(kind), number(position)
        )

    flag = {"sells": "sells", "serves": "serves"}
    both = Department.objects.filter(is_active=True)
    found = rows(both.filter(sells=True), "department", F("name"), F("name_en"), "parent_id", "sells", "position")
    found = found.union(
        rows(both.filter(serves=True), "department", F("name"), F("name_en"), "parent_id", "serves", "position"),
        rows(Team.objects.filter(is_active=True), "team", F("name"), F("name_en"), "department_id", "", 0),
        rows(User.objects.filter(role__in=["rep", "manager"], is_active=True), "person", F("name"), "", "team_id", "",
             0),
        rows(Stage.objects.filter(IN_USE), "stage", F("label"), F("label_en"), "playbook_id", F("kind"),
             "position"),
        rows(Stage.objects.exclude(IN_USE), "retired", F("label"), F("label_en"), "playbook_id", F("kind"),
             "position"),
        rows(Method.objects.all(), "method", F("label"), F("label_en"), 0, F("code"), "position"),
        all=True,
    )
    departments, teams, people, stages, methods = {}, [], [], [], {}
    for what, pk, name, name_en, parent, kind, position in found:
        if what == "department":
            departments.setdefault(pk, [position, name, name_en, parent or 0, set()])[4].add(flag[kind])
        elif what == "team":
            teams.append(Scope(Kind.TEAM, pk, name, name_en, parent or 0))
        elif what == "person":
            people.append(Scope(Kind.PERSON, pk, name, "", parent or 0))
        elif what == "method":
            methods[kind] = {"label": name, "label_en": name_en}
        else:
            stages.append((parent, position, pk, StageFact(pk, position, kind, name, name_en, what == "stage", parent)))
    places = [
        (position, pk, Scope(Kind.DEPARTMENT, pk, name, name_en, parent, "serves" in does, "sells" in does))
        for pk, (position, name, name_en, parent, does) in departments.items()
    ]
    return Survey(
        tuple(scope for _p, _k, scope in sorted(places, key=lambda p: p[:2])),
        tuple(sorted(teams, key=lambda scope: scope.id)),
        tuple(sorted(people, key=lambda scope: (scope.parent, scope.id))),
        tuple(fact for *_rest, fact in sorted(stages, key=lambda s: (s[0], s[3].place))),
        methods,
    )


def read_stages():
    """The stages alone, in order: for figures computed outside a page."""
    rows = Stage.objects.order_by().values_list(
        "pk", "position", "kind", "label", "label_en", "retired_at", "playbook__is_active", "playbook_id"
    )
    facts = [
        StageFact(pk, at, kind, zh, en, on and gone is None, book) for pk, at, kind, zh, en, gone, on, book in rows
    ]
    return tuple(sorted(facts, key=lambda fact: (fact.playbook, fact.place)))


def scopes_of(user, known=None):
    """The scopes a person may read, the one shown first in front (D1, D8).

    Admin: company, departments, teams, people. Manager: the departments he heads, the company where he leads all its
    teams and so sets its target, the teams he leads with their people, himself. Rep: himself. Support: his
    department's requests.
    """
    known = known or survey()
    if user.is_admin:
        return [COMPANY, *known.departments, *known.teams, *known.people]
    if user.is_support:
        return [scope for scope in known.departments if scope.id == user.department_id]
    me = known.named(Kind.PERSON, user.pk) or Scope(Kind.PERSON, user.pk, user.name, "", user.team_id or 0)
    if not user.is_manager:
        return [me]
    led = set(user.teams_led())
    teams = [scope for scope in known.teams if scope.id in led]
    people = [scope for scope in known.people if scope.parent in led and scope.id != user.pk]
    company = [COMPANY] if leads_all(user, known) else []
    return [*departments_led(known, led), *company, *teams, *people, me]


def leads_all(user, known):
    """Whether the manager leads every team: the company's figures and target are his too (D1)."""
    teams = {team.id for team in known.teams}
    return user.is_manager and bool(teams) and teams <= set(user.teams_led())


def departments_led(known, led):
    """Sales departments of which the manager leads every team, at least two of them or the whole tree below:
    the director's view."""
    teams_of = teams_below(known)
    return [
        scope for scope in known.departments
        if scope.sells and len(teams_of[scope.id]) > 1 and teams_of[scope.id] <= led
    ]


def teams_below(known):
    """{department: ids of the teams in it and in the departments below}."""
    parents = {scope.id: scope.parent for scope in known.departments}
    found = {scope.id: set() for scope in known.departments}
    for team in known.teams:
        place = team.parent
        while place in found:
            found[place].add(team.id)
            place = parents[place]
    return found


def find_scope(code, scopes):
    """The scope written as `code` among those a person may read, the first one without a code; None: not his."""
    if not code:
        return next(iter(scopes), None)
    return next((scope for scope in scopes if scope.code == code), None)
