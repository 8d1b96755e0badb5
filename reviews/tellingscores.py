"""The scoreboard in words: values in their unit, the change, and the verdict as one sentence (M7, D52)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import words
from reviews.scoreboard import Scored


def said(value, measure):
    """A value in its unit: 41.3%, 2.5; – for none."""
    if value is None:
        return words.NOTHING
    return f"{value * 100:.1f}%" if measure.is_share else f"{value:.1f}"


def case_words(measure, value):
    """What one case says: yes or no of a share, its time."""
    return (_("yes") if value else _("no")) if measure.is_share else said(value, measure)


def signed(value, measure):
    """A change with its sign, in percentage points or the unit of a time."""
    if value is None:
        return words.NOTHING
    number = value * 100 if measure.is_share else value
    text = f"{abs(number):.1f}"
    return text if float(text) == 0 else f"{'+' if number > 0 else '−'}{text}"


@dataclass(frozen=True)
class Told:
    scored: Scored

    @property
    def goal(self):
        return self.scored.goal

    @property
    def measure(self):
        return self.scored.measure

    @property
    def before(self):
        return said(self.scored.before.value, self.measure)

    @property
    def now(self):
        return said(self.scored.now.value, self.measure)

    @property
    def medians(self):
        """(before, now) of times; None of a share."""
        if self.measure.is_share:
            return None
        return said(self.scored.before.median, self.measure), said(self.scored.now.median, self.measure)

    @property
    def aim(self):
        return said(self.scored.aim, self.measure)

    @property
    def statement(self):
        """The goal as it was set: by what, relative or in points."""
        size, goal = f"{self.goal.size.normalize():f}", self.goal
        names = {"size": size, "aim": self.aim}
        if goal.kind == "level":
            text = _("to %(aim)s")
        elif goal.kind == "relative":
            up = goal.direction == "up"
            text = _("+%(size)s%% of what it was, to %(aim)s") if up else _("−%(size)s%% of what it was, to %(aim)s")
        elif self.measure.is_share:
            up = goal.direction == "up"
            text = _("+%(size)s points, to %(aim)s") if up else _("−%(size)s points, to %(aim)s")
        else:
            up = goal.direction == "up"
            text = _("+%(size)s days, to %(aim)s") if up else _("−%(size)s days, to %(aim)s")
        return text % names

    @property
    def change(self):
        if self.scored.change is None:
            return words.NOTHING
        unit = _("points") if self.measure.is_share else _("days")
        return f"{signed(self.scored.change, self.measure)} {unit}"

    @property
    def relative(self):
        """The change as a percentage of what it was, with its sign; empty from nothing."""
        found = self.scored.relative
        if found is None:
            return ""
        return f"{'+' if found > 0 else '−' if found < 0 else ''}{words.percent(abs(found))}"

    @property
    def interval(self):
        found = self.scored.interval
        return " – ".join(signed(end, self.measure) for end in found) if found else ""

    @property
    def verdict(self):
        scored = self.scored
        if not scored.before.n:
            return _("Nothing was counted in the baseline: there is nothing to compare with.")
        if not scored.now.n:
            return _("Nothing is counted yet since it is measured.")
        if scored.beyond:
            return {"better": _("Better, beyond chance."), "worse": _("Worse, beyond chance.")}[scored.beyond]
        if scored.more is None:
            return _("Within chance. The baseline is too small for such a change ever to show.")
        if not scored.more:
            return _("Within chance: a change as large as the goal would likely have shown by now.")
        return ngettext(
            "Not yet beyond chance: about %(n)s more case is needed.",
            "Not yet beyond chance: about %(n)s more cases are needed.", scored.more,
        ) % {"n": scored.more}

    @property
    def state(self):
        if self.scored.reached:
            return _("Reached")
        return _("Over, not reached") if self.scored.is_over else _("Under way")
