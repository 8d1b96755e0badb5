"""What setup says, remembered for a moment: pages ask for it many times a second, people change it once a month (D41).

Each process has its own memory. It asks the database again when its moment is over, and at once when this process
changed something itself. Settings: SETUP_SECONDS (0 in tests: nothing is remembered).
"""

import time

from django.conf import settings

_all = []


class Kept:
    """`get()` gives what `read()` gave less than SETUP_SECONDS ago."""

    def __init__(self, read):
        self.read, self.value, self.until = read, None, 0.0
        _all.append(self)

    def get(self):
        now = time.monotonic()
        if now >= self.until:
            self.value, self.until = self.read(), now + settings.SETUP_SECONDS
        return self.value


def forget():
    """Setup changed in this process: everything is asked again."""
    for kept in _all:
        kept.until = 0.0
