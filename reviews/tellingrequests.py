"""What was asked of a department in heads and tables: the report of a support department."""

from django.utils.translation import gettext as _

from collaboration.models import CollaborationRequest
from reviews.telling import Cell, Head, Row, Section, named


def request_heads(reading):
    told = reading.requests
    return [
        Head(_("Requests"), Cell(told["asked"], behind={"of": "asked"})),
        Head(_("Accepted in time"), Cell(told["share"], "share", {"of": "accepted_in_time"}),
             _("%(part)s of %(whole)s due") % {"part": told["in_time"], "whole": told["due"]}),
        Head(_("Median time to accept"), Cell(told["accept_minutes"], "minutes"), _("working time")),
        Head(_("Median time to deliver"), Cell(told["deliver_minutes"], "minutes"), _("working time")),
        Head(_("Delivered late"), Cell(told["late"]), _("of %(n)s delivered") % {"n": told["delivered"]}),
    ]


def request_sections(reading):
    told = reading.requests
    states = [
        Row(str(label), [Cell(told["states"][state], behind={"of": "asked", "word": state})])
        for state, label in CollaborationRequest.State.choices if state in told["states"]
    ]
    kinds = [Row(named(line), [Cell(line["count"])]) for line in told["kinds"]]
    empty = _("Nothing was asked of this department.")
    return [
        Section("states", _("Requests by state"), [_("State"), _("Requests")], states, empty=empty),
        Section("kinds", _("Requests by kind"), [_("Kind"), _("Requests")], kinds, empty=empty),
    ]
