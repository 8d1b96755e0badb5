"""The house is closed for a while: one small file in the data folder says so, and no database is asked (S22).

    with closed("restore"): ...

Everything else of this installation looks at the file: pages answer 503 with Retry-After, jobs wait. Whoever closed
the house touches the file every few seconds; a file nobody touched for a minute was left by somebody who was killed,
and the house is open again. The file stays after the first time and counts how often the database was changed under
running processes: each of them then forgets what it remembered of it.
"""

import json
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from core import kept

ALIVE = 60  # seconds without a touch after which whoever closed the house is gone
TOUCH_EVERY = 5  # seconds
RETRY_AFTER = 30  # seconds, told to whoever asks meanwhile

_seen = {"stamp": None, "known": {}, "changes": None}  # of this process


class AlreadyClosed(Exception):
    """Somebody else restores or updates right now."""


def place():
    return Path(settings.DATA_DIR) / "maintenance.json"


def what_for():
    """Why the house is closed ("restore", "update", "move"), or "" when it is open. One stat of a file."""
    try:
        facts = os.stat(place())  # noqa: PTH116  (asked by every request)
    except OSError:
        return ""
    stamp = (facts.st_mtime_ns, facts.st_size)
    if stamp != _seen["stamp"]:
        _seen["stamp"], _seen["known"] = stamp, _read()
        _forget_if_changed(_seen["known"].get("changes", 0))
    reason = _seen["known"].get("closed", "")
    return reason if reason and abs(time.time() - facts.st_mtime) < ALIVE else ""


def changes():
    """How often another database was put in the place of the one before."""
    return _read().get("changes", 0)


@contextmanager
def closed(reason):
    """Close the house for as long as the block runs. Raises AlreadyClosed. The block gets a function to call once it
    has put another database in the place of the one before."""
    if what_for():
        raise AlreadyClosed
    changes = _read().get("changes", 0)
    state = {"closed": reason, "changes": changes}
    over = threading.Event()
    _write(state)

    def touch():
        while not over.wait(TOUCH_EVERY):
            os.utime(place())

    toucher = threading.Thread(target=touch, name="maintenance", daemon=True)
    toucher.start()

    def changed():
        state["changes"] = changes + 1

    try:
        yield changed
    finally:
        over.set()
        toucher.join()
        _write(state | {"closed": ""})


def _read():
    try:
        return json.loads(place().read_text())
    except (OSError, ValueError):
        return {}


def _write(state):
    place().parent.mkdir(parents=True, exist_ok=True)
    beside = place().with_suffix(".part")
    beside.write_text(json.dumps(state))
    beside.replace(place())


def _forget_if_changed(changes):
    """Another database stands where this process's was: its numbers of kinds and its setup are not those known here."""
    before, _seen["changes"] = _seen["changes"], changes
    if before is None or before != changes:
        ContentType.objects.clear_cache()
        kept.forget()
        if not any(connection.in_atomic_block for connection in connections.all(initialized_only=True)):
            connections.close_all()
