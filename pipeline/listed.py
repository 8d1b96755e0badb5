"""The list of key actions (合同待审批, 样品已寄送 …) an admin edits, and which of them a line says (R56).

A line is words, typed, chosen, pasted, imported or taken from a log: one of the list is known by its name, in either
language, between the line's punctuation ("电话：样品已寄送，下一步 3/15"). So every way to write a line keeps it.
"""

import hashlib
import re
import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from activity.recording import record
from core.errors import Refused
from core.kept import Kept, forget
from core.text import plain
from pipeline.models import ActionKind, Deal, KeyAction

BETWEEN = re.compile(r"[：:，,。；;、·|()（）\n\t“”\"]+|\s[-–—]\s")
DATE = re.compile(r"^\d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2})?日?\s*")
MOST = 60


class ListChanged(Refused):
    """Somebody else changed the list since it was shown (REL1)."""


_kept = Kept(lambda: list(ActionKind.objects.all()))


def all_kinds():
    """Every key action of the list, those out of use as well, in order."""
    return _kept.get()


def live_kinds():
    """Those offered, in order."""
    return [kind for kind in all_kinds() if kind.retired_at is None]


def names():
    """{a name as it is compared: its key action} of those offered, for many lines at once."""
    return {plain(name): kind for kind in reversed(live_kinds()) for name in (kind.label, kind.label_en) if name}


def kind_of(text, known=None):
    """The key action of the list that a line says, or None. `known` is names()."""
    pieces = [plain(DATE.sub("", piece.strip())) for piece in (text, *BETWEEN.split(text))] if text else []
    known = names() if known is None and pieces else known
    return next((known[piece] for piece in pieces if piece in known), None)


def same_words(text, line, label, label_en):
    """Whether `text` says the same as the line a deal shows: the name of the list it says, in either language."""
    names_of = {plain(name) for name in (label, label_en) if name}
    return plain(text) == plain(line) or {plain(text), plain(line)} <= names_of


def stamp(kinds):
    """What the list said when it was shown; another stamp is another list."""
    said = [(kind.pk, kind.label, kind.label_en, kind.position, kind.retired_at is None) for kind in kinds]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def save_list(rows, *, seen, by, now):
    """Save the list as [(pk or None, label, label_en, in use)] in its order. `seen` is the stamp it was shown with.

    Raises ValidationError {row: sentence}; ListChanged when it is another list by now. Lines already written that say
    a new name are known by it from now on. Returns the kinds that changed.
    """
    with transaction.atomic():
        known = {kind.pk: kind for kind in ActionKind.objects.select_for_update()}
        if stamp(sorted(known.values(), key=lambda kind: (kind.position, kind.pk))) != seen:
            raise ListChanged(_("Somebody changed this list meanwhile. Look at it as it stands now, then save again."))
        _check(rows)
        changed = []
        for place, (pk, label, label_en, in_use) in enumerate(rows):
            kind = known.get(pk) or ActionKind(position=place)
            before = (kind.pk, kind.label, kind.label_en, kind.position, kind.retired_at is None)
            kind.label, kind.label_en, kind.position = label, label_en, place
            kind.retired_at = None if in_use else kind.retired_at or now
            if before != (kind.pk, label, label_en, place, in_use) or kind.pk is None:
                kind.code = kind.code or f"action-{secrets.token_hex(4)}"
                kind.save()
                changed.append(kind)
        forget()
        transaction.on_commit(forget)
        if changed:
            know_again()
            record("pipeline.actions_listed", by, by=by, at=now, names=[kind.label for kind in changed][:20])
    return changed


def _check(rows):
    wrong, taken = {}, {}
    for place, (_pk, label, label_en, _in_use) in enumerate(rows):
        names = {plain(name) for name in (label, label_en) if name}
        if not label:
            wrong[place] = _("Enter a label.")
        elif other := next((taken[name] for name in names if name in taken), None):
            wrong[place] = _("“%(label)s” is in the list already.") % {"label": other}
        elif any(len(BETWEEN.split(name)) > 1 for name in (label, label_en)):
            wrong[place] = _("A name has no commas, colons, brackets or quotes: lines are known by it.")
        taken |= dict.fromkeys(names, label)
    if len(rows) > MOST:
        wrong[len(rows) - 1] = _("Sixty key actions are enough: nobody reads a longer list.")
    if wrong:
        raise ValidationError({str(place): sentence for place, sentence in wrong.items()})


def know_again():
    """Lines of deals that were free words until their name was listed are known by it."""
    known = names()
    rows = KeyAction.objects.filter(kind=None).only("text", "kind").iterator(chunk_size=2000)
    lines = [line for line in rows if _know(line, "kind", line.text, known)]
    KeyAction.objects.bulk_update(lines, ["kind"], batch_size=500)
    rows = Deal.objects.filter(key_action_kind=None).exclude(key_action="").only("key_action", "key_action_kind")
    rows = rows.iterator(chunk_size=2000)
    deals = [deal for deal in rows if _know(deal, "key_action_kind", deal.key_action, known)]
    Deal.objects.bulk_update(deals, ["key_action_kind"], batch_size=500)


def _know(row, field, text, known):
    kind = kind_of(text, known)
    setattr(row, field, kind)
    return kind is not None
