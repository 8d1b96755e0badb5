"""The weekly review in heads and tables (S14)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.telling import Cell, Head, Row, Section, loss_section, named, place_sections, rate_section
from reviews.tellingthemes import deals_behind, heads_behind, note_behind, theme_section

LIST_TITLES = {  # of reviews/answered.py
    "talks": lambda: _("Conversations with this objection"), "said": lambda: _("Conversations with the answer given"),
    "on": lambda: _("Deals that moved on after it"), "lost": lambda: _("Deals lost after it"),
    "open": lambda: _("Deals still open after it"), "said_on": lambda: _("Answer given, moved on"),
    "said_deals": lambda: _("Deals with the answer given"),
}
FEW = 5  # logs: below this the list itself says more than a chart
OUTCOMES = {"talked": lambda: _("Talked"), "sent": lambda: _("Sent materials"), "no_answer": lambda: _("No answer")}


def week_heads(reading):
    """The numbers at the top."""
    figures = reading.figures
    talks, stale, moves = figures["talks"], figures["stale"], figures["moves"]
    before = _("%(n)s the week before") % {"n": talks["before"]}
    heads = [Head(_("Follow-ups"), Cell(talks["total"], behind={"of": "talks"}), before)]
    if reading.shares_shown:
        median = Cell(talks["median"], "minutes").said
        heads.append(
            Head(
                _("Within %(n)s min") % {"n": talks["limit"]}, Cell(talks["share"], "share", {"of": "in_time"}),
                _("%(part)s of %(whole)s, median %(span)s")
                % {"part": talks["in_time"], "whole": talks["timed"], "span": median},
            )
        )
    if stale:  # of a day gone by that no frozen week tells of nobody knows who was quiet
        more = ngettext("%(n)s more with a plan", "%(n)s more with a plan", stale["planned"]) % {"n": stale["planned"]}
        heads.append(Head(_("Quiet customers"), Cell(stale["quiet"], behind={"of": "quiet"}), more))
    heads += [
        Head(_("Moved on"), Cell(moves["on"], behind={"of": "on"}),
             ngettext("%(n)s step back", "%(n)s steps back", moves["back"]) % {"n": moves["back"]}),
        Head(_("New deals"), Cell(moves["new"], behind={"of": "new"})),
        Head(_("Deals won"), Cell(figures["won"]["count"], behind={"of": "won"}),
             Cell(figures["won"]["amount"], "money").said),
        Head(_("Deals lost"), Cell(figures["lost"]["count"], behind={"of": "lost"})),
    ]
    return heads


def week_sections(reading):
    figures = reading.figures
    sections = []
    if figures["talks"]["total"] >= FEW:
        sections += [
            topic_section(reading, figures["needs"], "need", _("Needs"), _("No need was noted.")),
            topic_section(reading, figures["objections"], "objection", _("Objections"), _("No objection was noted.")),
        ]
    if reading.themes:
        sections.append(theme_section(reading))
    sections += [rate_section(reading, with_matured=False), how_section(reading), loss_section(reading)]
    return sections + place_sections(reading, week_columns(reading))


def topic_section(reading, lines, kind, title, empty):
    """What was said, most frequent first, with the change against the week before, and the deals behind it where the
    job has looked (reviews/mining.py)."""
    top = max((line["count"] for line in lines), default=0)
    rows = [
        Row(
            named(line) or _("Without a tag"),
            [Cell(line["count"], behind={"of": kind, "topic": line["topic"]}), Cell(line["change"], "signed"),
             Cell(line["customers"]),
             *(deals_behind(reading, reading.topics.get(line["topic"]), {"topic": line["topic"]}) if reading.topics
               else [])],
            bar=round(line["count"] / top * 100, 1), quotes=line["examples"],
            objection=line["topic"] if kind == "objection" else 0,
        )
        for line in lines
    ]
    slug = {"need": "needs", "objection": "objections"}[kind]
    head = [title, _("Times"), _("On the week before"), _("Customers"), *(heads_behind() if reading.topics else [])]
    note = note_behind() if reading.topics and rows else ""
    return Section(slug, title, head, rows, bars=True, empty=empty, note=note)


def how_section(reading):
    """Follow-ups by outcome and method."""
    talks, methods = reading.figures["talks"], reading.known.methods
    rows = [
        Row(OUTCOMES[name](), [Cell(talks["outcomes"].get(name, 0), behind={"of": "talks", "word": name})])
        for name in OUTCOMES
    ]
    rows += [
        Row(named(methods.get(name, {"label": name, "label_en": name})),
            [Cell(number, behind={"of": "talks", "word": name})])
        for name, number in talks["methods"].items()
    ]
    return Section("how", _("Outcome and method"), [_("Outcome or method"), _("Follow-ups")], rows)


def week_columns(reading):
    columns = [
        (_("Follow-ups"), lambda line: Cell(line["talks"], behind={"of": "talks"}), True),
        (_("Moved on"), lambda line: Cell(line["on"], behind={"of": "on"}), True),
        (_("Deals won"), lambda line: Cell(line["won"], behind={"of": "won"}), True),
        (_("Won amount"), lambda line: Cell(line["amount"], "money"), True),
        (_("Deals lost"), lambda line: Cell(line["lost"], behind={"of": "lost"}), True),
    ]
    within = (
        _("Within %(n)s min") % {"n": reading.figures["talks"]["limit"]},
        lambda line: Cell(line["in_time"] / line["timed"] if line["timed"] else None, "share", {"of": "in_time"}),
        reading.person_shares_shown,
    )
    return [columns[0], within, *columns[1:]]
