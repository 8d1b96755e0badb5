"""The rows with errors back as a workbook: original columns and cells, the reason in the last column (REL3, B22)."""

import xlsxwriter
from django.utils.translation import gettext as _

from exchange.problems import tell
from exchange.sheets import sheet_of
from exchange.writing import OPTIONS, _page_name, clean


def write_wrong_rows(batch, target):
    """Write every wrong row of a batch, one worksheet a table, so that it can be corrected and uploaded again."""
    workbook = xlsxwriter.Workbook(target, OPTIONS)
    head = workbook.add_format({"bold": True, "bg_color": "#EEF0F4"})
    text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    bad = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#FBE9E7"})
    try:
        for number, table in enumerate(batch.tables, 1):
            rows = batch.rows.filter(fate="wrong", part=table["part"]).iterator(chunk_size=1000)
            _write_table(workbook, f"{number} {table['part']}", table, rows, (head, text, bad))
    finally:
        workbook.close()


def _write_table(workbook, name, table, rows, formats):
    head, text, bad = formats
    page = workbook.add_worksheet(_page_name(name))
    place = {field: int(index) for index, field in table["columns"].items()}
    width = len(table["header"])
    for index, label in enumerate(table["header"]):
        page.set_column(index, index, 18)
        page.write_string(0, index, clean(label), head)
    page.set_column(width, width, 60)
    page.write_string(0, width, _("Reason (row %(row)s onward)") % {"row": table["header_row"]}, head)
    for number, row in enumerate(rows, 1):
        wrong = {place.get(error["field"]) for error in row.errors}
        for index, cell in enumerate(row.cells.get("v", [])[:width]):
            if cell:
                page.write_string(number, index, clean(cell), bad if index in wrong else text)
        page.write_string(number, width, clean(reasons(row, table["slug"])), text)


def reasons(row, slug):
    """What is wrong with a row, in the reader's language: one sentence a line, with the row's number."""
    columns = sheet_of(slug).by_field
    said = []
    for error in row.errors:
        label = columns[error["field"]].label if error["field"] in columns else ""
        said.append(
            _("Row %(row)s, %(column)s: %(reason)s")
            % {"row": row.number, "column": label, "reason": tell(error["message"], error["params"])}
        )
    return "\n".join(said)
