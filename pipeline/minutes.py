"""The minutes of a meeting: who was there, what was promised and kept, what was decided; as a page, text and xlsx."""

import datetime as dt
import io
from dataclasses import dataclass, field

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from accounts.models import User
from core import words
from core.periods import day_start, read_period, today, zone
from pipeline.agenda import thaw
from pipeline.deciding import label_of

DAY = dt.timedelta(days=1)
STATES = {"kept": "✓", "missed": "✗", "open": "…"}


@dataclass
class Minutes:
    """`decided` are MeetingItem rows, `promised` the thawed lines of the meeting before, `asked` MeetingPage rows."""

    meeting: object
    title: str
    people: list
    decided: list = field(default_factory=list)
    promised: list = field(default_factory=list)
    asked: list = field(default_factory=list)


def minutes_of(meeting, *, items, places):
    """`items` are the decisions the reader may see, `places` what of the agenda he may read."""
    frozen = [meeting.agenda["items"][n] for n in places]
    promised = next((thaw(item)["lines"] for item in frozen if item["kind"] == "promises"), [])
    who = {item["user"] for item in frozen if item["kind"] == "rep"}
    asked = meeting.pages.filter(user__in=who).exclude(support="").select_related("user").order_by("user__pinyin")
    people = list(User.objects.filter(pk__in=meeting.attendees).order_by("pinyin", "pk"))
    for row in items:
        row.label = label_of(row.kind)
    return Minutes(meeting, title_of(meeting), people, items, promised, list(asked))


def title_of(meeting):
    week = words.week(read_period(meeting.week).first, get_language())
    return f"{_('Weekly meeting')} · {week} · {meeting.team}"


def lines_of(minutes):
    """[(heading, head of the table, rows)] of text: what page, text and workbook say alike."""
    promised = [
        [STATES[line["state"]], line["about"], f"{label_of(line['what'])}: {line['text']}", line["who"],
         _day(line["due"])]
        for line in minutes.promised
    ]
    decided = [
        [row.deal.customer.name if row.deal else "", row.label, row.text, row.owner.name if row.owner else "",
         _day(row.due_on)]
        for row in minutes.decided
    ]  # fmt: skip
    what, who, by = pgettext("meeting", "What"), pgettext("meeting", "Who"), pgettext("meeting", "By")
    asked = [[page.user.name, page.support] for page in minutes.asked]
    return [
        (_("Promised last time"), ["", _("Customer"), what, who, by], promised),
        (_("Decided"), [_("Customer"), pgettext("meeting", "Decision"), what, who, by], decided),
        (_("Needs support"), [who, what], asked),
    ]


def when_of(meeting):
    """10:00–10:40 of its day, company time; with the day where it was ended on another."""
    first, last = meeting.started_at.astimezone(zone()), meeting.ended_at and meeting.ended_at.astimezone(zone())
    if last is None or meeting.ended_at >= day_start(today(meeting.started_at) + DAY):  # nobody ended it
        return f"{first:%Y-%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M}–" + (f"{last:%H:%M}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M}")


def as_text(minutes):
    """For WeCom, Feishu or a mail."""
    lines = [minutes.title, when_of(minutes.meeting)]
    lines += [_("Attendees: %(names)s") % {"names": _(", ").join(person.name for person in minutes.people)}]
    for heading, _head, rows in lines_of(minutes):
        if rows:
            lines += ["", f"[{heading}]", *[f"{n}. " + " · ".join(filter(None, row)) for n, row in enumerate(rows, 1)]]
    if minutes.meeting.notes:
        lines += ["", minutes.meeting.notes]
    return "\n".join(lines)


def as_workbook(minutes):
    """The same as xlsx: one sheet, one table below the other. Text that looks like a formula stays text."""
    import xlsxwriter  # noqa: PLC0415  (only here: web start-up does not pay for it, D43)

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet(_("Minutes")[:31]), book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 60)
    sheet.set_column(3, 4, 14)
    sheet.write_string(0, 0, minutes.title, bold)
    sheet.write_string(1, 0, when_of(minutes.meeting))
    sheet.write_string(2, 0, _("Attendees: %(names)s") % {"names": _(", ").join(p.name for p in minutes.people)})
    at = 4
    for heading, head, rows in lines_of(minutes):
        if not rows:
            continue
        sheet.write_string(at, 0, heading, bold)
        for line, row in enumerate([head, *rows], at + 1):
            for place, text in enumerate(row):
                sheet.write_string(line, place, text, bold if line == at + 1 else wrap)
        at += len(rows) + 3
    book.close()
    return out.getvalue()


def _day(day):
    return day.isoformat() if day else ""
