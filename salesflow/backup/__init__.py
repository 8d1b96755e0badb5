"""Backups of the whole installation (issue 7, REL14): one file with rows, files and a manifest, for both databases.

    path = back_up(by=request.user, now=timezone.now(), why="before-demo-goes")

Making: `making`. The file: `archive`. Rows as lines: `rows`. Versions: `states`. Into an empty place: `places`,
`filling`. In the place of today's: `restoring`. The trial: `drilling`. To PostgreSQL: `moving`.
"""

from salesflow.backup.making import back_up
from salesflow.backup.problems import Unusable

__all__ = ["Unusable", "back_up"]
