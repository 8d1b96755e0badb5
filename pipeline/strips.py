"""The one alarm of a card, chosen by fixed priority and stated in words (ux §3.2, P3)."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.periods import today
from customers.staleness import words_of
from pipeline.notes import GOOD_DAYS

ORDER = ("overdue", "quiet", "nextless", "hold", "risk", "planned", "waiting", "good")


@dataclass(frozen=True)
class Strip:
    """`tone` is the css word (alert, warn, hold, plain, good), `icon` a name of the sprite, `rank` its priority."""

    kind: str
    tone: str
    icon: str
    words: str
    link: str = ""

    @property
    def rank(self):
        return ORDER.index(self.kind)


NEWS = {"good": ("good", "check"), "bad": ("warn", "x")}  # kind of note: tone and icon

CALM = len(ORDER)  # the rank of a card without a strip


def strip_of(deal, on, *, quiet, step_on=None, waiting_until=None, notes=(), risk=None):
    """The strip of a deal on a company day, or None.

    `quiet` is the customer's customers.staleness.Quiet (state, days, tries, planned_on), `step_on` the day of its
    earliest open step of ours, `waiting_until` the last day we wait, `notes` the deal's standing CardNotes, `risk`
    words (default those on the deal).
    """
    risk = deal.risk if risk is None else risk
    is_quiet = quiet is not None and quiet.state == "quiet" and deal.stage.is_open
    if step_on and step_on < on:
        days = (on - step_on).days
        words = ngettext("Next step %(days)d day overdue", "Next step %(days)d days overdue", days) % {"days": days}
        if is_quiet:
            words = f"{words} · {words_of(quiet, date=short_day)}"
        return Strip("overdue", "alert", "clock", words)
    if is_quiet:
        return Strip("quiet", "alert", "clock", words_of(quiet, date=short_day))
    if deal.stage.is_open and not step_on and not (waiting_until and waiting_until >= on):
        return Strip("nextless", "warn", "warn", _("No next step"))
    if hold := next((note for note in notes if note.kind == "hold"), None):
        return Strip("hold", "hold", "lock", note_words(hold), hold.link)
    if risk:
        return Strip("risk", "warn", "flag", risk)
    if quiet is not None and quiet.state == "planned" and deal.stage.is_open:
        return Strip("planned", "warn", "clock", words_of(quiet, date=short_day))
    if deal.stage.is_open and waiting_until and waiting_until >= on:
        words = _("With the customer until %(date)s") % {"date": short_day(waiting_until)}
        return Strip("waiting", "plain", "clock", words)
    if note := next((note for note in notes if note.kind == "waiting"), None):
        return Strip("waiting", "plain", "clock", note_words(note), note.link)
    for note in notes:
        if note.kind in NEWS and on - today(note.since) <= dt.timedelta(days=GOOD_DAYS):
            return Strip("good", *NEWS[note.kind], note_words(note), note.link)
    return None


def note_words(note):
    return note.words_en or note.words if (get_language() or "").startswith("en") else note.words


def short_day(day):
    """3/08 in Chinese, 8 Mar in English."""
    if (get_language() or "").startswith("en"):
        return f"{day.day} {day:%b}"
    return f"{day.month}/{day.day:02d}"
