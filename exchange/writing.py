"""The one writer of workbooks and csv (B24): text is text, never a formula; dates are dates; drop-downs; a hidden key.

XlsxWriter with constant memory: 50,000 rows cost no more memory than fifty.
"""

import csv
import datetime as dt
import re
from decimal import Decimal

import xlsxwriter

from exchange import keys as rowkeys
from exchange.reading import BEFORE, CONTROL, cell_text
from exchange.sheets import KEY

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
    "remove_timezone": True,
}
LISTS = "_lists"  # the hidden sheet of choices; our own reader knows the underscore
ROOM = 200  # empty rows below the data that have drop-downs too
LED = ("=", "+", "-", "@", "\t", "\r", "'")


def write_workbook(target, tables, *, keys=True, notes=()):
    """Write [(sheet, rows)] to a path or a binary file; `rows` yields (key, {field: value}). Returns the row count.

    `notes`: {key: text} puts a last visible column beside the rows it names (the reason of a wrong row).
    """
    workbook = xlsxwriter.Workbook(target, OPTIONS)
    formats = _formats(workbook)
    total = 0
    try:
        lists = []
        for sheet, rows in tables:
            total += _write_sheet(workbook, formats, sheet, rows, keys, lists)
        _write_lists(workbook, formats, lists)
    finally:
        workbook.close()
    return total


def _formats(workbook):
    return {
        "head": workbook.add_format(
            {
                "bold": True,
                "bg_color": "#EEF0F4",
                "border": 1,
                "border_color": "#D5D9E0",
                "text_wrap": True,
                "valign": "top",
            }
        ),
        "text": workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "day": workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
        "money": workbook.add_format({"num_format": "#,##0.00", "valign": "top"}),
        "number": workbook.add_format({"valign": "top"}),
    }


def _write_sheet(workbook, formats, sheet, rows, keys, lists):
    page = workbook.add_worksheet(_page_name(sheet.words))
    columns = [column for column in sheet.columns if column.exported]
    for index, column in enumerate(columns):
        page.set_column(index, index, column.width, formats["text"] if column.kind == "text" else None)
        page.write_string(0, index, column.label, formats["head"])
    if keys:
        page.set_column(len(columns), len(columns), None, formats["text"], {"hidden": True})
        page.write_string(0, len(columns), KEY, formats["head"])
    beside = _Before(workbook, columns, sheet, keys)
    page.freeze_panes(1, 0)
    number = 0
    for number, (key, values) in enumerate(rows, 1):
        for index, column in enumerate(columns):
            _write(page, number, index, values.get(column.field), formats, plain=column.kind == "plain")
        if keys:
            page.write_string(number, len(columns), beside.sealed(number, key, values), formats["text"])
    page.autofilter(0, 0, max(number, 1), len(columns) - 1)
    _drop_downs(page, columns, number, lists)
    return number


class _Before:
    """The hidden sheet with what the rows said when they left, so that their edited cells can be told when the file
    comes back (M1). Text only; a table whose keys are its own has none."""

    def __init__(self, workbook, columns, sheet, wanted):
        self.columns, self.sheet, self.page = columns, sheet, None
        if wanted and sheet.records:
            self.page = workbook.add_worksheet(f"{BEFORE}{len(workbook.worksheets())}")
            self.page.hide()
            for index, name in enumerate([KEY, *(column.field for column in columns)]):
                self.page.write_string(0, index, name)

    def sealed(self, number, key, values):
        """The row's key cell; its cells are kept beside."""
        if self.page is None:
            return key
        key = seal(self.sheet, self.columns, key, values)
        self.page.write_string(number, 0, key)
        for index, column in enumerate(self.columns, 1):
            if text := cell_text(values.get(column.field)):
                self.page.write_string(number, index, text)
        return key


def seal(sheet, columns, key, values):
    if sheet.records is None:
        return key
    return rowkeys.seal(sheet.slug, key, {column.field: cell_text(values.get(column.field)) for column in columns})


def _write(page, row, column, value, formats, *, plain=False):
    if value is None or value == "":
        return
    if isinstance(value, dt.datetime):
        page.write_datetime(row, column, value, formats["moment"])
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), formats["day"])  # Excel knows no zone
    elif isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        page.write_number(row, column, float(value), formats["number" if plain else "money"])
    else:
        page.write_string(row, column, clean(str(value)), formats["text"])


def _drop_downs(page, columns, rows, lists):
    """Choices come from a hidden sheet: a list in the cell may hold 255 characters only. Other words are allowed:
    "电话+微信" is two of them."""
    for index, column in enumerate(columns):
        choices = column.choices() if column.choices else []
        if choices:
            place = len(lists)
            lists.append([clean(str(choice)) for choice in choices])
            letter = xlsxwriter.utility.xl_col_to_name(place)
            page.data_validation(
                1,
                index,
                rows + ROOM,
                index,
                {
                    "validate": "list",
                    "source": f"={LISTS}!${letter}$1:${letter}${len(choices)}",
                    "show_error": False,
                },
            )


def _write_lists(workbook, formats, lists):
    page = workbook.add_worksheet(LISTS)
    page.hide()
    for row in range(max(map(len, lists), default=0)):
        for column, choices in enumerate(lists):
            if row < len(choices):
                page.write_string(row, column, choices[row], formats["text"])


def _page_name(words):
    return re.sub(r"[\[\]:*?/\\]", " ", words)[:31]


def clean(text):
    """Without characters that no cell can hold; line breaks as Excel has them."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def write_csv(target, sheet, rows, *, keys=True):
    """UTF-8 with BOM, so that Chinese Excel reads it; an apostrophe before what a spreadsheet would calculate."""
    target.write("\ufeff")
    writer = csv.writer(target)
    columns = [column for column in sheet.columns if column.exported]
    writer.writerow([apostrophe(column.label) for column in columns] + ([KEY] if keys else []))
    count = 0
    for key, values in rows:
        sealed = [seal(sheet, columns, key, values)] if keys else []
        writer.writerow([apostrophe(as_csv(values.get(c.field))) for c in columns] + sealed)
        count += 1
    return count


def as_csv(value):
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return clean(str(value))


def apostrophe(text):
    return f"'{text}" if text.startswith(LED) else text
