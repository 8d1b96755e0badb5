"""Two customers side by side before they are merged: what differs, and which value is proposed (S28)."""

from dataclasses import dataclass

from customers.models import Customer
from customers.tagging import is_raise

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

    @property
    def is_long(self):
        return self.name == "notes"


def differences(keep, drop):
    """The fields that differ, proposed: what is not empty, the higher tag, else the record that was edited last."""
    newer = max((keep, drop), key=lambda customer: (_edited_at(customer), customer.pk))
    return [_side(name, keep, drop, newer) for name in FIELDS if getattr(keep, name) != getattr(drop, name)]


def chosen(keep, drop, picks):
    """{field: value} out of {field: id of the side}; a field without a pick is as proposed."""
    values = {}
    for side in differences(keep, drop):
        pick = picks.get(side.name, str(side.pick))
        values[side.name] = getattr(drop if pick == str(drop.pk) else keep, side.name)
    return values


def _side(name, keep, drop, newer):
    mine, other = getattr(keep, name), getattr(drop, name)
    if name == "tag":
        pick = drop if is_raise(mine, other) else keep
    elif not mine or not other:
        pick = keep if mine else drop
    else:
        pick = keep if name in KEPT else newer
    return Side(name, Customer._meta.get_field(name).verbose_name, mine, other, pick.pk)


def _edited_at(customer):
    row = customer.history.order_by("-history_id").only("history_date").first()
    return row.history_date if row else customer.made_at
