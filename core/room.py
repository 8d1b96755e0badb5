"""How much room the disk of the data folder has (REL9): uploads stop while the database still has enough to write."""

import errno
import shutil
from dataclasses import dataclass

from django.conf import settings

LEAST = 500 * 1024**2  # bytes left to the database and the jobs; of a small disk LEAST_SHARE of it
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Room:
    """`free` and `total` in bytes; `floor` is what uploads may not touch."""

    free: int
    total: int

    @property
    def floor(self):
        return int(min(LEAST, self.total * LEAST_SHARE))

    @property
    def short(self):
        """Nothing is taken any more."""
        return self.free < self.floor

    def takes(self, size):
        """May a file of `size` bytes be written?"""
        return self.free - size >= self.floor


def is_full(error):
    """Is it that the disk, or what this person may use of it, is full?"""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def room():
    """The room of the disk that holds uploads and exports."""
    place = settings.MEDIA_ROOT
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return Room(usage.free, usage.total)
