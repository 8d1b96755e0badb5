"""Contents without a row. A content is written before its row, so that no row ever lacks one (REL19); a deed that is
taken back after its upload leaves a content nobody names, which goes the night after."""

import datetime as dt

from django.core.files.storage import default_storage

from activity.models import Attachment

FOLDER = "attachments"
AT_ONCE = 500  # names asked for in one query
YOUNG = dt.timedelta(hours=24)  # longer than any request or job may hold its row back


def sweep_files(*, now):
    """Remove contents no attachment names that are older than a day. Returns how many."""
    found, gone = list(_contents(FOLDER)), 0
    for first in range(0, len(found), AT_ONCE):
        names = found[first : first + AT_ONCE]
        kept = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        for name in names:
            if name not in kept and now - default_storage.get_modified_time(name) > YOUNG:
                default_storage.delete(name)
                gone += 1
    return gone


def _contents(folder):
    """Every file below a folder, by the name its row would have."""
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _contents(f"{folder}/{name}")
