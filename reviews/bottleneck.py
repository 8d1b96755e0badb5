"""The bottleneck of a month, named only beyond chance (M5, R38, D27).

Compared is, stage by stage, the share of what entered in the month that was on by the month's end with the same share
of up to twelve months before, each as its own report froze it ("in_month"): every month had the same time to move on,
so nothing is bad for being young. A stage is named when its share is lower beyond chance (reviews/chance.py, corrected
for the number of stages looked at); of several the one that lost the most moves. Otherwise it is said whether the month
could have shown a fall of DROP at all, and how many entries more that would take.
"""

from dataclasses import dataclass, replace

from pipeline.calibrating import wilson
from reviews.chance import Count, holm, missing, together, worse
from reviews.models import Review

MONTHS = 12
LEAST_MONTHS = 6  # with fewer the scatter among months is not known
DROP = 0.2  # the fall that a month must be able to show before "nothing is worse" is said


@dataclass(frozen=True)
class Line:
    """One stage: its Count of the month, those of the months before (the newest first, `codes` name them), the
    probability of so low a share if nothing changed, and whether that is beyond chance."""

    stage: int
    now: Count
    codes: tuple
    earlier: tuple
    chance: float | None = None
    worse: bool = False

    @property
    def before(self):
        return together(self.earlier)

    @property
    def interval(self):
        """Wilson's, at 95 %."""
        return wilson(self.now.on, self.now.entered) if self.now.entered else None

    @property
    def fewer(self):
        """Moves on that the old share would have given beyond what there were."""
        return self.now.entered * (self.before.share or 0) - self.now.on


@dataclass(frozen=True)
class Verdict:
    """`named`: the Line of the bottleneck or None. `missing`: entries more until a fall by DROP would show in the stage
    that is nearest to it, 0 when one could have shown. `codes`: the months there are to compare with."""

    lines: list
    named: Line | None
    missing: int | None
    codes: list


def verdict_of(figures, rows):
    """The Verdict of a month's figures beside the frozen ones of the months before it, [(code, figures)], newest first.
    None where the month was frozen before shares by its end were kept."""
    if "in_month" not in figures:
        return None
    kept = [(code, {line["stage"]: line for line in old["in_month"]}) for code, old in rows if "in_month" in old]
    lines = []
    for line in figures["in_month"]:
        have = [(code, old[line["stage"]]) for code, old in kept if line["stage"] in old]
        have = [(code, Count(old["entered"], old["on"])) for code, old in have if old["entered"]]
        codes, earlier = zip(*have, strict=True) if have else ((), ())
        lines.append(Line(line["stage"], Count(line["entered"], line["on"]), codes, earlier))
    return judged(lines, [code for code, _old in kept])


def judged(lines, codes):
    """The lines with their chances, and which of them is named."""
    tested = {
        line.stage: worse(line.now, line.earlier) for line in lines
        if line.now.entered and len(line.earlier) >= LEAST_MONTHS
    }
    found = holm(tested)
    lines = [replace(line, chance=tested.get(line.stage), worse=line.stage in found) for line in lines]
    named = max((line for line in lines if line.worse), key=lambda line: line.fewer, default=None)
    short = [missing(line.now, line.earlier, DROP, len(tested)) for line in lines if line.stage in tested]
    return Verdict(lines, named, min((n for n in short if n is not None), default=None), codes)


def months_before(scope, period):
    """[(code, figures)] of the twelve months before, as frozen, the newest first. One query."""
    codes, earlier = [], period
    for _month in range(MONTHS):
        earlier = earlier.previous()
        codes.append(earlier.code)
    rows = Review.objects.of(scope).frozen().filter(kind="month", period__in=codes).order_by("-period")
    return [(code, {"in_month": rates}) for code, rates in rows.values_list("period", "figures__in_month") if rates]


def bottleneck(reading):
    """The Verdict of a closed month; None of one that is not frozen yet, and where there is nothing to say."""
    if reading.kind != "month" or not reading.frozen or not reading.sells:
        return None
    return verdict_of(reading.figures, months_before(reading.scope, reading.period))
