"""The files of a backup into a folder: each is written beside and renamed, and what is there already stays."""

import hashlib
import os
from pathlib import Path

from django.utils.translation import gettext as _

from salesflow.backup import archive
from salesflow.backup.problems import Unusable


def unpack(path, folder):
    """Stored names are drawn by lot and contents never change, so a file that is there with the same size is the same.
    Files come before the rows that name them (REL19). Returns how many were written."""
    folder, written = Path(folder), 0
    with archive.opened(path) as (zipped, manifest):
        for name, said in manifest["parts"].items():
            if not name.startswith("files/"):
                continue
            target = folder / name.removeprefix("files/")
            if target.exists() and target.stat().st_size == said["size"]:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            beside, digest = target.with_name(f"{target.name}.part"), hashlib.sha256()
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as out:
                for piece in archive.pieces(zipped, name):
                    out.write(piece)
                    digest.update(piece)
            if digest.hexdigest() != said["sha256"]:
                beside.unlink()
                raise Unusable(_("This backup is damaged: %(name)s is not what was written. Take another one.")
                               % {"name": name})  # fmt: skip
            beside.replace(target)
            written += 1
    return written
