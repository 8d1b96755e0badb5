"""A review as a workbook: the sheet of the page with native charts beside its figures, and of a month the twelve months
around it and what waited for others, as their pages tell them. Numbers are numbers; text is never a formula or a link.
"""

import io

from django.utils.translation import gettext as _

from core.periods import period_of, today
from reviews.scoreboard import may_measure
from reviews.telling import Cell, Row, Section, named, stages_of
from reviews.tellingtrends import TABS, told_months, told_waits
from reviews.trends import MEASURED, SHOWN, trend, year_of
from reviews.waits import Waits
from reviews.writing import correction_of, heads_of, sections_of, texts_of, title_of
from reviews.yearly import months_of

FORMATS = {"money": "#,##0.00", "share": "0%", "change": "+0%;-0%;0%", "minutes": "0.0"}
DRAWN = {  # sections with a chart: its kind, and which columns it draws
    "needs": ("bar", (1,)), "objections": ("bar", (1,)), "lost": ("bar", (1,)), "rates": ("column", (5,)),
    "states": ("bar", (1,)), "kinds": ("bar", (1,)), "department": ("bar", (1,)), "kind": ("bar", (1,)),
    "cause": ("bar", (1,)), "year": ("column", (1,)),
}
HIGH = 16  # lines that a chart takes


class Book:
    """One xlsx file being written."""

    def __init__(self):
        import xlsxwriter  # only here: web start-up does not pay for it (D43)

        self.out = io.BytesIO()
        kept = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True} | kept)
        self.bold = self.book.add_format({"bold": True})
        self.formats = {kind: self.book.add_format({"num_format": how}) for kind, how in FORMATS.items()}

    def page(self, name, title):
        """A new sheet with its title; writing goes on below it."""
        self.sheet, self.line = self.book.add_worksheet(name[:31]), 2
        self.sheet.set_column(0, 0, 30)
        self.sheet.set_column(1, 12, 14)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.write_string(0, 0, title, self.bold)

    def put(self, column, cell):
        if isinstance(cell.raw, float):
            self.sheet.write_number(self.line, column, cell.raw, self.formats.get(cell.kind))
        elif cell.raw:  # nothing is an empty cell: a chart has a gap there
            self.sheet.write_string(self.line, column, cell.raw)

    def heads(self, heads):
        for head in heads:
            self.sheet.write_string(self.line, 0, head.label)
            self.put(1, head.cell)
            self.sheet.write_string(self.line, 2, head.sub)
            self.line += 1

    def section(self, section, chart=None):
        """A table, with its chart to the right of it where it has one."""
        top = self.line + 1
        self.line += 1
        self.sheet.write_string(self.line, 0, section.title, self.bold)
        self.line += 1
        for column, title in enumerate(section.head):
            self.sheet.write_string(self.line, column, title, self.bold)
        first = self.line + 1
        for row in section.rows:
            self.line += 1
            self.sheet.write_string(self.line, 0, row.label)
            for column, cell in enumerate(row.cells, 1):
                self.put(column, cell)
        chart = chart or DRAWN.get(section.slug)
        if chart and section.rows:
            self.chart(section, chart, top, first)
            self.line = max(self.line, top + HIGH)
        self.line += 1

    def chart(self, section, chart, top, first):
        kind, columns = chart
        drawn, last, name = self.book.add_chart({"type": kind}), first + len(section.rows) - 1, self.sheet.get_name()
        for column in columns:
            series = {
                "name": [name, first - 1, column], "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
            }
            drawn.add_series(series | ({"marker": {"type": "automatic"}} if kind == "line" else {"gap": 60}))
        drawn.set_title({"name": section.title, "name_font": {"size": 11}})
        drawn.set_y_axis({"reverse": True} if kind == "bar" else {"major_gridlines": {"visible": True}})
        drawn.show_blanks_as("gap")
        if len(columns) == 1:
            drawn.set_legend({"none": True})
        drawn.set_size({"width": 620, "height": 20 * HIGH})
        self.sheet.insert_chart(top, len(section.head) + 1, drawn)

    def done(self):
        self.book.close()
        return self.out.getvalue()


