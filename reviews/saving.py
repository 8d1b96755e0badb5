"""Saving a sheet of targets: what was typed is compared with what the sheet showed; each changed cell is one target.

A wrong cell is marked and keeps what was typed, one that somebody else changed meanwhile says so; the rest is saved.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.asked import VERSION, number
from core.errors import Conflict, NotAllowed
from reviews.aiming import NeedsReason, aim


class NoSuchCell(LookupError):
    """A cell that is not on the sheet of this person."""


@dataclass
class Outcome:
    saved: int = 0
    wrong: int = 0
    clashes: int = 0


def typed_into(sheet, data):
    """[(cell, text, version seen)] of the cells whose text differs from what was shown. Raises NoSuchCell, and
    NotAllowed for a cell somebody may only read."""
    cells = {cell.name: cell for cell in sheet.cells}
    found = []
    for name in data:
        if not name.startswith("v~"):
            continue
        cell = cells.get(name[2:])
        if cell is None:
            raise NoSuchCell(name)
        if not cell.editable:
            raise NotAllowed
        version, _colon, shown = data.get(f"o~{cell.name}", "0:").partition(":")
        text = data[name][:40]
        if text.strip() != shown.strip():
            found.append((cell, text, number(version, VERSION) or 0))
    return found


def lay_over(sheet, data):
    """Put what was typed into the cells, unsaved."""
    for cell, text, _version in typed_into(sheet, data):
        cell.text = text


def save_sheet(sheet, data, *, by, now):
    """Save what was typed. Returns an Outcome; the cells that were not saved carry their text and what is wrong."""
    outcome, reason = Outcome(), data.get("reason", "")
    for cell, text, version in typed_into(sheet, data):
        cell.text = text
        if version != (cell.target.version if cell.target else 0):
            outcome.clashes += 1
            cell.error = changed_meanwhile(cell)
            continue
        column = cell.column
        try:
            aim(column.period, column.metric, cell.scope, column.read(text), by=by, now=now, expect=version or None,
                reason=reason, detail=column.detail)
        except NeedsReason:
            outcome.wrong += 1
            cell.error = _("Say why the target changes")
        except ValueError as wrong:
            outcome.wrong += 1
            cell.error = str(wrong)
        except Conflict:
            outcome.clashes += 1
            cell.error = changed_meanwhile(cell)
        else:
            outcome.saved += 1
            cell.text = None
    return outcome


def changed_meanwhile(cell):
    last = cell.target and cell.target.history.select_related("history_user").first()
    who = str(last.history_user or "") if last else ""
    return _("Changed meanwhile to %(value)s %(who)s") % {"value": cell.column.said(cell.value), "who": who}
