"""The trial: a backup restored into an empty place, compared row by row, every file, a login (REL14)."""

import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from salesflow.backup import archive, places, unpacking


def drill(path, *, of=connection):
    """Try a backup without touching the installation. Returns figures; raises Unusable with what is wrong.

    The place is empty and of the same kind as the database in use: a file in a folder of the moment, or a schema
    beside. The files are unpacked into that folder, and nothing is left of either."""
    begun = time.monotonic()
    manifest = archive.check(path)
    with tempfile.TemporaryDirectory(prefix="trial-", dir=settings.DATA_DIR) as folder:
        checked = time.monotonic()
        unpacked = unpacking.unpack(path, Path(folder) / "files")
        with places.beside(folder, of, room="salesflow_trial") as place:
            filled = place.run("fill", Path(path).absolute())
            full = time.monotonic()
            proved = place.run("prove")
    return {
        "file": Path(path).name, "made_at": manifest["made_at"], "rows": filled["rows"], "tables": filled["tables"],
        "forward": filled["forward"], "files": proved["files"], "unpacked": unpacked, "missing": manifest["missing"],
        "seconds": {"check": round(checked - begun, 1), "fill": round(full - checked, 1),
                    "prove": round(time.monotonic() - full, 1), "all": round(time.monotonic() - begun, 1)},
    }  # fmt: skip
