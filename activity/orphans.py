"""Contents without a row. A content is written before its row, so that no row ever lacks one (REL19); a deed that is
taken back after its upload leaves a content nobody names, and so does a restore to a day before it (or one that broke
off); those go the night after."""

import datetime as dt

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField

FOLDER = "attachments"
AT_ONCE = 500  # names asked for in one query
BESIDE = ".keys"  # what lies beside the content of an export and goes with it
YOUNG = dt.timedelta(hours=24)  # longer than any request or job may hold its row back


def sweep_files(*, now):
    """Remove contents older than a day that no row names, in every folder a model stores in. Returns how many."""
    return sum(_sweep(folder, fields, now) for folder, fields in _folders().items())


def _folders():
    """{folder: [(model, name of its field), …]} of every field that stores contents."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField) and isinstance(field.upload_to, str) and field.upload_to:
                found.setdefault(field.upload_to.partition("/")[0], []).append((model, field.name))
    return found


def _sweep(folder, fields, now):
    found, gone = list(_contents(folder)), 0
    for first in range(0, len(found), AT_ONCE):
        names = found[first : first + AT_ONCE]
        named = {name.removesuffix(BESIDE) for name in names}
        kept = set()
        for model, field in fields:
            kept |= set(model._base_manager.filter(**{f"{field}__in": named}).values_list(field, flat=True))
        for name in names:
            if name.removesuffix(BESIDE) not in kept and now - default_storage.get_modified_time(name) > YOUNG:
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
