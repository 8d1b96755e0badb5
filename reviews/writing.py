"""A review told outside the page: as text to paste into a chat, as a picture, and its three texts."""

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
    return " · ".join(filter(None, [kind, span_of(reading), reading.scope.label, version_of(reading)]))


def version_of(reading):
    """Which version is read, where there is more than one."""
    of = {"n": reading.number, "all": len(reading.editions) + 1}
    return _("version %(n)s of %(all)s") % of if reading.editions else ""


def correction_of(reading):
    """Why the version that is read was counted again; nothing of the first."""
    return _("Counted again: %(reason)s") % {"reason": reading.edition.reason} if reading.edition else ""


def span_of(reading):
    say = words.week if reading.kind == "week" else words.month
    return say(reading.period.first, get_language())


def as_text(reading, heads=None, sections=None):
    """The review as lines of text: heads, then each table with its numbers, then the texts. `heads` and `sections` are
    those of the reading, where they are told already."""
    lines = [title_of(reading), *filter(None, [correction_of(reading)])]
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


def as_picture(reading, *, said=""):
    """The review as one long picture (SVG text): the heads, what stands on the month's one page, the texts. `said` is a
    sentence that the page says above its tables. People are not compared in a picture that travels (D25)."""
    off = OFF_PAPER if reading.kind == "month" else {"by-person"}
    sections = [section for section in sections_of(reading) if section.slug not in off]
    kind = _("Weekly review") if reading.kind == "week" else _("Monthly review")
    sub = " · ".join(filter(None, [kind, reading.scope.label, version_of(reading)]))
    said = "\n".join(filter(None, [correction_of(reading), said]))
    moment = words.exact(reading.as_of.astimezone(zone()), get_language())
    foot = _("SalesFlow · numbers as of %(at)s") % {"at": moment}
    return draw(span_of(reading), sub, heads_of(reading), sections, texts_of(reading), said=said, foot=foot)
