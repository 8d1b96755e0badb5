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
    page = reverse("reviews:theme", args=[reading.period.code])

    def cell(theme, of, value, kind="number"):
        asked = {"scope": reading.scope.code, "theme": theme.phrase, "of": of}
        return Cell(value, kind, url=f"{page}?{urlencode(asked)}" if value else "")

    rows = []
    for theme in reading.themes:
        decided = len(theme.won) + len(theme.lost)
        rows.append(Row(
            theme.phrase,
            [cell(theme, "logs", len(theme.logs)), Cell(f"{theme.before / WEEKS:.1f}", "text"),
             Cell(theme.customers), cell(theme, "won", len(theme.won)), cell(theme, "lost", len(theme.lost)),
             Cell(len(theme.won) / decided if decided else None, "share"),
             cell(theme, "open", theme.amount if theme.open else None, "money")],
            theme=theme.phrase,
        ))
    head = [pgettext("conversation", "Theme"), _("Times"), _("A week before"), _("Customers"), _("Deals won"),
            _("Deals lost"), _("Win rate"), pgettext("theme", "Open")]
    note = _(
        "Phrases said at least half as often again as in the eight weeks before, beyond chance. Won and lost: deals of "
        "the customers who said it in these nine weeks; open: of those who said it this week."
    )
    return Section("themes", _("Themes that rise"), head, rows, note=note)
