"""A block of cells from Excel into the table: read and shown first, written when confirmed, taken back as one (S8)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from activity.recording import record
from core import words
from core.errors import Refused
from core.text import plain
from customers.transferring import BACK
from exchange import parsing, typed
from exchange.owncolumns import all_people, people_by_name
from exchange.problems import Wrong
from pipeline import actions, facts, risks
from pipeline.deals import save_deal
from pipeline.forms import CellForm
from pipeline.handing import change_deals
from pipeline.holding import hold_customers
from pipeline.listed import same_words
from pipeline.models import Deal, KeyAction, Risk
from pipeline.own import own_fields, set_many

COLUMNS = ("rep", "customer", "stage", "amount", "entered", "expected_close", "key_action", "risk", "owner")
PUT_BACK = ("amount", "expected_close", "rep", "owner")  # columns of the deal; lines and risks are rows of their own
FORMULA = ("=", "+", "-", "@")
MOST_ROWS, MOST_CHARACTERS = 200, 100_000


@dataclass
class Cell:
    """One cell that would change: `value` as CellForm takes it; `error` in words when it cannot."""

    deal: Deal
    field: str
    before: str
    after: str
    value: str = ""
    error: str = ""
    column: str = ""  # its head, for the preview


def _lines(text):
    return text[:MOST_CHARACTERS].replace("\r\n", "\n").rstrip("\n").split("\n")


def lines_of(text):
    """How many rows a pasted block has."""
    return len(_lines(text))


def read_block(text, deals, first, *, user, on, own=()):
    """The cells a pasted block would change. `deals` are the rows from the first one down, `first` the column it begins
    in; `own` are the custom fields shown behind the others. Columns that are not edited in the table (customer, stage,
    entered) are passed over."""
    rows = [line.split("\t") for line in _lines(text)]
    known = {one.slug: one for one in own}
    columns = [*COLUMNS, *known]
    columns, people, named = columns[columns.index(first) :], None, None
    cells = []
    for deal, row in zip(deals, rows[:MOST_ROWS], strict=False):
        for field, typed_in in zip(columns, row, strict=False):
            if one := known.get(field):
                named = named or people_by_name(user)
                cell = _read_own(deal, one, _typed(typed_in), named, on)
                cells += [_checked(cell, user)] if cell is not None else []
                continue
            if field not in CellForm.FIELDS or (field == "expected_close" and not deal.stage.is_open):
                continue
            if people is None and field in ("rep", "owner"):
                people = _people(user)
            cell = _read(deal, field, _typed(typed_in), people, on)
            if cell is not None:
                cells.append(_checked(cell, user))
    return cells


def _typed(text):
    """A cell without the mark that keeps its text from being run as a formula (static/js/lists.js)."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _people(user):
    found = User.objects.sellers() if user.is_admin or user.is_manager else User.objects.assignable_by(user)
    return {plain(person.name): person for person in found}


def _read(deal, field, typed, people, on):
    """A Cell, or None when nothing would change."""
    before = said(deal, field)
    try:
        if field == "amount":
            amount = parsing.money(typed)
            if amount == deal.amount:
                return None
            return Cell(deal, field, before, words.money_full(amount), _text(amount))
        if field == "expected_close":
            found = parsing.date(typed, today=on, from_day=on)
            day = found.day if found else None
            return None if day == deal.expected_close else Cell(deal, field, before, _text(day), _text(day))
        if field in ("rep", "owner"):
            return _read_person(deal, field, typed, people, before)
        if is_same(deal, field, "" if parsing.is_nothing(typed) else typed, before):
            return None
        text = "" if parsing.is_nothing(typed) else parsing.text(typed, 80 if field == "key_action" else 120)
        if field == "key_action" and not text:  # a line that was said stays said
            return None
        return Cell(deal, field, before, text, text)
    except Wrong as wrong:
        return Cell(deal, field, before, typed, error=str(wrong))


def is_same(deal, field, text, before):
    """Whether a text copied out of the table says what stands there: its date is in front, and a key action of the list
    is said in the language of who copied it."""
    text, before = " ".join(text.split()), " ".join(before.split())
    if text == before or (before and text.endswith(f" {before}")):
        return True
    kind = deal.key_action_kind if field == "key_action" else None
    return kind is not None and any(
        same_words(one, before, kind.label, kind.label_en) for one in (text, text.partition(" ")[2])
    )


def _read_own(deal, one, text, named, on):
    old = typed.current(deal.custom.get(one.slug), one)
    before = typed.say(old, one, all_people())
    if plain(text) == plain(before):
        return None
    try:
        new = typed.parse(text, one, today=on, names=named)
    except Wrong as wrong:
        return Cell(deal, one.slug, before, text, error=str(wrong))
    value = typed.typed(new, one)
    value = ",".join(value) if isinstance(value, list) else value
    return None if new == old else Cell(deal, one.slug, before, typed.say(new, one, all_people()), value)


