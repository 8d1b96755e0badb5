"""What a change of a field would do, said before it is made (R40)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange import typed
from exchange.defining import check, would_be
from exchange.holding import holder_of
from exchange.models import FieldDefinition
from exchange.retyping import fits, refusal

Asked = FieldDefinition.Asked


def count_of(one):
    """How many records have a value."""
    return holder_of(one).counts([one])[one.slug]


def standing(one, n):
    """The sentence of a field as it is: where it is asked, and how many records have a value."""
    if not one.is_on:
        asked = _("Switched off: asked and shown nowhere")
    elif one.asked == Asked.NEW:
        asked = _("Asked in the form of a new one, and when it is edited")
    elif one.asked == Asked.EDIT:
        asked = _("Asked when it is edited")
    else:
        asked = _("Only shown, and changed where it stands")
    return f"{asked} · {held(one, n)}"


def held(one, n):
    """1,203 customers have a value."""
    return holder_of(one).has_value(n) % {"n": f"{n:,}"}


def effects(one, values, *, by, now):
    """Sentences of what saving would do; [] when nothing differs. Reads only."""
    moved, n, said = would_be(one, values, now=now), count_of(one), []
    if moved.label != one.label or moved.label_en != one.label_en:
        said.append(_("Renamed everywhere, in files too; the values stay."))
    if (moved.kind, moved.target) != (one.kind, one.target):
        good, bad = fits(moved, one.kind, by=by, now=now)
        said.append(refusal(bad) if bad else _("All %(n)s values fit the new type.") % {"n": f"{len(good):,}"})
    if moved.is_on != one.is_on:
        said.append(
            _("Shown, asked and found again, with its values.")
            if moved.is_on
            else _("No longer asked, shown, filtered by or exported; nothing is deleted, the values come back with it.")
        )
    elif moved.asked != one.asked or moved.required != one.required:
        said.append(standing(moved, n))
    said += _of_options(one, moved)
    try:
        check(moved, keeps={"on": one.is_on, "element": one.element})
    except ValidationError as wrong:
        said += wrong.messages
    return [*said, held(one, n)] if said else []


def _of_options(one, moved):
    before = {option["code"]: option for option in one.choices}
    said = []
    for option in moved.choices:
        old = before.get(option["code"])
        if old and option.get("into") and not old.get("into"):
            into = next(each for each in moved.choices if each["code"] == option["into"])
            said.append(
                _("“%(one)s” becomes “%(other)s”: whoever has it is shown and found under that.")
                % {"one": typed.option_words(old), "other": typed.option_words(into)}
            )
        elif old and typed.option_words(old) != typed.option_words(option):
            said.append(
                _("“%(one)s” is called “%(other)s”; the values stay.")
                % {"one": typed.option_words(old), "other": typed.option_words(option)}
            )
    return said
