"""A cell of the sheet of targets as markup, in one pass: a company's sheet has hundreds (S17)."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import words
from core.markup import format_html
from core.templatetags.words import icon

AIM = (
    '<td class="full"><div class="aim" id="aim-{period}-{metric}-{detail}-{place}">'
    '<span class="phone-only small muted">{label}</span>\n{field}\n{notes}</div></td>'
)
FIELD = (
    '<input type="hidden" name="o~{name}" value="{seen}"><span class="aim-in"><input class="in num{changed}" '
    'name="v~{name}" inputmode="decimal" autocomplete="off" data-aim aria-label="{place} · {label}" value="{shown}"'
    "{invalid}>\n{menu}</span>{error}"
)
MENU = (
    '<details class="menu"><summary class="icon-btn" aria-label="{split} · {place} · {label}">{dots}</summary>'
    '<div class="menu-box sheet">{choices}</div></details>'
)
CHOICE = '<button name="propose" value="{}:{}">{}</button>'


def aim_html(cell, *, has_parts):
    """The cell of a place; `has_parts`: there are rows right below it."""
    column = cell.column
    field = _field(cell, has_parts) if cell.editable else format_html('<b class="num">{}</b>', column.said(cell.value))
    notes = [_actual(cell), _needed(cell), _first(cell), *_gaps(cell)]
    return format_html(
        AIM, period=column.period.code, metric=column.metric, detail=column.detail, place=cell.scope.code,
        label=column.label, field=field, notes=format_html("{}" * len(notes), *notes),
    )


def _field(cell, has_parts):
    name, place, label = cell.name, cell.scope.label, cell.column.label
    invalid = format_html(' aria-invalid="true" aria-describedby="err-{}"', name) if cell.error else ""
    error = format_html('\n<p class="err" id="err-{}">{}</p>', name, cell.error) if cell.error else ""
    return format_html(
        FIELD, name=name, seen=cell.seen, changed=" changed" if cell.text is not None else "", place=place, label=label,
        shown=cell.shown, invalid=invalid, menu=_menu(cell, has_parts), error=error,
    )


def _menu(cell, has_parts):
    """What may be proposed: from the place above down, from the parts up, from a quarter over its months."""
    offered = []
    if has_parts and cell.column.summed:
        offered = [("equal", _("Split equally")), ("share", _("Split by the last period's share")),
                   ("sum", _("Take the sum below"))]
    if cell.months is not None:
        offered.append(("months", _("Split over the months")))
    if not offered:
        return ""
    choices = [format_html(CHOICE, how, cell.name, text) for how, text in offered]
    return format_html(
        MENU, split=_("Split"), place=cell.scope.label, label=cell.column.label, dots=icon("dots", small=True),
        choices=format_html("{}" * len(choices), *choices),
    )


def _small(text, css="muted"):
    return format_html('<small class="{}">{}</small>', css, text)


def _actual(cell):
    """What was attained so far, as the link of the list behind it."""
    if cell.actual is None:
        return ""
    actual = cell.column.actual_said(cell.actual)
    said = _("%(actual)s so far") % {"actual": actual}
    if cell.share is not None:
        said = _("%(actual)s · %(part)s attained") % {"actual": actual, "part": words.percent(cell.share)}
    return _small(format_html('<a class="link" href="{}">{}</a>', cell.behind, said) if cell.behind else said,
                  "muted num")


def _needed(cell):
    if not (cell.course and cell.course.needed):
        return ""
    amount = words.money(cell.course.needed, get_language())
    return _small(_("%(amount)s to sign each working day") % {"amount": amount}, "muted num")


def _first(cell):
    if not cell.late:
        return ""
    return _small(_("First: %(first)s") % {"first": cell.column.said(cell.target.first_value)})


def _gaps(cell):
    """What the parts, and the months of a quarter, lack or have too much."""
    said = cell.column.said
    if cell.gap:
        text = _("%(amount)s not assigned yet") if cell.gap > 0 else _("the parts aim at %(amount)s more")
        yield _small(text % {"amount": said(abs(cell.gap))}, "c-warn")
    elif cell.value is None and cell.below:
        yield _small(_("%(amount)s below") % {"amount": said(cell.below)})
    if cell.months_gap:
        text = _("%(amount)s not in a month yet") if cell.months_gap > 0 else _("the months aim at %(amount)s more")
        yield _small(text % {"amount": said(abs(cell.months_gap))}, "c-warn")
