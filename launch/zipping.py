"""`run.py zip [FILE]`: what an office unpacks and starts by a double click. The same commit gives the same bytes."""

import io
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

from launch import HERE, Stop, say

LEFT_OUT = ("tests/", "bench/", ".ci/", ".gitignore", ".gitattributes", "requirements-dev.txt", "pyproject.toml")
INSIDE = "SalesFlow"


def pack(target, commit="HEAD"):
    """Write the product's files as they are in `commit` into a zip. Returns how many; Stop where there is no git."""
    try:
        done = subprocess.run(["git", "archive", "--format=tar", commit], cwd=HERE, capture_output=True)
    except OSError:
        raise Stop("git is needed to make the zip.\n打包需要 git。") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise Stop(f"The zip is made from a git checkout: {said}\n只能在 git 目录里打包。")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar, zipfile.ZipFile(target, "w") as packed:
        files = sorted((one for one in tar.getmembers() if one.isfile() and _belongs(one.name)), key=lambda m: m.name)
        for one in files:
            entry = zipfile.ZipInfo(f"{INSIDE}/{one.name}", time.gmtime(one.mtime)[:6])
            entry.create_system, entry.compress_type = 3, zipfile.ZIP_DEFLATED  # as on Unix, wherever it is made
            entry.external_attr = (0o100755 if one.mode & 0o100 else 0o100644) << 16
            packed.writestr(entry, tar.extractfile(one).read(), compresslevel=9)
    return len(files)


def make(arguments):
    target = Path(arguments[0]) if arguments else HERE.parent / f"{INSIDE}.zip"
    number = pack(target)
    say(f"{number} files in {target}")
    return 0


def _belongs(name):
    return not name.startswith(LEFT_OUT)
