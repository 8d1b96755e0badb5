"""Where packages come from: pip's own index, and mirrors the office named, whichever answers.

No address is written here. Those that are tried are pip's own (its configuration, PIP_INDEX_URL, or what it was built
with), those of SALESFLOW_PIP_MIRRORS (between spaces) and the lines of mirrors.txt beside run.py.
"""

import os
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from launch import HERE, PYTHON

PATIENCE = 4.0  # seconds for a page of an index: slower ones take half an hour for everything
FILE = "mirrors.txt"
OWN = """
import sys
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
found = Configuration(isolated=False)
found.load()
said = dict(found.items())
if said and not isinstance(next(iter(said.values())), str):
    said = {key: value for part in said.values() for key, value in part.items()}
print(said.get("install.index-url") or said.get("global.index-url") or said.get(":env:.index-url") or PyPI.simple_url)
"""


def named(folder=HERE):
    """The mirrors the office named, in its order; lines that begin with # are none."""
    lines = os.environ.get("SALESFLOW_PIP_MIRRORS", "").split()
    file = folder / FILE
    if file.exists():
        lines += [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    return list(dict.fromkeys(line.rstrip("/") for line in lines if line and not line.startswith("#")))


def own_index(python=PYTHON):
    """The index pip would ask by itself, or "" when it does not say."""
    done = subprocess.run([str(python), "-c", OWN], capture_output=True, text=True, errors="replace")
    return done.stdout.strip().splitlines()[-1].rstrip("/") if done.returncode == 0 and done.stdout.strip() else ""


def seconds(index, package, patience=PATIENCE):
    """How long one page of an index takes; None when it does not answer, or answers with nothing of use, in time."""
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(f"{index}/{package}/", timeout=patience) as page:
            while page.read(65536):
                if time.monotonic() - begun > patience:
                    return None
    except (OSError, ValueError):  # refused, too slow, not there, no address
        return None
    return time.monotonic() - begun


def order(own, mirrors, package, patience=PATIENCE):
    """The indexes in the order to try them: pip's own first while it answers, else the mirrors, the quickest first.
    One that does not answer comes last: pip then says what is wrong with it."""
    if not mirrors:
        return [own]
    took = seconds(own, package, patience)
    if took is not None:
        return [own, *mirrors]
    with ThreadPoolExecutor(len(mirrors)) as many:
        times = dict(zip(mirrors, many.map(lambda one: seconds(one, package, patience), mirrors), strict=True))
    quick = sorted((one for one in mirrors if times[one] is not None), key=times.get)
    return [*quick, own, *(one for one in mirrors if times[one] is None)]


def shown(index):
    """An index as it may be printed: without the name and password it may carry."""
    return urlsplit(index).hostname or index
