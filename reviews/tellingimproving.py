"""Improvements in words: what they are measured by, before and after, and on which side of chance (R42)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from pipeline.models import Stage
from reviews.improving import Course
from reviews.models import Improvement
from reviews.telling import named, stages_of
from reviews.tellingmonth import TAGS

TO = {"prospect": "interested", "interested": "won"}


@dataclass(frozen=True)
class Told:
    course: Course
    measure: str

    @property
    def improvement(self):
        return self.course.improvement

    @property
    def lists(self):
        """(query of what moved on, query of what entered), for the page of the lists behind a month."""
        one = self.improvement
        if one.metric == Improvement.Metric.TAG:
            return f"of=tag_reached&word={one.detail}", f"of=tag_entered&word={one.detail}"
        return f"of=on_in_month&stage={one.detail}", f"of=rate_entered&stage={one.detail}"

    @property
    def judged(self):
        if not self.course.since:
            return _("No month has closed since")
        return {"better": _("Better, beyond chance"), "worse": _("Worse, beyond chance")}.get(
            self.course.beyond, _("Within chance")
        )


def tag_words(tag):
    return _("%(from)s → %(to)s") % {"from": TAGS[tag](), "to": TAGS[TO[tag]]()}


def measures_of(reading):
    """[(metric-detail, label)] of the figures a month has."""
    names = stages_of(reading.figures)
    rates = [
        (f"rate-{line['stage']}", reading.books.label(line["stage"], named(names[line["stage"]])))
        for line in reading.figures.get("in_month", ())
    ]
    return rates + [(f"tag-{tag}", tag_words(tag)) for tag in TO]


def tell(found):
    """[Told] of Courses. One query, for the names of the stages."""
    stages = Stage.objects.in_bulk([
        int(one.improvement.detail) for one in found if one.improvement.metric == Improvement.Metric.RATE
    ])
    return [
        Told(one, stages[int(one.improvement.detail)].words if one.improvement.metric == Improvement.Metric.RATE
             else tag_words(one.improvement.detail))
        for one in found
    ]
