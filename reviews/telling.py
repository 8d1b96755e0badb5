"""A review as heads and tables: told once, for the page, the text to copy and the workbook alike.

A cell is a raw value with its kind and the figure behind it; how it looks is said by the template (`Cell.said`)."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core import words

KINDS = ("text", "words", "number", "money", "share", "signed", "change", "minutes", "days")  # words: from the left
OFF_PAPER = {"dwell", "contract", "by-team", "by-person"}  # of a month: its one page and its picture do without


@dataclass(frozen=True)
class Cell:
    value: object
    kind: str = "number"
    behind: dict | None = None  # the query that opens the list, without period and scope
    strong: bool = False
    url: str = ""  # of a list that is not among those of reviews/behind.py

    @property
    def said(self):
        """The cell in the reader's words."""
        value, language = self.value, get_language()
        if value is None or value == "":
            return words.NOTHING
        if self.kind == "money":
            return words.money(Decimal(str(value)), language)
        if self.kind == "share":
            return words.percent(value)
        if self.kind == "signed":
            return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"
        if self.kind == "change":
            return f"{'+' if value > 0 else '−' if value < 0 else ''}{words.percent(abs(value))}"
        if self.kind == "minutes":
            return words.span(value, language)
        if self.kind == "days":
            return words.days(value, language)
        return f"{value:,}" if isinstance(value, int) else str(value)

    @property
    def raw(self):
        """For a workbook: a number where it is one."""
        if self.kind in ("text", "words") or self.value is None:
            return "" if self.value is None else str(self.value)
        return float(self.value)

    @property
    def whole(self):
        return words.money_full(Decimal(str(self.value))) if self.kind == "money" and self.value is not None else ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: list
    total: bool = False
    pip: object = None  # a stage
    bar: float | None = None  # 0–100, drawn behind the first number
    note: str = ""
    quotes: list = field(default_factory=list)  # ids of needs whose words are shown
    objection: int = 0  # its topic, beside which the team's answer stands
    theme: str = ""  # a phrase that may be put under a label
    url: str = ""  # of what the line is about


@dataclass(frozen=True)
class Section:
    slug: str
    title: str
    head: list
    rows: list
    note: str = ""
    empty: str = ""
    bars: bool = False

    @property
    def width(self):
        return len(self.head)


@dataclass(frozen=True)
class Head:
    """A number at the top: its label, the cell, and what stands under it."""

    label: str
    cell: Cell
    sub: str = ""


def named(item):
    """The label of a stage, topic or reason in the reader's language, as it was called then."""
    english = (get_language() or "").startswith("en")
    return (item.get("label_en") or item.get("label")) if english else item.get("label")


def stages_of(figures):
    return {stage["id"]: stage for stage in figures["stages"]}


def rate_section(reading, *, with_matured):
    """Of those entered: on so far, still open, lost; beside it the matured version."""
    figures = reading.figures
    names = stages_of(figures)
    mature = {line["stage"]: line["rate"] for line in (reading.matured or {}).get("rates", ())}
    head = [_("Stage"), pgettext("report", "Entered"), _("On so far"), _("Still open"), _("Deals lost")]
    head.append(_("Conversion"))
    note = ""
    if with_matured:
        head.append(_("After 60 days"))
        if reading.matured:
            note = _("After 60 days: what entered in %(month)s, read 60 days after that month.") % {
                "month": reading.matured["period"]
            }
        else:
            note = _("The version after 60 days appears when the first month is old enough.")
    rows = []
    for line in figures["rates"]:
        if not reading.books.shows(line["stage"]):
            continue
        stage = names[line["stage"]]
        cells = [
            Cell(line[key], behind={"of": f"rate_{key}", "stage": line["stage"]})
            for key in ("entered", "on", "open", "lost")
        ]
        cells.append(Cell(line["rate"], "share", strong=True))
        if with_matured:
            cells.append(Cell(mature.get(line["stage"]), "share"))
        rows.append(Row(reading.books.label(line["stage"], named(stage)), cells, pip=stage))
    title = _("Conversion of what entered, so far")
    return Section("rates", title, head, rows, note=note, empty=_("Nothing entered a stage yet."))


def loss_section(reading):
    """Why deals were lost, each with its share."""
    lost = reading.figures["lost"]
    top = max((line["count"] for line in lost["reasons"]), default=0)
    rows = [
        Row(
            named(line) or _("No reason given"),
            [Cell(line["count"], behind={"of": "lost", "reason": line["reason"]}),
             Cell(line["count"] / lost["count"], "share")],
            bar=round(line["count"] / top * 100, 1),
        )
        for line in lost["reasons"]
    ]
    return Section(
        "lost", _("Why deals were lost"), [_("Reason"), _("Deals"), _("Share")], rows, bars=True,
        empty=_("No deal was lost."),
    )


def place_name(reading, table, pk):
    """The name of a line's team or person; what has none is said."""
    if not pk:
        return _("Without a team") if table == "team" else _("Without an owner")
    scope = reading.known.named(table, pk)
    return scope.label if scope else _("Left the company")


TABLE_TITLES = {"team": lambda: _("By team"), "person": lambda: _("By team member")}
TABLE_HEADS = {"team": lambda: _("Team"), "person": lambda: _("Team member")}


def place_sections(reading, columns):
    """The tables by team and person. `columns` are (title, function(line) → Cell, kept for people)."""
    sections = []
    for table, lines in reading.figures["places"].items():
        shown = [(title, cell) for title, cell, for_people in columns if for_people or table != "person"]
        rows = [
            Row(place_name(reading, table, line["id"]), [narrowed(cell(line), table, line["id"]) for _t, cell in shown])
            for line in lines
        ]
        head = [TABLE_HEADS[table](), *(title for title, _c in shown)]
        sections.append(Section(f"by-{table}", TABLE_TITLES[table](), head, rows, empty=_("Nobody yet.")))
    return sections


def narrowed(cell, table, pk):
    """The cell with its list narrowed to one team or person."""
    return Cell(cell.value, cell.kind, cell.behind and cell.behind | {table: pk}, cell.strong)
