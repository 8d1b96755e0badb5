"""How often one person may ask something costly (L10). Counted in the memory of the process: a GET writes nothing, and
neither a database nor a broker has to be there; with several processes the limit is as many times as high."""

import time
from collections import defaultdict, deque

from core.errors import TooMany

_paces = []


class Pace:
    """`times` in any `seconds`, by person.

        SEARCHES = Pace(times=120, seconds=60)
        SEARCHES.take(request.user.pk)     raises TooMany with the seconds to wait
    """

    def __init__(self, *, times, seconds):
        self.times, self.seconds, self.taken = times, seconds, defaultdict(deque)
        _paces.append(self)

    def take(self, who):
        now = time.monotonic()
        taken = self.taken[who]
        while taken and taken[0] <= now - self.seconds:
            taken.popleft()
        if len(taken) >= self.times:
            raise TooMany(max(1, round(taken[0] + self.seconds - now)))
        taken.append(now)
        if len(self.taken) > 10_000:  # people of an office are never so many
            self.taken.clear()


def forget():
    """Every count, in tests."""
    for pace in _paces:
        pace.taken.clear()
