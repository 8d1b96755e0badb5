"""The sheet of targets (S17, R9): company, departments, teams and people down, metrics or months across.

What adds up shows the gap between a parent and its parts, downwards and from a quarter to its months; rates and times
are not summed. Every cell knows what was typed into it, so that a refused one comes back as it was typed.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse

from accounts.calendar import Calendar
from reviews.aiming import may_aim
from reviews.attained import Attained
from reviews.attaining import course_of
from reviews.columns import columns_of, months_in
from reviews.models import Target
from reviews.scopes import COMPANY, departments_led, leads_all, scopes_of, teams_below

PAGES = {Target.Metric.FIRST_RESPONSE: "reviews:response", Target.Metric.APPROVAL_DAYS: "reviews:approval"}


@dataclass
class Cell:
    """One target: the row in the database or None, what was attained, and the gap to its parts."""

    column: object
    scope: object
    target: Target | None
    actual: Decimal | float | None
    editable: bool
    below: Decimal | None = None  # what the parts aim at together; None without parts
    months: Decimal | None = None  # of a quarter: what its months aim at together
    course: object = None  # attaining.Course: what the rest of a running period asks for, in CNY (M6)
    linked: bool = False  # whether the reader may open the place's own pages
    text: str | None = None  # as typed, when it was not saved
    error: str = ""

    @property
    def name(self):
        return f"{self.column.key}~{self.scope.code}"

    @property
    def value(self):
        return self.target.value if self.target else None

    @property
    def shown(self):
        return self.column.typed(self.value) if self.text is None else self.text

    @property
    def seen(self):
        """What the sheet shows, with its version: what is typed is compared with this, not with what is there later."""
        return f"{self.target.version if self.target else 0}:{self.column.typed(self.value)}"

    @property
    def share(self):
        return self.column.attained(self.actual, self.value)

    @property
    def behind(self):
        """The list behind the figure, or its page of lists; empty where the reader may not open it."""
        if not self.linked or self.actual is None:
            return ""
        column, place = self.column, f"scope={self.scope.code}"
        if column.metric in PAGES:
            return f"{reverse(PAGES[column.metric], args=[column.period.code])}?{place}"
        return f"/targets/{column.period.code}/rows?of={column.name}&{place}"

    @property
    def gap(self):
        return None if self.value is None or self.below is None else self.value - self.below

    @property
    def months_gap(self):
        return None if self.value is None or self.months is None else self.value - self.months

    @property
    def late(self):
        """Changed after the first value: both are shown."""
        return bool(self.target and self.target.value != self.target.first_value)


@dataclass
class Row:
    scope: object
    depth: int
    cells: list = field(default_factory=list)
    parts: list = field(default_factory=list)  # the rows right below


@dataclass
class Sheet:
    period: object
    view: str
    columns: list
    rows: list
    kept: set = field(default_factory=set)  # details of conversions that are aimed at

    def cell(self, name):
        return next((cell for row in self.rows for cell in row.cells if cell.name == name), None)

    @property
    def cells(self):
        return [cell for row in self.rows for cell in row.cells]

    @property
    def course(self):
        """The pace of the first place on the sheet, whose target is money; None when nothing runs."""
        return next((cell.course for row in self.rows[:1] for cell in row.cells if cell.course), None)

    @property
    def empty(self):
        return not any(cell.target for cell in self.cells)

    @property
    def editable(self):
        return any(cell.editable for cell in self.cells)


def rows_of(user, known):
    """The places somebody reads, each above its parts: a rep himself, a manager his teams with their people and the
    departments he leads wholly, an admin and who leads all the company."""
    if not (user.is_admin or user.is_manager):
        return [Row(person, 0) for person in known.people if person.id == user.pk]
    led = {team.id for team in known.teams} if user.is_admin else set(user.teams_led())
    departments = [one for one in known.departments if one.sells] if user.is_admin else departments_led(known, led)
    teams = [team for team in known.teams if team.id in led]
    rows = {scope.code: Row(scope, 0) for scope in departments}
    tops = []

    def hang(scope, row):
        parent = rows.get(f"department-{scope.parent}")
        (parent.parts if parent else tops).append(row)

    for scope in departments:
        hang(scope, rows[scope.code])
    for team in teams:
        row = Row(team, 0, parts=[Row(person, 0) for person in known.people if person.parent == team.id])
        hang(team, row)
    if user.is_admin or leads_all(user, known):
        tops = [Row(COMPANY, 0, parts=tops)]
    return flat(tops, 0)


def flat(rows, depth):
    found = []
    for row in rows:
        row.depth = depth
        found += [row, *flat(row.parts, depth + 1)]
    return found


def sheet_of(user, period, view, known, *, now):
    """The sheet somebody sees. One query for the targets and three for what was attained, for any number of rows."""
    rows = rows_of(user, known)
    scopes = [row.scope for row in rows]
    periods = [period, *(months_in(period) if period.kind == "quarter" else ())]
    targets = list(Target.objects.among(scopes).filter(period__in=[one.code for one in periods]))
    found = {(t.period, t.metric, t.detail, t.scope, t.scope_id): t for t in targets}
    kept = {target.detail for target in targets if target.metric == Target.Metric.RATE}
    kept.add(view.removeprefix("rate-"))  # the one that is asked for
    columns = columns_of(period, view, known.stages, kept)
    readable = {scope.code for scope in scopes_of(user, known)}
    begun = rows and period.starts_at < now
    attained = Attained(scopes, period, known.stages, now=now, teams_below=teams_below(known)) if begun else None
    for row in rows:
        editable = may_aim(user, row.scope, known)
        for column in columns:
            target = found.get((column.period.code, column.metric, column.detail, row.scope.kind, row.scope.id))
            actual = attained.of(column.period, column.metric, column.detail, row.scope) if attained else None
            cell = Cell(column, row.scope, target, actual, editable)
            cell.linked = row.scope.code in readable
            row.cells.append(cell)
    for row in rows:
        add_up(row, columns)
    if begun:
        set_pace([cell for row in rows for cell in row.cells], now)
    return Sheet(period, view, columns, rows, kept)


def set_pace(cells, now):
    """What each working day that is left asks for, in the cells of money of a period that runs."""
    running = [cell for cell in cells if cell.column.is_money and cell.value and cell.actual is not None]
    calendar = Calendar.load() if running else None
    for cell in running:
        if not cell.column.period.closed(now):
            cell.course = course_of(cell.column.period, cell.actual, cell.value, now=now, calendar=calendar)


def add_up(row, columns):
    """What the parts of a row aim at, and the months of a quarter."""
    for n, column in enumerate(columns):
        if column.summed and row.parts:
            row.cells[n].below = together(part.cells[n] for part in row.parts)
    if columns[0].period.kind == "quarter" and columns[0].summed:
        row.cells[0].months = together(row.cells[1:])


def together(cells):
    return sum((cell.value for cell in cells if cell.value is not None), Decimal(0))


def changes_of(sheet):
    """Targets of the sheet that were changed after their first value: [(cell, [history row…])], newest first."""
    late = {cell.target.pk: cell for cell in sheet.cells if cell.target and cell.target.version > 1}
    rows = Target.history.filter(id__in=late).select_related("history_user").order_by("id", "history_id")
    steps, last = [], {}
    for row in rows:
        before = last.get(row.id)
        if before is not None and before != row.value:
            steps.append((row.history_date, late[row.id], before, row))
        last[row.id] = row.value
    return [step[1:] for step in sorted(steps, key=lambda step: step[0], reverse=True)]

