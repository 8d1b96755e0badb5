"""A review told outside the page: as text to paste into a chat, as a workbook, and its three texts."""

import io

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import words
from core.periods import zone
from reviews.picture import draw
from reviews.telling import OFF_PAPER
from reviews.tellingmonth import month_heads, month_sections
from reviews.tellingrequests import request_heads, request_sections
from reviews.tellingweek import week_heads, week_sections

TEXTS = ("causes", "plan", "support")
FORMATS = {"money": "#,##0.00", "share": "0%", "change": "+0%;-0%;0%", "minutes": "0.0", "days": "0"}


def heads_of(reading):
    """The numbers at the top of any review."""
    heads = []
    if reading.sells:
        heads += week_heads(reading) if reading.kind == "week" else month_heads(reading)
    return heads + (request_heads(reading) if reading.requests else [])


def sections_of(reading):
    sections = []
    if reading.sells:
        sections += week_sections(reading) if reading.kind == "week" else month_sections(reading)
    return sections + (request_sections(reading) if reading.requests else [])


def title_of(reading):
    """周复盘 · 3月4日–10日（第 10 周） · 华东一组."""
    kind = _("Weekly review") if reading.kind == "week" else _("Monthly review")
    return f"{kind} · {span_of(reading)} · {reading.scope.label}"


def span_of(reading):
    say = words.week if reading.kind == "week" else words.month
    return say(reading.period.first, get_language())


def as_text(reading, heads=None, sections=None):
    """The review as lines of text: heads, then each table with its numbers, then the texts. `heads` and `sections` are
    those of the reading, where they are told already."""
    lines = [title_of(reading)]
    lines += [" ".join(filter(None, [head.label, head.cell.said, f"({head.sub})" if head.sub else ""]))
              for head in heads or heads_of(reading)]
    for section in sections or sections_of(reading):
        if not section.rows:
            continue
        lines += ["", f"[{section.title}] " + " · ".join(section.head[1:])]
        lines += [f"{row.label}: " + " · ".join(cell.said for cell in row.cells) for row in section.rows]
    for label, text in texts_of(reading):
        if text:
            lines += ["", f"[{label}]", text]
    return "\n".join(lines)


def texts_of(reading):
    """[(label, text)] of a review that has them."""
    if not reading.review or not reading.sells:
        return []
    labels = [_("Causes"), _("Next month") if reading.kind == "month" else _("Next week"), _("Needs support")]
    return [(label, getattr(reading.review, name)) for label, name in zip(labels, TEXTS, strict=True)]


def as_workbook(reading):
    """The review as an xlsx file: numbers are numbers, text is never a formula or a link. Returns bytes."""
    import xlsxwriter  # only here: web start-up does not pay for it (D43)

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    bold = book.add_format({"bold": True})
    formats = {kind: book.add_format({"num_format": how}) for kind, how in FORMATS.items()}
    sheet = book.add_worksheet(_("Review")[:31])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 12, 14)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, title_of(reading), bold)
    if reading.books.chosen:  # as the page says it beside the chips
        said = _("Of the stages: this playbook. Every other number: all playbooks.")
        sheet.write_string(1, 0, f"{reading.books.names[reading.books.chosen]} · {said}")
    line = 2
    for head in heads_of(reading):
        sheet.write_string(line, 0, head.label)
        put(sheet, line, 1, head.cell, formats)
        sheet.write_string(line, 2, head.sub)
        line += 1
    for section in sections_of(reading):
        line += 1
        sheet.write_string(line, 0, section.title, bold)
        line += 1
        for column, title in enumerate(section.head):
            sheet.write_string(line, column, title, bold)
        for row in section.rows:
            line += 1
            sheet.write_string(line, 0, row.label)
            for column, cell in enumerate(row.cells, 1):
                put(sheet, line, column, cell, formats)
        line += 1
    for label, text in texts_of(reading):
        line += 1
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, text)
    book.close()
    return out.getvalue()


def as_picture(reading, *, said=""):
    """The review as one long picture (SVG text): the heads, what stands on the month's one page, the texts. `said` is a
    sentence that the page says above its tables. People are not compared in a picture that travels (D25)."""
    off = OFF_PAPER if reading.kind == "month" else {"by-person"}
    sections = [section for section in sections_of(reading) if section.slug not in off]
    kind = _("Weekly review") if reading.kind == "week" else _("Monthly review")
    sub = f"{kind} · {reading.scope.label}"
    moment = words.exact(reading.as_of.astimezone(zone()), get_language())
    foot = _("SalesFlow · numbers as of %(at)s") % {"at": moment}
    return draw(span_of(reading), sub, heads_of(reading), sections, texts_of(reading), said=said, foot=foot)


def put(sheet, line, column, cell, formats):
    if isinstance(cell.raw, float):
        sheet.write_number(line, column, cell.raw, formats.get(cell.kind))
    else:
        sheet.write_string(line, column, cell.raw)
