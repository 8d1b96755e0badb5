"""Which table is this, and where are its columns? Headers are compared after normalising (B9–B11, D48).

A worksheet may hold a title row, a header, rows, a total row, several tables one under the other, or the
one-customer form: a customer block, its log block, and a line of tag boxes.
"""

import re

from exchange import known
from exchange.defined import held
from exchange.matching import Table, header_key, match
from exchange.opening import as_chosen, by_profile, open_known, used_in
from exchange.parsing import has_boxes
from exchange.problems import Unreadable, gettext_noop
from exchange.sheets import KEY, sheet_of, sheets

NO_TABLE = gettext_noop(
    "No table was recognised in “%(name)s”. Its header row should name the columns, such as: %(columns)s."
)
LOOKS_LIKE = gettext_noop("“%(name)s” looks like the table “%(found)s”, not “%(wanted)s”.")
TWICE = gettext_noop("The column “%(column)s” is there twice in “%(part)s”: rename or delete one.")
TWO_HEADERS = gettext_noop("“%(part)s” has the same header row twice (rows %(rows)s): delete one.")
MISSING_COLUMNS = gettext_noop("“%(part)s” lacks the columns: %(columns)s.")
IGNORED = gettext_noop("Columns of “%(part)s” that are not imported: %(columns)s.")
LEFT_OUT = gettext_noop("Row %(row)s of “%(part)s” is a total or a title and was left out.")

GONE = gettext_noop("Rows of the export that are not in this file: %(count)s (%(rows)s). Nothing is deleted here.")
FEW = 5

TOTAL = re.compile(r"^(合计|总计|小计|共计|汇总|total|sum|subtotal)\b|^(合计|总计|小计|共计)", re.IGNORECASE)
BOX_LINE = ("状态标签", "标签", "客户标签", "tag", "status tag")
FORM_WITHIN = 6  # the log block of the one-customer form begins at most so many lines below its customer block


def best(cells, wanted=""):
    """(sheet, columns, score) of the sheet these cells are most likely the header of, or None. An own table that was
    chosen (`wanted`) is taken before another that has more of them: an admin may give it any columns."""
    filled = [cell for cell in cells if cell.strip()]
    found = []
    for sheet in sheets():
        columns = match(cells, sheet)
        marks = set(columns.values()) & sheet.marks
        needed = {c.field for c in sheet.columns if c.required}
        if len(columns) >= 2 and len(columns) * 3 >= len(filled) and len(marks) * 2 >= min(len(sheet.marks), 2):
            has_all = len(needed - set(columns.values())) == 0
            score = (has_all, has_all and sheet.own and sheet.slug == wanted, len(marks), len(columns))
            found.append((score, sheet, columns))
    return max(found, key=lambda one: one[0], default=None)


def recognise(book, name, *, wanted="", profiles=()):
    """(tables, notices) of a book. Raises Unreadable when there is none, or another than `wanted`. `profiles` are
    saved ones: what no sheet knows is opened by the first that fits, or, where a table was chosen, by its first row."""
    tables, notices = [], list(book.notices)
    with held():
        for part in book.parts:
            for table in _tables(part, notices, wanted):
                tables.append(table)
        tables = tables or [table for part in book.parts if (table := by_profile(part, profiles))]
        tables = tables or [table for part in book.parts if (table := as_chosen(part, wanted))]
    if not tables:
        shown = sheet_of(wanted) or (sheets() or [None])[0]
        raise Unreadable(NO_TABLE, name=name, columns=[c.label for c in shown.columns[:6]] if shown else "")
    other = next((table.slug for table in tables if wanted and table.slug != wanted), "")
    if other:
        found, expected = sheet_of(other), sheet_of(wanted)
        raise Unreadable(LOOKS_LIKE, name=name, found=found.words, wanted=expected.words, looks_like=other)
    _remember(book, tables, notices)
    for table in tables:
        if ignored := [h for i, h in enumerate(table.header) if h.strip() and i not in used_in(table)]:
            notices.append([IGNORED, {"part": table.part or name, "columns": ignored}])
    return tables, notices


def _remember(book, tables, notices):
    """Put beside each row what it said when it was exported; rows that are no longer in the file are said."""
    gone = dict(book.before)
    for table in tables if gone else ():
        place = next((index for index, name in table.columns.items() if name == KEY), None)
        for line in table.rows:
            key = line.cells[place].strip() if place is not None and place < len(line.cells) else ""
            line.before = book.before.get(key)
            gone.pop(key, None)
    if gone:
        names = [next(iter(cells.values()), "") for cells in gone.values()]
        notices.append([GONE, {"count": len(gone), "rows": list(dict.fromkeys(names))[:FEW]}])


