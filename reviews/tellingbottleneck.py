"""The bottleneck of a month in words: one sentence for the report, lines with their intervals for its own page (M5)."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import words
from reviews.bottleneck import LEAST_MONTHS
from reviews.flows import Flows
from reviews.telling import named, stages_of


@dataclass(frozen=True)
class Told:
    """A Line with its stage; `low` and `high` are the interval of its share, `months` [(code, Count or None)]."""

    line: object
    pip: object
    label: str
    months: list

    @property
    def low(self):
        return words.percent(self.line.interval[0])

    @property
    def high(self):
        return words.percent(self.line.interval[1])

    @property
    def points(self):
        """The change of the share in percentage points, with its sign; empty without months before."""
        now, before = self.line.now.share, self.line.before.share
        if now is None or before is None:
            return ""
        change = round(100 * (now - before))
        return f"+{change}" if change > 0 else f"−{-change}" if change else "0"

    @property
    def judged(self):
        if self.line.worse:
            return _("Worse, beyond chance")
        return _("Within chance") if self.line.chance is not None else _("Too few to compare")


def told_lines(reading, verdict):
    names = stages_of(reading.figures)
    return [
        Told(
            line, names[line.stage], reading.books.label(line.stage, named(names[line.stage])),
            [(code, dict(zip(line.codes, line.earlier, strict=True)).get(code)) for code in verdict.codes],
        )
        for line in verdict.lines if reading.books.shows(line.stage)
    ]


def sentence(reading, verdict):
    """What the month says about its bottleneck, in one sentence."""
    named_one = verdict.named
    if named_one:
        return _(
            "Bottleneck: %(stage)s. %(now)s of what entered moved on within the month, in the months before it was "
            "%(before)s: that is worse than chance explains."
        ) % {
            "stage": reading.books.label(named_one.stage, named(stages_of(reading.figures)[named_one.stage])),
            "now": words.percent(named_one.now.share), "before": words.percent(named_one.before.share),
        }
    if len(verdict.codes) < LEAST_MONTHS:
        lack = LEAST_MONTHS - len(verdict.codes)
        return ngettext(
            "No bottleneck can be named yet: one more closed month is needed to compare with.",
            "No bottleneck can be named yet: %(n)s more closed months are needed to compare with.", lack,
        ) % {"n": lack}
    if verdict.missing is None:
        return _("No bottleneck can be named: too few deals entered a stage in the months before.")
    if verdict.missing:
        return ngettext(
            "Not enough data to name a bottleneck: about one more deal in a stage would be needed.",
            "Not enough data to name a bottleneck: about %(n)s more deals in a stage would be needed.", verdict.missing,
        ) % {"n": verdict.missing}
    return _("No stage is a bottleneck: none was worse than its months before beyond chance.")


def lost_there(reading, stage):
    """[(reason id, its label, deals)] of what was lost from a stage in the month, the most frequent first."""
    period = reading.period
    flows = Flows(
        reading.scope, reading.known.stages, start=period.starts_at, end=min(period.ends_at, reading.as_of),
        as_of=reading.as_of,
    )
    lost = [leaving.stay.reason for leaving in flows.exits if leaving.kind == "lost" and leaving.src.id == stage]
    found = Counter(reason or (0, "", "") for reason in lost)
    return [
        (pk, named({"label": label, "label_en": label_en}) or _("No reason given"), n)
        for (pk, label, label_en), n in sorted(found.items(), key=lambda pair: (pair[0][0] == 0, -pair[1], pair[0][0]))
    ]
