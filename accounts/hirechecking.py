"""The check of a list of people: who is meant, where he works, as what, under whom (accounts/hiring.py)."""

from collections import Counter

from django.utils.translation import gettext as _

from accounts.hiring import Plan, Row
from accounts.hiringwords import BOSS, role_of, sounds_like_sales, split_place
from accounts.models import Department, Team, User
from core.text import controls, phone_key, plain

REP, MANAGER, SUPPORT, ADMIN = User.Role.REP, User.Role.MANAGER, User.Role.SUPPORT, User.Role.ADMIN


def check(rows):
    """A Plan of Rows as they were typed. Writes nothing; six queries whatever their number."""
    checker = Checker(rows)
    checker.run()
    return Plan(rows, list(checker.leads.values()))


class Checker:
    def __init__(self, rows):
        self.rows = rows
        self.people = list(User.objects.select_related("department", "team"))
        self.by_mobile = {one.mobile: one for one in self.people if one.mobile}
        self.by_name = {}
        for one in self.people:
            if one.is_active:
                self.by_name.setdefault(plain(one.name), []).append(one)
        self.places, self.groups = {}, {}
        for one in Department.objects.filter(is_active=True).select_related("lead"):
            self.places |= {plain(word): one for word in (one.name_en, one.name) if word}
        for one in Team.objects.filter(is_active=True).select_related("department", "manager"):
            self.groups |= {plain(word): one for word in (one.name_en, one.name) if word}
        self.bosses = {plain(row.superior) for row in rows if row.superior}
        self.leads = {}

    def run(self):
        numbers = Counter(phone_key(row.mobile) for row in self.rows if row.mobile)
        names = Counter(plain(row.name) for row in self.rows)
        for row in self.rows:
            self.who(row, numbers, names)
        for row in self.rows:
            if row.here is None:
                self.where(row)
        for row in self.rows:
            if row.here is None:
                self.what(row)
        for row in self.rows:
            self.under(row)
        for row in self.rows:
            self.circle(row)
        for row in self.rows:
            self.leading(row)
        for row in self.rows:  # nobody is hired under somebody who is not
            if isinstance(row.boss, Row) and row.boss.problems and not row.problems:
                row.problems.append(_("The row of {name} has a problem").format(name=row.boss.name))

    def who(self, row, numbers, names):
        """Name and number: there, readable, once in the list, nobody else's."""
        row.name, typed = " ".join(row.name.split()), row.mobile
        row.mobile = phone_key(typed)
        if not row.name:
            row.problems.append(_("The name is empty: fill it in, or delete the row"))
        elif len(row.name) > 60 or controls(row.name):
            row.problems.append(_("This is not a name: at most 60 characters"))
        if typed.strip() and not (len(row.mobile) >= 5 and "*" not in row.mobile):
            row.problems.append(_("“{value}” is not a phone number").format(value=typed))
        elif row.mobile and numbers[row.mobile] > 1:
            row.problems.append(_("This mobile stands in the list more than once: keep one row"))
        elif row.name and names[plain(row.name)] > 1 and not row.mobile:
            row.problems.append(_("This name stands in the list more than once: a mobile tells them apart"))
        if not row.problems:
            self.known(row)

    def known(self, row):
        owner = self.by_mobile.get(row.mobile) if row.mobile else None
        same = self.by_name.get(plain(row.name), [])
        if owner and plain(owner.name) != plain(row.name):
            row.problems.append(_("{name} has this number already").format(name=owner.name))
        elif owner and not owner.is_active:
            row.problems.append(_("{name} is deactivated: activate him again on his page").format(name=owner.name))
        elif owner:
            row.here = owner
        elif same and not row.mobile:
            row.here = same[0]
        elif any(not one.mobile for one in same):
            said = _("{name} is here without a mobile: enter it on his page, and leave the row out")
            row.problems.append(said.format(name=row.name))
        elif same:
            row.notes.append(_("Another person of this name is here already"))

    def where(self, row):
        """Department and team, matched or to be made."""
        parts = split_place(row.department) + ([row.team.strip()] if row.team.strip() else [])
        if len(parts) > 2:
            row.problems.append(_("Write at most department / team"))
        elif any(len(part) > 60 or controls(part) for part in parts):
            row.problems.append(_("A department's name has at most 60 characters"))
        elif len(parts) == 1 and plain(parts[0]) in self.groups and plain(parts[0]) not in self.places:
            row.group = self.groups[plain(parts[0])]
            row.place = row.group.department
        elif parts:
            row.place = self.places.setdefault(
                plain(parts[0]), Department(name=parts[0], sells=sounds_like_sales(parts[0]), serves=False)
            )
            if len(parts) == 2:
                self.inside(row, parts[1])

    def inside(self, row, name):
        """A team of a department, or a department below it."""
        if (found := self.groups.get(plain(name))) is not None:
            row.group = found
            if plain(found.department.name) != plain(row.place.name):
                row.problems.append(_("The team “{team}” belongs to {department}").format(
                    team=found.name, department=found.department.name))  # fmt: skip
        elif plain(name) in self.places:
            row.place = self.places[plain(name)]
        elif row.place.sells or role_of(row.role) in (REP, MANAGER):
            row.group = self.groups[plain(name)] = Team(name=name, department=row.place)
        else:
            row.place = self.places[plain(name)] = Department(name=name, parent=row.place, serves=True)

    def what(self, row):
        """The role, by its word, else by the department."""
        said = role_of(row.role)
        if said is None:
            row.problems.append(_("The role “{value}” is not known: write sales rep, sales manager, support or "
                                  "administrator").format(value=row.role))  # fmt: skip
            return
        if said in (REP, MANAGER) and row.place is not None and not row.place.sells:
            if row.place.pk:
                row.problems.append(_("“{department}” is not a sales department: change that in Departments, or the "
                                      "role").format(department=row.place.name))  # fmt: skip
                return
            row.place.sells = True
        sells = row.place is not None and row.place.sells
        row.heads = said == BOSS and not sells
        if said == BOSS:
            said = MANAGER if sells else SUPPORT
        elif not said:
            said = (MANAGER if plain(row.name) in self.bosses else REP) if sells else SUPPORT
        row.as_role = said
        if said == SUPPORT and row.place is None:
            row.problems.append(_("Somebody of a support department needs one"))
        elif said == SUPPORT and row.place.pk is None and not row.place.sells:
            row.place.serves = True
        if row.group is not None and said not in (REP, MANAGER):
            row.problems.append(_("Only reps and managers belong to a team"))

    def under(self, row):
        """The superior: somebody of the list or somebody here, one of that name."""
        words = plain(row.superior)
        if not words or row.here:
            return
        listed = [one for one in self.rows if plain(one.name) == words and one.here is None]
        found = listed + [one for one in self.by_name.get(words, [])]
        if not found:
            row.problems.append(_("There is nobody called “{value}”: write the name as in the list, or leave it "
                                  "empty").format(value=row.superior))  # fmt: skip
        elif len(found) > 1:
            row.problems.append(_("Several people are called “{value}”: leave it empty, and set it on the team's "
                                  "page").format(value=row.superior))  # fmt: skip
        else:
            row.boss = found[0]

    def circle(self, row):
        seen, boss = [row], row.boss
        while boss is not None:
            if boss is row:
                names = " → ".join(one.name for one in [*seen, row])
                row.problems.append(_("A circle of superiors: {names}").format(names=names))
                return
            if boss in seen:
                return
            seen.append(boss)
            boss = boss.boss if isinstance(boss, Row) else self.above(boss)

    def above(self, user):
        """Who leads somebody who is here already; a Row of the list cannot be above him."""
        if user.is_rep and user.team_id:
            return next((one.manager for one in self.groups.values() if one.pk == user.team_id), None)
        place = next((one for one in self.places.values() if one.pk and one.pk == user.department_id), None)
        return place.lead if place and place.lead_id != user.pk else None

    def leading(self, row):
        """What the superior leads: the team of a rep, the department of anybody else."""
        if row.problems or row.here:
            return
        if row.heads:
            self.lead(row, row.place, row)
        if row.boss is None or row.as_role == ADMIN or row.place is None:
            return
        if row.as_role in (REP, MANAGER) and _role(row.boss) != MANAGER:
            said = _("{name} is not a sales manager: give him that role, or leave the superior empty")
            row.problems.append(said.format(name=row.boss.name))
        elif row.as_role == REP:
            if row.group is None:
                row.group = self.team_of(row)
            self.lead(row, row.group, row.boss)
            if isinstance(row.boss, Row) and row.boss.group is None and row.boss.place is row.place:
                row.boss.group = row.group
        else:
            self.lead(row, row.place, row.boss)

    def team_of(self, row):
        """The team that the superior leads in this department, made when there is none."""
        boss = row.boss
        own = boss.group if isinstance(boss, Row) else boss.team
        if own is not None and own.department == row.place and self.leader(own) in (None, boss):
            return own
        for one in self.groups.values():
            if one.department == row.place and self.leader(one) == boss:
                return one
        name = _("Team of {name}").format(name=boss.name)
        return self.groups.setdefault(plain(name), Team(name=name, department=row.place))

    def leader(self, it):
        if id(it) in self.leads:
            return self.leads[id(it)][1]
        return it.manager if isinstance(it, Team) else it.lead

    def lead(self, row, it, boss):
        """`boss` leads `it`, unless somebody else does."""
        now = self.leader(it)
        if now is not None and now != boss:
            row.problems.append(_("{place} is led by {name}: change that on its page, or the superior").format(
                place=it.name, name=now.name))  # fmt: skip
        elif now is None:
            self.leads[id(it)] = (it, boss)


def _role(boss):
    return boss.as_role if isinstance(boss, Row) else boss.role
