"""One field tried otherwise: what would change, the form before and after, real records before and after; and the
change itself, which is undone within 30 days (S16, R40)."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.entryforms import entry_forms
from exchange import defined, defining, effects, tuning, typed
from exchange.holding import holder_of
from exchange.models import FieldDefinition
from exchange.owncolumns import names_for
from reviews.advising import list_of
from reviews.decided import has_value
from reviews.usage import born

How, Asked, Kind = tuning.How, FieldDefinition.Asked, FieldDefinition.Kind
WITH, WITHOUT = 2, 1  # real records shown that have a value, and that have none


def deeds_of(use):
    """What may be done with a field, in the order of DEEDS."""
    found = [] if use.is_hidden else ["hide"]
    found += ["later"] if use.is_new and use.is_edited else []
    found += ["optional"] if use.is_required else []
    found += ["list"] if use.is_text and _words(use) else []
    return found if use.is_new and not (use.built and use.asked.words) else [*found, "ask"]


def values_of(use, do):
    """The state a deed leads to, as exchange/tuning.py or exchange/defining.py takes it. Raises KeyError for a deed
    that is none of this field's."""
    if do not in deeds_of(use):
        raise KeyError(do)
    if use.built:
        return {
            "hide": {"how": How.OFF}, "later": {"how": How.LATER}, "ask": {"how": How.BUILT, "words": []},
            "list": {"words": list(_words(use))},
        }[do]  # fmt: skip
    if do == "list":
        options = [{"code": f"o{n}", "label": word, "label_en": ""} for n, word in enumerate(_words(use), 1)]
        return {"kind": Kind.CHOICE, "choices": options}
    return {
        "hide": {"asked": Asked.SHOWN, "required": False}, "later": {"asked": Asked.EDIT},
        "optional": {"required": False}, "ask": {"asked": Asked.NEW},
    }[do]  # fmt: skip


def _words(use):
    """What a list offers: of a built-in field the quarter's texts, since others may stay as they are; of a custom one
    every text there is, or it would not fit."""
    if use.built:
        return list_of(use)[: tuning.WORDS]
    known = {}
    for _key, _record, value in holder_of(use.own).values(use.own):
        known[value] = known.get(value, 0) + 1
    found = sorted(known, key=lambda word: (-known[word], word))
    return found if len(found) <= tuning.WORDS else []


def change(use, do, *, by, now, expect):
    """Do it. Raises ValidationError with what needs the field, Conflict when it is another version by now. Returns the
    Event, None when it is so already."""
    values = values_of(use, do)
    if use.built:
        return tuning.change_asked(use.place.of, use.name, values, by=by, now=now, expect=expect)
    return defining.change_field(use.own, values, by=by, now=now, expect=expect)


@dataclass
class Trial:
    """`said` are sentences, `needs` those that forbid it; `before` and `after` bound-less forms, None where there is no
    form of a new one; `records` are real ones."""

    said: list
    needs: list
    before: object = None
    after: object = None
    records: list = field(default_factory=list)

    @property
    def sides(self):
        return [(self.before, _("The form before")), (self.after, _("The form after"))]


def try_out(use, do, *, user, period, now):
    """Reads only."""
    values, needs = values_of(use, do), []
    if use.built:
        moved = tuning.would_be(use.place.of, use.name, values)
        said = _said(use, moved)
        try:
            tuning.check(use.place.of, use.name, values)
        except ValidationError as wrong:
            needs = wrong.messages
    else:
        moved = defining.would_be(use.own, values, now=now)
        said = effects.effects(use.own, values, by=user, now=now)
    trial = Trial(said, needs, records=_records(use, moved, user, period))
    form = next((one for one in entry_forms() if one.name == use.place.form), None)
    if form:
        trial.before = _drawn(form.blank(None, user=user, now=now), "before")
        with tuning.supposing(moved) if use.built else defined.supposing(moved):
            trial.after = _drawn(form.blank(None, user=user, now=now), "after")
    return trial


def _drawn(form, name):
    form.auto_id = f"{name}_%s"
    return form


def _said(use, moved):
    """What a built-in field asked as `moved` means."""
    said = {
        How.OFF: _("No form asks for it. Who has a value keeps it, shows it, exports it, and may still change it."),
        How.LATER: _("The form of a new record does not ask for it; the form of one that is edited does."),
        How.BUILT: _("Asked when a record is made and when it is edited."),
    }[moved.how]
    words = moved.words and _("Chosen from: %(words)s. Other texts stay on their records; imports bring in any.")
    n = use.filled
    held = ngettext("%(n)s record of the quarter has a value.", "%(n)s records of the quarter have a value.", n)
    imports = _("Imports, filters and columns know it as before. Nothing is deleted.")
    offered = [words % {"words": "、".join(moved.words)}] if words else []
    return [said, *offered, held % {"n": f"{n:,}"}, imports]


@dataclass(frozen=True)
class Shown:
    """A real record: its fields as (label, words before, words after or None for no line, whether it is the one)."""

    record: object
    lines: list


def _records(use, moved, user, period):
    place, has = use.place, has_value(use.place, use.name)
    rows = born(place, user, period).order_by(f"-{place.made}", "-pk")
    found = [*rows.filter(has)[:WITH], *rows.exclude(has)[:WITHOUT]]
    own = defined.fields_of(place.of) if place.custom else []
    names = names_for(own, [getattr(one, place.custom) for one in found]) if own else None
    return [Shown(one, _lines(one, use, moved, own, names)) for one in found]


def _lines(record, use, moved, own, names):
    lines = []
    for built in use.place.fields:
        value = getattr(record, f"get_{built.name}_display", lambda name=built.name: getattr(record, name))()
        words = "" if value is None else str(value).strip(",")
        is_it = use.name == built.name
        if words or is_it:
            gone = is_it and not words and moved.how == How.OFF
            lines.append((built.label, words or "–", None if gone else words or "–", is_it))
    custom = getattr(record, use.place.custom) if own else {}
    for one in own:
        value, is_it = custom.get(one.slug), bool(use.own and one.pk == use.own.pk)
        if value is not None or is_it:
            words = typed.say(value, one, names) if value is not None else "–"
            lines.append((one.words, words, words, is_it))
    return lines
