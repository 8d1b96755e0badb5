"""Make a backup while people work: one moment of the database, then the files its rows name, then the manifest."""

import datetime as dt
import hashlib
import os
import shutil
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import FileField
from django.utils.translation import gettext as _

from activity.orphans import BESIDE, FOLDER
from salesflow import VERSION
from salesflow.backup import archive, rows, states
from salesflow.backup.problems import Unusable
from salesflow.backup.snapshot import snapshot

KEPT = {"nightly": 14}  # of each reason the newest so many
KEPT_OF_OTHERS = 10
BATCH = 64 * 1024  # bytes of lines joined before they are packed


def folder():
    """Where backups lie: <data>/backups, for the owner of the process alone."""
    place = Path(settings.DATA_DIR) / "backups"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def back_up(*, by, now, why, source=connection, progress=lambda done, of: None):
    """Write a backup of database, files and manifest and return its Path. Nobody is kept waiting; memory is bounded.

    `by` is the person who asked (None: the clock or a command), `now` an aware datetime (the name says it in UTC),
    `why` a short word for the name and the manifest ("nightly", "by-hand", "before-restore", …). Of the nightly ones
    the newest fourteen are kept, of every other reason ten. Raises Unusable when the database is one this program does
    not know, or the disk has no room (REL14)."""
    place = folder()
    path = place / f"salesflow-{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}-{why}.zip"
    _check_space(place)
    with snapshot(source) as reader, archive.Writer(path) as out:
        migrations = states.applied(reader)
        states.check(migrations)
        models, counts, columns, names = states.models_of(migrations), {}, {}, set()
        for number, (table, model) in enumerate(models.items()):
            columns[table] = rows.columns_of(model)
            counts[table] = _add_table(out, reader, table, model)
            names |= _file_names(reader, model)
            progress(number, len(models) + 1)
        missing = _add_files(out, sorted(names))
        out.finish({
            "version": VERSION, "made_at": now.astimezone(dt.UTC).isoformat(), "why": why,
            "by": by.username if by else "", "vendor": reader.vendor, "migrations": migrations, "counts": counts,
            "columns": columns, "missing": missing, "key": key_print(),
        })  # fmt: skip
    prune()
    return path


def key_print():
    """Tells two secret keys apart without saying either."""
    return hashlib.sha256(b"salesflow.backup" + settings.SECRET_KEY.encode()).hexdigest()[:16]


def prune():
    """Let go of all but the newest of each reason, and of what broke off more than a day ago."""
    found = {}
    for path in sorted(folder().glob("salesflow-*-*.zip"), reverse=True):
        found.setdefault(path.stem.split("-", 3)[3], []).append(path)
    for why, paths in found.items():
        for path in paths[KEPT.get(why, KEPT_OF_OTHERS) :]:
            path.unlink(missing_ok=True)
    for path in folder().glob("*.part"):
        if dt.datetime.now().timestamp() - path.stat().st_mtime > 86_400:  # noqa: DTZ005
            path.unlink(missing_ok=True)


def _add_table(out, reader, table, model):
    count = 0

    def pieces():
        nonlocal count
        held, size = [], 0
        for line in rows.read(reader, model):
            held.append(line)
            size += len(line)
            count += 1
            if size > BATCH:
                yield ("\n".join(held) + "\n").encode()
                held, size = [], 0
        if held:
            yield ("\n".join(held) + "\n").encode()

    out.add(f"rows/{table}.jsonl", pieces())
    return count


def _file_names(reader, model):
    """Names of stored files that the rows of this moment name (REL19: a row's file was there before the row)."""
    found = set()
    for field in model._meta.local_concrete_fields:
        if isinstance(field, FileField):
            name = reader.ops.quote_name
            with reader.cursor() as cursor:
                cursor.execute(f"SELECT {name(field.column)} FROM {name(model._meta.db_table)}")  # noqa: S608
                named = {value for (value,) in cursor.fetchall() if value}
            found |= named | {f"{name}{BESIDE}" for name in named if default_storage.exists(f"{name}{BESIDE}")}
    return found


def _add_files(out, names):
    """Put the contents in. Returns the attachments that are not there; what was read in or taken out goes by itself
    after its time, and is no loss."""
    missing = []
    for name in names:
        try:
            with default_storage.open(name) as content:
                out.add(f"files/{name}", iter(lambda: content.read(archive.PIECE), b""), stored=True)  # noqa: B023
        except OSError:
            missing += [name] if name.startswith(f"{FOLDER}/") else []
    return missing


def _check_space(place):
    last = max((path.stat().st_size for path in place.glob("salesflow-*.zip")), default=0)
    if shutil.disk_usage(place).free < last * 1.2 + 50 * 1024**2:
        raise Unusable(_("The disk is nearly full: there is no room for a backup. Free some space in %(place)s.")
                       % {"place": os.fspath(place)})  # fmt: skip


def take_in(upload, *, now):
    """A backup that somebody brings, beside the others under the name upload-…; the newest three are kept. Raises
    Unusable, and keeps nothing, when it is damaged, partial or newer than this program."""
    path = folder() / f"upload-{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}.zip"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for piece in upload.chunks():
                out.write(piece)
        states.check(archive.check(path)["migrations"])
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    for old in sorted(folder().glob("upload-*.zip"))[:-3]:
        old.unlink()
    return path
