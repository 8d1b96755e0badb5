"""Two customers side by side before they are merged: what differs, and which value is proposed (S28)."""

from dataclasses import dataclass

from customers.custom import own_fields
from customers.models import Customer
from customers.tagging import is_raise
from exchange import typed
from exchange.owncolumns import names_for

FIELDS = ["name", "tag", "owner", "industry", "size_text", "revenue", "source", "grade", "address", "website",
          "labels", "notes"]
KEPT = {"name", "owner"}  # the kept one's unless somebody picks the other


@dataclass(frozen=True)
class Side:
    """One field of two customers; `pick` is the id of the one proposed."""

    name: str
    label: str
    keep: object
    drop: object
    pick: int
    is_long: bool = False


def differences(keep, drop):
    """The fields that differ, proposed: what is not empty, the higher tag, else the record that was edited last."""
    newer = max((keep, drop), key=lambda customer: (_edited_at(customer), customer.pk))
    built = [_side(name, keep, drop, newer) for name in FIELDS if getattr(keep, name) != getattr(drop, name)]
    return built + _own_sides(keep, drop, newer)


def chosen(keep, drop, picks):
    """{field: value} out of {field: id of the side}; a field without a pick is as proposed. Custom fields are together
    under "custom", {slug: value, None for empty}."""
    values, own = {}, {one.slug for one in own_fields()}
    for side in differences(keep, drop):
        pick = picks.get(side.name, str(side.pick))
        chosen_one = drop if pick == str(drop.pk) else keep
        if side.name in own:
            values.setdefault("custom", {})[side.name] = chosen_one.custom.get(side.name)
        else:
            values[side.name] = getattr(chosen_one, side.name)
    return values


def _own_sides(keep, drop, newer):
    """The custom fields in use that differ, in words; an option that became another one is that one."""
    fields, found = own_fields(), []
    names = names_for(fields, [keep.custom, drop.custom]) if fields else None
    for one in fields:
        mine, other = (typed.current(side.custom.get(one.slug), one) for side in (keep, drop))
        if mine != other:
            pick = newer if None not in (mine, other) else drop if mine is None else keep
            words = (typed.say(value, one, names) for value in (mine, other))
            found.append(Side(one.slug, one.words, *words, pick.pk, one.kind == one.Kind.LONG))
    return found


def _side(name, keep, drop, newer):
    mine, other = getattr(keep, name), getattr(drop, name)
    if name == "tag":
        pick = drop if is_raise(mine, other) else keep
    elif not mine or not other:
        pick = keep if mine else drop
    else:
        pick = keep if name in KEPT else newer
    return Side(name, Customer._meta.get_field(name).verbose_name, mine, other, pick.pk, name == "notes")


def _edited_at(customer):
    row = customer.history.order_by("-history_id").only("history_date").first()
    return row.history_date if row else customer.made_at
