"""What a deed changed, field by field: the rows of the field history that whoever did it wrote with it (D21, REL21).
Phone, mail and WeChat stay masked here as everywhere (D6)."""

import datetime as dt
import json
from dataclasses import dataclass

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from activity.models import Event
from core.periods import zone
from customers.history import HIDDEN, MASKS
from customers.models import Contact

WRITTEN_WITH = dt.timedelta(hours=1)  # an import writes its history as it goes, from the moment its deeds carry
MASKED = {Contact: MASKS}
NAMES = {  # of fields that no form shows, so that their models do not name them; others of these are the machine's
    "name": pgettext_lazy("field", "Name"), "value": pgettext_lazy("field", "Value"),
    "is_active": pgettext_lazy("field", "In use"), "language": pgettext_lazy("field", "Language"),
    "theme": pgettext_lazy("field", "Theme"), "mail_reminders": pgettext_lazy("field", "Mail"),
    "notices": pgettext_lazy("field", "Messages"), "pooled_at": pgettext_lazy("field", "In the pool since"),
    "archived_at": pgettext_lazy("field", "Archived"), "retired_at": pgettext_lazy("field", "Out of use since"),
    "customer": pgettext_lazy("field", "Customer"), "label": pgettext_lazy("field", "Name in Chinese"),
    "label_en": pgettext_lazy("field", "Name in English"), "is_default": pgettext_lazy("field", "Default"),
    "position": pgettext_lazy("field", "Place in the order"), "fields": pgettext_lazy("field", "Fields asked"),
    "playbook": pgettext_lazy("field", "Playbook"), "kind": pgettext_lazy("field", "Kind"),
    "asks": pgettext_lazy("field", "Asked to enter"), "raises": pgettext_lazy("field", "Raises a request"),
    "stage": pgettext_lazy("field", "Stage"), "slips": pgettext_lazy("field", "Times put off"),
    "entered_at": pgettext_lazy("field", "In the stage since"), "opened_at": pgettext_lazy("field", "Opened"),
    "lost_at": pgettext_lazy("field", "Lost"), "won_at": pgettext_lazy("field", "Won"),
    "lost_reason": pgettext_lazy("field", "Why lost"), "lost_note": pgettext_lazy("field", "Note on the loss"),
    "asker": pgettext_lazy("field", "Asked by"), "asker_department": pgettext_lazy("field", "Department that asks"),
    "department": pgettext_lazy("field", "Department asked"), "person": pgettext_lazy("field", "Works on it"),
    "deal": pgettext_lazy("field", "Deal"), "contact": pgettext_lazy("field", "Contact"),
    "amount": pgettext_lazy("field", "Amount"), "state": pgettext_lazy("field", "State"),
    "accept_by": pgettext_lazy("field", "To be accepted by"), "due_at": pgettext_lazy("field", "Due"),
    "question": pgettext_lazy("field", "Question"), "refusal": pgettext_lazy("field", "Refused because"),
    "oa_number": pgettext_lazy("field", "Number in the OA"), "oa_on": pgettext_lazy("field", "Decided in the OA on"),
    "accepted_at": pgettext_lazy("field", "Accepted"), "delivered_at": pgettext_lazy("field", "Delivered"),
    "done_at": pgettext_lazy("field", "Done"), "ended_at": pgettext_lazy("field", "Ended"),
    "metric": pgettext_lazy("field", "Measure"), "detail": pgettext_lazy("field", "Detail"),
    "period": pgettext_lazy("field", "Period"), "reason": pgettext_lazy("field", "Reason"),
    "locked_at": pgettext_lazy("field", "Locked"), "dropped_at": pgettext_lazy("field", "Given up"),
    "closed_at": pgettext_lazy("field", "Closed"), "urgent_why": pgettext_lazy("field", "Why urgent"),
    "joined_at": pgettext_lazy("field", "Joined"),
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


def changes_with(event):
    """[Change] of the thing's fields that were written with an event, by whoever did it and before anything else
    happened to it; none where the thing keeps no history, or nothing of it changed. Three queries."""
    model = event.subject_type.model_class()
    history = getattr(model, "history", None)
    if history is None:
        return []
    rows = history.filter(id=event.subject_id)
    later = Event.objects.filter(subject_type=event.subject_type, subject_id=event.subject_id, at__gt=event.at)
    until = min(filter(None, [event.at + WRITTEN_WITH, later.aggregate(at=Min("at"))["at"]]))
    written = rows.filter(history_date__gte=event.at, history_date__lt=until, history_user=event.by_id)
    written = list(written.order_by("history_id"))
    if not written:
        return []
    before = rows.filter(history_id__lt=written[0].history_id).order_by("history_id").last()
    return _compare(before, written[-1], MASKED.get(model, {}))


def _compare(before, after, masks):
    """What two rows of a history say otherwise; of a thing just made, what it began with."""
    found = []
    for field in after.instance_type._meta.concrete_fields:
        if (name := _name(field)) is None or not hasattr(after, field.attname):
            continue
        was = getattr(before, field.attname) if before else None
        if was != getattr(after, field.attname) and (before or getattr(after, field.attname) not in ("", None, [], {})):
            say = masks.get(field.name, str)
            found.append(Change(name, say(_value(before, field)) if before else "", say(_value(after, field))))
    return found


def _name(field):
    """A field in the reader's words; None for what only the machine reads."""
    if field.name in HIDDEN:
        return None
    name = field.verbose_name if isinstance(field.verbose_name, Promise) else NAMES.get(field.name)
    return None if name is None else str(name)


def _value(row, field):
    value = getattr(row, field.attname)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.is_relation and value is not None:
        named = field.related_model._base_manager.filter(pk=value).first()  # what it points to may be gone
        return str(named) if named else f"#{value}"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(zone()):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
