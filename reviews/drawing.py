"""The waterfall of a month-start contract as numbers for an SVG: one bar each for day one, every part, and now."""

from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, TOP, FOOT = 960, 250, 26, 30  # of the picture, above and below the bars


@dataclass(frozen=True)
class Bar:
    slug: str
    css: str  # total, up, down
    x: float
    y: float
    width: float
    height: float
    value: Decimal
    link: float | None  # the height at which the next bar begins

    @property
    def middle(self):
        return round(self.x + self.width / 2, 1)

    @property
    def over(self):
        """Where its number stands."""
        return round(self.y - 6, 1)

    @property
    def right(self):
        return round(self.x + self.width, 1)


def waterfall(first, parts, now, target=None):
    """([Bar…], height of the target's line or None) for CNY amounts; parts are (slug, deals, CNY)."""
    steps, at = [("first", Decimal(0), first)], first
    for slug, _deals, value in parts:
        steps.append((slug, at, at + value))
        at += value
    steps.append(("now", Decimal(0), now))
    ends = [end for _slug, *both in steps for end in both] + ([target] if target else [])
    low, high = min(0, *ends), max(1, *ends)
    scale = (HEIGHT - TOP - FOOT) / float(high - low)
    room = WIDTH / len(steps)

    def y(value):
        return round(TOP + float(high - value) * scale, 1)

    bars = []
    for n, (slug, begin, end) in enumerate(steps):
        css = "total" if slug in ("first", "now") else "up" if end >= begin else "down"
        height = max(round(abs(float(end - begin)) * scale, 1), 1.5)
        bars.append(Bar(
            slug, css, round(n * room + room * 0.14, 1), y(max(begin, end)), round(room * 0.72, 1), height, end - begin,
            y(end) if n < len(steps) - 1 else None,
        ))
    return bars, y(target) if target else None
