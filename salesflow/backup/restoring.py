"""Put a backup in the place of today's database: all of it or nothing, and a copy of today first."""

import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core import maintenance
from core.models import Job
from salesflow.backup import archive, making, places, states, unpacking
from salesflow.backup.problems import Unusable

PATIENCE = 120  # seconds until work under way must have ended
GRACE = 2  # seconds for the pages that were asked for before the house was closed


def restore(path, *, by, now, copy_first=True):
    """Restore database and files from `path`. Returns {"rows", "forward", "before", "mails", "jobs", "other_key"}.

    `by` is the person (None: the command line), `now` an aware datetime. The house is closed meanwhile. Every byte is
    checked, today's state is backed up ("before-restore"), files go in, the rows are filled in beside, compared one by
    one and brought to this version; then one step puts them in use. Until that step nothing has changed: whoever kills
    this, kills nothing. Sessions end. Raises Unusable with what to do (REL14)."""
    path = Path(path).absolute()
    manifest = archive.check(path)
    states.check(manifest["migrations"])
    try:
        with maintenance.closed("restore") as changed:
            outcome = _exchange(path, by=by, now=now, copy_first=copy_first)
            changed()
    except maintenance.AlreadyClosed:
        raise Unusable(_("Another restore or update is running. Wait until it has ended.")) from None
    outcome["other_key"] = manifest["key"] != making.key_print()
    return outcome


def _exchange(path, *, by, now, copy_first):
    before = None
    if copy_first and states.applied(connection):
        wait_for_work()
        before = making.back_up(by=by, now=now, why="before-restore")
    unpacking.unpack(path, settings.MEDIA_ROOT)
    with places.beside(making.folder()) as place:
        filled = place.run("fill", path)
        settled = place.run("settle", path, "--by", by.username if by else "")
        place.put_in_use(connection)
    return {"rows": filled["rows"], "forward": filled["forward"], "before": before.name if before else "",
            "mails": settled["mails"], "jobs": settled["jobs"]}  # fmt: skip


def wait_for_work():
    """Pages under way and running jobs end first: what they write must be in the copy, or be refused."""
    time.sleep(GRACE)
    until = time.monotonic() + PATIENCE
    alive = timezone.now() - timedelta(minutes=10)
    while Job.objects.filter(state=Job.State.RUNNING, beat_at__gt=alive).exists():
        if time.monotonic() > until:
            words = _("Work in the background is still running. Nothing was changed; try again in a few minutes.")
            raise Unusable(words)
        time.sleep(0.5)
    connection.close()


# --- What the page says of the last one ------------------------------------------------------------------------


def note(**facts):
    """How the last restore went, for the page: beside the backups, since the database is another one afterwards."""
    (making.folder() / "last-restore.json").write_text(json.dumps(facts, ensure_ascii=False))


def last():
    try:
        return json.loads((making.folder() / "last-restore.json").read_text())
    except (OSError, ValueError):
        return None


def start(path, *, by, language):
    """Restore in a process of its own, which outlives the server; it tells `last()` how it went."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(path)]
    command += ["--by", by.username, "--language", language]
    with (making.folder() / "restore.log").open("w") as log:
        subprocess.Popen(  # noqa: S603  (our own program)
            command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
