"""What run.py is made of. Only the standard library, and nothing of SalesFlow: it runs before the packages exist."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Stop(Exception):
    """Words for the person at the keyboard; nothing else is shown."""


def say(*lines):
    for line in lines:
        try:
            print(line, flush=True)
        except UnicodeEncodeError:  # an old Windows console
            print(line.encode("ascii", "replace").decode(), file=sys.stdout, flush=True)
