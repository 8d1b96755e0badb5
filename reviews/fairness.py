"""What to know before the people of a report are compared: said under its table of people (D25: no ranking)."""

from dataclasses import replace

from accounts.models import User
from accounts.presence import fairness_notes
from core.periods import today


def with_fairness(sections, reading):
    """The sections, the one by person with its notes, of the report's days so far; a day gone by has none: leaves are
    not kept by day. One query."""
    lines = reading.figures.get("places", {}).get("person", [])
    if reading.past or not lines:
        return sections
    people = list(User.objects.filter(pk__in=[line["id"] for line in lines]).order_by("pinyin", "pk")
                  .only("pk", "name", "joined_at"))
    if len(people) < 2:
        return sections
    last = min(reading.period.last, today(reading.now))
    note = " ".join(fairness_notes(people, reading.period.first, last))
    return [replace(section, note=note) if section.slug == "by-person" else section for section in sections]
