"""Where something broke, without what it held."""

import traceback
from pathlib import Path

from django.conf import settings


def places_of(problem: BaseException) -> str:
    """Where it broke and what kind of exception, but not its text: that may hold a customer's name or number."""
    lines = []
    for frame in traceback.extract_tb(problem.__traceback__):
        path = Path(frame.filename)
        inside = path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
        where = path.relative_to(settings.BASE_DIR).as_posix() if inside else "/".join(path.parts[-2:])
        lines.append(f"{where}:{frame.lineno} {frame.name}")
    return "\n".join([*lines, type(problem).__name__])
