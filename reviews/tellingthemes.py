"""The themes of a week as a table (S14, M8)."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reviews.mining import WEEKS
from reviews.telling import Cell, Row, Section

TITLES = {
    "logs": lambda: _("Conversations with this theme"), "won": lambda: _("Deals won behind it"),
    "lost": lambda: _("Deals lost behind it"), "open": lambda: _("Deals still open behind it"),
}


def theme_section(reading):
    """What rose beyond chance, the surest first: how often, how often a week before, and the deals behind it."""
    rows = []
    for theme in reading.themes:
        asked = {"theme": theme.phrase}
        rows.append(Row(
            theme.phrase,
            [_cell(reading, asked, "logs", len(theme.logs)), Cell(f"{theme.before / WEEKS:.1f}", "text"),
             Cell(theme.customers), *deals_behind(reading, theme, asked)],
            theme=theme.phrase,
        ))
    head = [pgettext("conversation", "Theme"), _("Times"), _("A week before"), _("Customers"), *heads_behind()]
    note = _("Phrases said at least half as often again as in the eight weeks before, beyond chance.")
    return Section("themes", _("Themes that rise"), head, rows, note=f"{note} {note_behind()}")


def heads_behind():
    return [_("Deals won"), _("Deals lost"), _("Win rate"), pgettext("theme", "Open")]


def deals_behind(reading, theme, asked):
    """The cells of the deals behind a theme, or a need or objection; `asked` names it. None: nothing is known."""
    if theme is None:
        return [Cell(None)] * len(heads_behind())
    decided = len(theme.won) + len(theme.lost)
    return [
        _cell(reading, asked, "won", len(theme.won)), _cell(reading, asked, "lost", len(theme.lost)),
        Cell(len(theme.won) / decided if decided else None, "share"),
        _cell(reading, asked, "open", theme.amount if theme.open else None, "money"),
    ]


def note_behind():
    return _(
        "Won and lost: deals of the customers who said it in these nine weeks; open: of those who said it this week."
    )


def _cell(reading, asked, of, value, kind="number"):
    page = reverse("reviews:theme", args=[reading.period.code])
    query = urlencode({"scope": reading.scope.code, **asked, "of": of})
    return Cell(value, kind, url=f"{page}?{query}" if value else "")
