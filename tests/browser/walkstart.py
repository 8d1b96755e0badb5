"""The product as the walk-through meets it: started with a data folder of its own, and the two pictures before there
is a page."""

import html
import re
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

from launch import zipping

HERE = Path(__file__).resolve().parents[2]


def settled(page):
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("body:not(:has(.htmx-request, .htmx-swapping, .htmx-settling))")


@contextmanager
def product(data, port):
    """run.py with this data folder, until it has said where it is: (address, what it printed)."""
    words = [sys.executable, "run.py", "--office", "--port", str(port), "--data", str(data)]
    running = subprocess.Popen(words, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = []
    for line in running.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            break
    printed = "".join(said)
    try:
        yield re.search(r"^SalesFlow +(http\S+)/$", printed, re.MULTILINE)[1], printed
    finally:
        running.terminate()
        running.communicate()


def password_of(data):
    return re.search(r"\(password for all: (\S+)\)", (data / "demo-logins.txt").read_text("utf-8"))[1]


def first_pictures(walk, printed):
    """What is seen before there is a page: the unpacked folder, and the window of the first start."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "SalesFlow.zip"
        zipping.pack(file)
        inside = [one.split("/")[1] for one in zipfile.ZipFile(file).namelist() if one.count("/") == 1]
    names = sorted(one for one in inside if not one.startswith("."))
    printed = re.sub(r"(?m)^ +http.*\n", "", printed).replace(str(HERE), "SalesFlow")
    page = walk.page()
    page.set_viewport_size({"width": 1440, "height": 260})
    for name, title, text in (
        ("01-unpack", "SalesFlow", "\n".join(names)), ("02-start", walk.words["starter"], printed),
    ):  # fmt: skip
        page.set_content(
            f"<body style='margin:0;padding:24px;background:#f4f4f2'><h1 style='font:600 18px sans-serif'>{title}"
            "</h1><pre style='background:#1d1f21;color:#eee;padding:20px;border-radius:8px;font:15px/1.6 monospace;"
            f"white-space:pre-wrap;columns:{2 if name == '01-unpack' else 1}'>{html.escape(text.strip())}</pre>"
        )
        walk.shoot(page, name, whole=True)
    page.context.close()