def as_workbook(reading):
    """The file as bytes, within the reader's rights."""
    book = Book()
    book.page(_("Review"), title_of(reading))
    if reading.books.chosen:  # as the page says it beside the chips
        said = _("Of the stages: this playbook. Every other number: all playbooks.")
        book.sheet.write_string(1, 0, f"{reading.books.names[reading.books.chosen]} · {said}")
    elif reading.edition:
        book.sheet.write_string(1, 0, correction_of(reading))
    book.heads(heads_of(reading))
    for section in sections_of(reading):
        book.section(section)
    for label, text in texts_of(reading):
        book.line += 1
        book.sheet.write_string(book.line, 0, label, book.bold)
        book.sheet.write_string(book.line, 1, text)
    if reading.kind == "month":
        if reading.sells:
            year_page(book, reading)
        waiting_page(book, reading)
    return book.done()


def year_page(book, reading):
    """The months before as they froze, with this one; below them the figures of time, as /reviews/trends tells them
    today."""
    book.page(_("Twelve months"), title_of(reading))
    months = months_of(reading)
    book.section(result_section(months))
    stages = [line["stage"] for line in reading.figures["rates"] if reading.books.shows(line["stage"])]
    book.section(rate_section(reading, months, stages), ("line", tuple(range(1, len(stages) + 1))))
    year = year_of(reading.scope, reading.now)
    for name, label in TABS.items():
        if not may_measure(reading.user, reading.scope, name):
            continue
        if name == "waiting":
            waits = Waits.read(reading.scope, period_of("month", today(reading.now)), now=reading.now)
            series, rows = told_waits(waits)
        else:
            measures = [MEASURED[one] for one in SHOWN[name]]
            series, rows = told_months(measures, [trend(measure, year) for measure in measures])
        table = trend_section(name, label(), series, rows)
        book.section(table, ("line", tuple(range(1, len(series) + 1))))


def result_section(months):
    head = [_("Month"), _("Won amount"), _("Target"), _("Attained"), _("Deals won"), _("Deals lost")]
    rows = [
        Row(month.code, [
            Cell(figures["signed"]["value"], "money"), Cell(figures["signed"]["target"], "money"),
            Cell(figures["signed"]["share"], "share"), Cell(figures["won"]), Cell(figures["lost"]),
        ])
        for month, figures in months
    ]
    return Section("year", _("Won amount"), head, rows)


def rate_section(reading, months, stages):
    """Of what entered each stage in a month, the share that was on by its end: what months are compared by."""
    names = stages_of(reading.figures)
    head = [_("Month"), *(reading.books.label(pk, named(names[pk])) for pk in stages)]
    rows = []
    for month, figures in months:
        rates = {line["stage"]: line["rate"] for line in figures["in_month"]}
        rows.append(Row(month.code, [Cell(rates.get(pk), "share") for pk in stages]))
    return Section("months", _("Conversion by stage, by the month's end"), head, rows)


def trend_section(name, title, series, rows):
    lines = [Row(month.code, [measured(cell) for cell in cells]) for month, cells in rows]
    return Section(name, title, [_("Month"), *(one.label for one in series)], lines)


def measured(cell):
    """A cell of a trend as a number: the share as a part of one."""
    if cell.value == "":
        return Cell(None)
    value = float(cell.value)
    return Cell(value / 100, "share") if cell.series.unit == "share" else Cell(value, cell.series.unit)


def waiting_page(book, reading):
    """What waiting for others cost in the month, as /reviews/waiting tells it."""
    waits = Waits.read(reading.scope, reading.period, now=reading.now)
    titles = {
        "department": (_("By department"), _("Department")), "kind": (_("By kind of request"), _("Kind")),
        "cause": (_("By cause"), _("Cause")),
    }
    book.page(_("Waiting for others"), title_of(reading))
    for what, lines in waits.tables():
        title, head = titles[what]
        book.section(wait_section(what, title, head, [(str(line.label), line) for line in lines]))
    year = [(line.key, line) for line in waits.trend()]
    book.section(wait_section("year", _("The last twelve months"), _("Month"), year))


def wait_section(slug, title, head, lines):
    columns = [head, _("Deal-days"), _("With the department"), _("With the asker"), _("Deals")]
    rows = [
        Row(label, [Cell(line.days, "days"), Cell(line.department, "days"), Cell(line.asker, "days"), Cell(line.deals)])
        for label, line in lines
    ]
    return Section(slug, title, columns, rows, empty=_("No open deal waited in this month."))