def _read_person(deal, field, typed, people, before):
    if parsing.is_nothing(typed) or plain(typed) == plain(before):
        return None
    person = people.get(plain(typed))
    if person is None:
        refusal = _("%(name)s is not somebody you can choose here.") % {"name": typed}
        return Cell(deal, field, before, typed, error=refusal)
    return Cell(deal, field, before, person.name, str(person.pk))


def _checked(cell, user):
    if not cell.error:
        form = form_of(cell.deal, cell.field, cell.value, user)
        if not form.is_valid():
            cell.error = " ".join(error for errors in form.errors.values() for error in errors)
    return cell


def form_of(deal, field, value, user):
    initial = {"key_action": deal.key_action[:80], "risk": deal.risk[:120]}
    if isinstance(value, str) and any(one.slug == field and one.kind == typed.Kind.CHOICES for one in own_fields()):
        value = typed.codes_of(value)
    return CellForm({field: value}, instance=deal, field=field, user=user, initial=initial)


def said(deal, field):
    """A cell as text."""
    value = getattr(deal, field)
    if field == "amount":
        return words.money_full(value)
    return value.name if field in ("rep", "owner") and value else _text(value)


def _text(value):
    return value.isoformat() if isinstance(value, dt.date) else "" if value is None else str(value)


def write_block(cells, *, by, now):
    """Save cells of [(deal, field, value, version it was shown with)], all or none; (how many changed, the event).

    A custom field's cell has its slug for field.

    Raises Conflict when somebody changed one of them since the preview, Refused when a value no longer fits.
    """
    written, slips = [], {}
    with transaction.atomic():
        hold_customers([cell[0].customer_id for cell in cells])
        for deal, field, value, version in cells:
            before = _raw(deal, field)
            form = form_of(deal, field, value, by)
            if not form.is_valid():
                raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
            fresh = Deal.objects.select_related("customer", "stage").get(pk=deal.pk)
            changed, _merged = save_deal(fresh, form, by=by, now=now, expect=version)
            if changed:
                written.append([deal.pk, field, before, _raw(fresh, field)])
                if fresh.slips != deal.slips:
                    slips[deal.pk] = [deal.slips, fresh.slips]
        if not written:
            return 0, None
        keys = {row[0] for row in written}
        lines = KeyAction.objects.filter(deal__in=keys, at=now, by=by).values_list("pk", flat=True)
        opened = Risk.objects.filter(deal__in=keys, opened_at=now, opened_by=by).values_list("pk", flat=True)
        event = record(
            "pipeline.pasted", cells[0][0], by=by, at=now, n=len(written), cells=written, lines=list(lines),
            risks=list(opened), slips=slips,
        )  # fmt: skip
    return len(written), event


def _raw(deal, field):
    """As the event keeps it; a custom field as its value is."""
    if field not in CellForm.FIELDS:
        return deal.custom.get(field)
    value = getattr(deal, f"{field}_id" if field in ("rep", "owner") else field)
    return value if isinstance(value, int) else _text(value)


def undo_block(event, *, by, now):
    """Put cells back that nobody changed since; the lines and risks that came with them go."""
    data, wanted, patches = event.data, {}, {}
    keys = {row[0] for row in data["cells"]}
    hold_customers(Deal.objects.filter(pk__in=keys).values_list("customer_id", flat=True))
    deals = Deal.objects.select_related("customer", "stage", "rep", "owner").in_bulk(keys)
    for pk, field, before, after in data["cells"]:
        deal = deals.get(pk)
        if field in PUT_BACK and deal is not None and _raw(deal, field) == after:
            wanted.setdefault(pk, {})[f"{field}_id" if field in ("rep", "owner") else field] = _value(field, before)
        elif field not in CellForm.FIELDS and deal is not None and _raw(deal, field) == after:
            patches.setdefault(pk, {})[field] = before
    if not wanted and not patches and not data["lines"] and not data["risks"]:
        raise Refused(_("Somebody changed these cells since."))
    set_many(patches, by=by)
    for pk, fields in wanted.items():
        if pk in patches:
            deals[pk].refresh_from_db()
        before, after = data.get("slips", {}).get(str(pk), (None, None))
        if "expected_close" in fields and deals[pk].slips == after:  # an undone slip is none
            fields["slips"] = before
        people = {name: User.objects.filter(pk=value).first() for name, value in fields.items() if name.endswith("_id")}
        values = {name: value for name, value in fields.items() if not name.endswith("_id")}
        values |= {name.removesuffix("_id"): person for name, person in people.items()}
        change_deals([(deals[pk], values)], by=by, now=now, how=BACK)
    actions.void_lines(data["lines"], now=now)
    risks.close_many(list(Risk.objects.filter(pk__in=data["risks"]).select_related("deal", "type")), by=by, now=now)
    facts.push({deal.customer_id for deal in deals.values()})


def _value(field, text):
    if text in ("", None):
        return None
    if field == "amount":
        return Decimal(text)
    return dt.date.fromisoformat(text) if field == "expected_close" else text