def _tables(part, notices, wanted):
    """Walk the lines of a worksheet once; a header row opens a table, the rows below belong to it."""
    tables, table, block = [], None, None
    for index, line in enumerate(part.lines):
        if line.is_blank:
            continue
        opened = _opens(part, index, line, wanted)
        if opened == "log":
            table = _form(part, tables.pop() if tables and tables[-1] is block else block, line)
            tables.append(table)
        elif opened:
            table = block = _open(part, line, *opened)
            tables.append(table)
        elif table is not None and table.form and _is_box_line(line):
            _tick(table, line)
        elif _is_total(line) or _is_title(part, index, wanted):
            notices.append([LEFT_OUT, {"row": line.number, "part": part.name}])
        elif table is not None:
            table.rows.append(line)
        elif index:
            notices.append([LEFT_OUT, {"row": line.number, "part": part.name}])
    _refuse_twice(part, tables)
    for number, table in enumerate(tables, 1):
        if len(tables) > 1:
            table.part = f"{part.name} · {number}"[:120]
        _require(table)
    return [table for table in tables if table.rows]


def _is_total(line):
    return TOTAL.match(next((cell for cell in line.cells if cell.strip()), "").strip())


def _is_title(part, index, wanted):
    """One filled cell right above a header row, between two tables."""
    if index == 0 or sum(1 for cell in part.lines[index].cells if cell.strip()) != 1:
        return False
    below = next((i for i in range(index + 1, len(part.lines)) if not part.lines[i].is_blank), None)
    return below is not None and bool(_opens(part, below, part.lines[below], wanted))


def _opens(part, index, line, wanted):
    """(sheet, columns) when the line is a header row; "log" when it is the log header of the one-customer form."""
    if other := known.fits(line.cells):
        return other, None
    found = best(line.cells, wanted)
    if found is None:
        sheet = sheet_of("follow-ups")
        fields = set(match(line.cells, sheet).values()) if sheet else set()
        return "log" if {"happened", "text"} <= fields and "customer" not in fields and index else None
    _score, sheet, columns = found
    if sheet.slug == "follow-ups" and "customer" not in columns.values():
        return "log" if index else None
    return sheet, columns


def _open(part, line, sheet, columns):
    if columns is None:  # the export of another system
        return open_known(part, line, sheet)
    seen = {}
    for index, name in columns.items():
        if name in seen:
            raise Unreadable(TWICE, column=line.cells[index].strip(), part=part.name)
        seen[name] = index
    return Table(part.name, sheet.slug, line.number, list(line.cells), dict(columns))


def _form(part, block, line):
    """The one-customer form: the block's single row is put beside every row of the log below it."""
    sheet = sheet_of("follow-ups")
    if block is None or len(block.rows) != 1 or line.number - block.header_row > FORM_WITHIN:
        missing = [c.label for c in sheet.columns if c.field == "customer"]
        raise Unreadable(MISSING_COLUMNS, part=part.name, columns=missing)
    log = match(line.cells, sheet)
    customer = {i: f for i, f in match(block.header, sheet).items() if f not in log.values()}
    width = len(line.cells)
    header = list(line.cells) + [block.header[i] for i in customer] + [BOX_LINE[0]]
    columns = dict(log) | {width + k: f for k, f in enumerate(customer.values())} | {width + len(customer): "tag"}
    table = Table(part.name, "follow-ups", line.number, header, columns, form=True)
    known = block.rows[0]
    table.rows = _Beside(width, [known.cells[i] if i < len(known.cells) else "" for i in customer])
    return table


class _Beside(list):
    """Rows of a form's log: each gets the customer's cells at its right end, and a place for the ticked tag."""

    def __init__(self, width, cells):
        super().__init__()
        self.width, self.cells = width, cells

    def append(self, line):
        line.cells = (line.cells + [""] * self.width)[: self.width] + self.cells + [""]
        super().append(line)


def _is_box_line(line):
    filled = [cell for cell in line.cells if cell.strip()]
    return bool(filled) and header_key(filled[0]) in BOX_LINE and len(set(filled)) <= 2 or any(map(has_boxes, filled))


def _tick(table, line):
    boxes = next((c for c in line.cells if has_boxes(c)), "") or [c for c in line.cells if c.strip()][-1]
    for row in table.rows:
        row.cells[-1] = boxes if header_key(boxes) not in BOX_LINE else ""


def _refuse_twice(part, tables):
    seen = {}
    for table in tables:
        key = (table.slug, tuple(header_key(h) for h in table.header))
        if key in seen and not table.form:
            raise Unreadable(TWO_HEADERS, part=part.name, rows=[seen[key], table.header_row])
        seen[key] = table.header_row


def _require(table):
    sheet = sheet_of(table.slug)
    missing = [c.label for c in sheet.columns if c.required and c.field not in table.columns.values()]
    if missing:
        raise Unreadable(MISSING_COLUMNS, part=table.part, columns=missing)
