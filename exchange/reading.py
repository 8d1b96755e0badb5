"""Bytes in, plain text rows out: workbooks by calamine, csv in UTF-8 or GBK, blocks pasted from Excel.

Every cell becomes the text a person would type ("2024-03-01", "13812345678"), so parsing has one shape of input.
What a cell hides is kept beside it as a note: a formula (B13), a merged range it was filled from (B12).
"""

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal

import defusedxml.ElementTree as ElementTree
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from exchange import gate
from exchange.problems import Unreadable, gettext_noop

HIDDEN = gettext_noop("The hidden sheet “%(part)s” was left out.")
ENCODING = gettext_noop("“%(name)s” is neither UTF-8 nor GBK text. Save it as .xlsx or as CSV UTF-8.")
BAD_CELL = gettext_noop("“%(name)s” has a line that is not closed by a quotation mark.")

FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d+)"[^>]*>\s*<f\b[^>]*?(?:/>|>.*?</f>)\s*(<v>[^<]|<v xml:space="preserve">[^<])?', re.S
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # what no cell can hold
NATIVE = (bool, int, float, dt.date, dt.time)
BEFORE = "_before"  # how the hidden sheets of what was exported begin
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Line:
    """One row as the person sees it: `number` from 1, `cells` as text, `notes` {column: [kind, detail]}."""

    number: int
    cells: list
    notes: dict = field(default_factory=dict)
    before: dict | None = None  # {field: text} as it left, of a row that was exported

    @property
    def is_blank(self):
        return not any(self.cells) and not self.notes


@dataclass
class Part:
    """One worksheet (or the pasted block), `lines` without the trailing blank ones."""

    name: str
    lines: list
    merged: list = field(default_factory=list)


@dataclass
class Book:
    parts: list
    notices: list = field(default_factory=list)  # [[msgid, values]]
    before: dict = field(default_factory=dict)  # {key cell: {field: text}} of an export that came back


def read(data, name):
    """A Book from an uploaded file. Raises Unreadable with what to do about it."""
    checked = gate.check(data, name)
    if checked.kind == "text":
        return Book([Part(name, _text_lines(_decode(data, name), name))])
    return _workbook(checked)


def read_pasted(text):
    """A Book from what Excel or WPS puts on the clipboard: tab-separated, cells with breaks in quotes."""
    return Book([Part("", _text_lines(text.replace("\x00", ""), "…"))])


def _decode(data, name):
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise Unreadable(ENCODING, name=name)


def _text_lines(text, name):
    first = text.split("\n", 1)[0]
    delimiter = max("\t,;", key=first.count) if any(mark in first for mark in "\t,;") else "\t"
    lines = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number > gate.ROWS + 1:
                rows = f"{text.count(chr(10)):,}"
                raise Unreadable(gate.MANY_ROWS, name=name, rows=rows, limit=f"{gate.ROWS:,}")
            if len(cells) > gate.COLUMNS:
                raise Unreadable(gate.MANY_COLUMNS, name=name, limit=gate.COLUMNS)
            lines.append(Line(number, [unquote(cell) for cell in cells]))
    except csv.Error as broken:
        raise Unreadable(BAD_CELL, name=name) from broken
    return _trimmed(lines)


def unquote(cell):
    """An apostrophe our csv put before =, +, -, @ or a tab goes away again (B24)."""
    return cell[1:] if re.match(r"'[=+\-@\t\r']", cell) else cell


def _workbook(checked):
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(checked.data))
        sheets = [
            (meta, workbook.get_sheet_by_name(meta.name))
            for meta in workbook.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        ]
        hidden = [meta.name for meta in workbook.sheets_metadata if meta.visible != SheetVisibleEnum.Visible]
        files = _files_of(checked)
        parts = [_part(sheet, checked.sheets.get(files.get(meta.name, ""), b"")) for meta, sheet in sheets]
        before = _before(workbook, [name for name in hidden if name.startswith(BEFORE)])
    except Unreadable:
        raise
    except Exception as broken:  # calamine and the XML parser raise many kinds, all mean the same to a person
        raise Unreadable(gate.UNREADABLE, name=checked.name) from broken
    # Sheets that only list the choices of drop-downs start with an underscore and are ours.
    return Book(parts, [[HIDDEN, {"part": name}] for name in hidden if not name.startswith("_")], before)


def _before(workbook, names):
    """What the rows of an export said when they left: our hidden sheets, fields in the first row, the key first."""
    found = {}
    for name in names:
        head, *rows = ([as_text(value) for value in row] for row in workbook.get_sheet_by_name(name).to_python())
        for row in rows:
            found[row[0]] = {field: text for field, text in zip(head[1:], row[1:], strict=True) if text}
    return found


def _files_of(checked):
    """Worksheet name → its part inside the zip, from workbook.xml and its relations."""
    relations = ElementTree.fromstring(checked.parts.get("xl/_rels/workbook.xml.rels", b"<x/>"))
    targets = {rel.get("Id"): rel.get("Target", "") for rel in relations}
    files = {}
    for sheet in ElementTree.fromstring(checked.parts["xl/workbook.xml"]).iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(sheet.get(RELATION), "")
            files[sheet.get("name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return files


def _part(sheet, xml):
    formulas = {}
    if b"<f" in xml:
        formulas = {(int(row) - 1, _column(letters)): bool(value) for letters, row, value in FORMULA.findall(xml)}
    first_row, first_column = sheet.start or (0, 0)
    lines = []
    for index, values in enumerate(sheet.to_python(skip_empty_area=True)):
        row = index + first_row
        cells = [""] * first_column + [as_text(value) for value in values]
        notes = {}
        for column in range(len(cells)):
            if (row, column) in formulas:
                notes[column] = ["formula" if formulas[row, column] else "formula_empty", ""]
        lines.append(Line(row + 1, cells, notes))
    by_number = {line.number: line for line in lines}
    merged = [area for area in sheet.merged_cell_ranges or [] if area[1][0] <= gate.ROWS * 2]
    for area in merged:
        _fill_down(by_number, area)
    return Part(sheet.name, _trimmed(lines), merged)


def _fill_down(lines, area):
    """The value of a merged range in each row below its first, marked; what may not be filled is refused later."""
    (top, left), (bottom, right) = area
    head = lines.get(top + 1)
    if bottom == top or head is None or left >= len(head.cells) or not head.cells[left]:
        return
    name = f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"
    head.notes.setdefault(left, ["merged_head", name])
    for row in range(top + 1, bottom + 1):
        line = lines.get(row + 1)
        if line is not None and left < len(line.cells) and not line.cells[left]:
            line.cells[left] = head.cells[left]
            line.notes[left] = ["merged", name]


def _trimmed(lines):
    while lines and lines[-1].is_blank:
        lines.pop()
    return lines


def cell_text(value):
    """What a cell will read as once it was written: the text an export and a file are compared by."""
    if isinstance(value, Decimal):
        value = float(value)
    text = as_text(value) if isinstance(value, NATIVE) or value is None else str(value)
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_text(value):
    """What a person would type for a cell's value: phones without ".0", dates as ISO, yes as "1"."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == dt.time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return str(value)


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + (letter if isinstance(letter, int) else ord(letter)) - 64
    return number - 1


def _letters(column):
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
