"""The file of a backup: a zip of rows/<table>.jsonl, files/<name> and, last, manifest.json.

The manifest says the version, the migrations, when and why and by whom, and of each part its size and SHA-256. A file
that broke off has no manifest and is refused; so is one of whose parts a single byte is another.
"""

import hashlib
import io
import json
import os
import re
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from salesflow.backup.problems import Unusable

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1 << 20  # bytes in memory at once
SAFE = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*")  # a stored name: no way up, nothing absolute


class Writer:
    """Write beside and rename when it is whole; 0600 from the first byte."""

    def __init__(self, path):
        self.path, self.beside = Path(path), Path(f"{path}.part")
        self.parts = {}

    def __enter__(self):
        handle = os.open(self.beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.zip = zipfile.ZipFile(os.fdopen(handle, "wb"), "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        return self

    def __exit__(self, kind, problem, trace):
        stream = self.zip.fp
        try:
            if kind is None:
                self.zip.close()
                stream.flush()
                os.fsync(stream.fileno())
        finally:
            stream.close()
            self.zip.fp = None  # nothing more is written when it is let go
            if kind is None:
                self.beside.replace(self.path)
            else:
                self.beside.unlink(missing_ok=True)

    def add(self, name, pieces, *, stored=False):
        """One part of pieces of bytes."""
        facts = zipfile.ZipInfo(name)
        facts.external_attr, facts.compress_type = 0o600 << 16, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(facts, "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
                digest.update(piece)
                size += len(piece)
        self.parts[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self, manifest):
        text = json.dumps(manifest | {"format": FORMAT, "parts": self.parts}, ensure_ascii=False, indent=1)
        self.zip.writestr(zipfile.ZipInfo(MANIFEST), text.encode())


@contextmanager
def opened(path):
    """(zip, manifest) of a backup. Raises Unusable with the reason."""
    try:
        archive = zipfile.ZipFile(path)
        manifest = json.loads(archive.read(MANIFEST))
        parts, names = manifest["parts"], set(archive.namelist())
    except FileNotFoundError:
        raise Unusable(_("There is no file %(name)s.") % {"name": Path(path).name}) from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, NotImplementedError):
        raise Unusable(
            _("This is not a whole backup of SalesFlow: it broke off, or it is another file. Take another one.")
        ) from None
    with archive:
        if manifest.get("format") != FORMAT:
            raise Unusable(_("This backup was made by a newer SalesFlow. Update this program first."))
        lacking = sorted(set(parts) - names)
        strange = [name for name in parts if not SAFE.fullmatch(name) or ".." in name]
        if lacking or strange:
            raise Unusable(_("A part of this backup is missing: %(name)s. Take another one.")
                           % {"name": (lacking or strange)[0]})  # fmt: skip
        yield archive, manifest


def check(path):
    """Read every byte and compare it with the manifest, which is returned. Raises Unusable."""
    with opened(path) as (archive, manifest):
        for name, said in manifest["parts"].items():
            digest, size = hashlib.sha256(), 0
            try:
                for piece in pieces(archive, name):
                    digest.update(piece)
                    size += len(piece)
            except (zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error):
                size = -1
            if (size, digest.hexdigest()) != (said["size"], said["sha256"]):
                raise Unusable(
                    _("This backup is damaged: %(name)s is not what was written. Take another one.") % {"name": name}
                )
        return manifest


def pieces(archive, name):
    with archive.open(name) as part:
        while piece := part.read(PIECE):
            yield piece


def lines(archive, table):
    """The rows of a table as they were written, one after another."""
    with archive.open(f"rows/{table}.jsonl") as part:
        for line in io.TextIOWrapper(io.BufferedReader(part, PIECE), "utf-8", newline="\n"):
            yield line.rstrip("\n")
