"""Many people at once, from a list: name, mobile, department, team, role, superior (S24).

    plan = check(rows)            every row with its problems and what would be made; reads only (hirechecking.py)
    made = hire(plan, …)          the accounts with their one-time tokens, all or nothing

Who is somebody's superior is no field of its own: a rep's leads his team, a manager's heads the sales department,
anybody else's heads his department. What of these is missing is made, what says otherwise is a problem of its row.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.arranging import make_place
from accounts.changing import add_person, free_login
from accounts.happened import happened
from accounts.inviting import invite
from accounts.models import Department, Team, User
from core.changing import change
from core.errors import Refused

MOST = 500


@dataclass(eq=False)
class Row:
    """One person of the list. The texts as typed; `problems` and `notes` are sentences; `here` is the account that
    bears this name and number already. What follows from the texts is filled in by check()."""

    number: int
    name: str = ""
    mobile: str = ""
    department: str = ""
    team: str = ""
    role: str = ""
    superior: str = ""
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    here: User | None = None
    as_role: str = ""
    heads: bool = False  # his role says that he leads his department
    place: Department | None = None  # unsaved ones are made
    group: Team | None = None
    boss: object = None  # a Row or a User

    @property
    def is_good(self):
        return not self.problems and self.here is None

    @property
    def role_words(self):
        return User.Role(self.as_role).label if self.as_role else ""


@dataclass
class Plan:
    rows: list
    leads: list = field(default_factory=list)  # (department or team, the Row or User who is to lead it)

    @property
    def good(self):
        return [row for row in self.rows if row.is_good]

    @property
    def wrong(self):
        return [row for row in self.rows if row.problems]

    @property
    def here(self):
        return [row for row in self.rows if row.here and not row.problems]

    @property
    def new_places(self):
        """Names of departments and teams that the good rows need and nobody has made."""
        found = [one for row in self.good for one in (row.place, row.group) if one is not None and one.pk is None]
        return list(dict.fromkeys(one.name for one in found))


@transaction.atomic
def hire(plan, *, by, now, only_good=False):
    """Make what the good rows need, then their accounts, then who leads what. Returns [(User, one-time token)]; tokens
    are shown once. Raises Refused when a row has a problem and `only_good` was not asked for, or nobody is left."""
    if plan.wrong and not only_good:
        raise Refused(_("Some rows have a problem: nobody was added."))
    if not plan.good:
        raise Refused(_("There is nobody to add."))
    made = {}
    for row in plan.good:
        _make(row.place, by=by, now=now)
        _make(row.group, by=by, now=now)
        made[id(row)] = add_person(
            by=by, now=now, role=row.as_role, name=row.name, username=free_login(row.name), mobile=row.mobile,
            department=row.place, team=row.group,
        )  # fmt: skip
    for it, boss in plan.leads:
        user = made.get(id(boss)) if isinstance(boss, Row) else boss
        if user is not None and it.pk is not None:
            name = "manager" if isinstance(it, Team) else "lead"
            change(it, by=by, **{name: user})
            happened("accounts.place_changed", it, by=by, at=now, name=it.name, fields=[name], version=it.version)
    return [(user, invite(user, by=by, now=now)) for user in made.values()]


def _make(it, *, by, now):
    """A department or team that is not there yet, and what it hangs below."""
    if it is None or it.pk is not None:
        return
    above = "department" if isinstance(it, Team) else "parent"
    upper = getattr(it, above)
    _make(upper, by=by, now=now)
    setattr(it, above, upper)  # its key, which it has only now
    make_place(it, by=by, now=now)
