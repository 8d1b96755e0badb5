"""The lines behind a figure as a page shows them: each through its own gate, a hidden one without a name."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collaboration.models import CollaborationRequest
from customers.models import Customer, FollowUp, Need
from customers.tagbar import bar_from
from pipeline.models import Deal
from reviews.telling import named, stages_of

TITLES = {
    "opening": lambda: _("Open at the beginning"), "closing": lambda: _("Open at the end"),
    "entered": lambda: pgettext("report", "Entered"), "new": lambda: _("New or reopened deals"),
    "reopened": lambda: _("Reopened deals"),
    "back_in": lambda: _("Stepped back in"), "on": lambda: _("Moved on"), "moved_on": lambda: _("Moved on"),
    "won_from": lambda: _("Deals won"), "lost_from": lambda: _("Deals lost"), "back_out": lambda: _("Stepped back out"),
    "merged_in": lambda: _("From a merged stage"), "merged_out": lambda: _("Stage merged"),
    "gone": lambda: _("Gone"), "won": lambda: _("Deals won"), "lost": lambda: _("Deals lost"),
    "rate_entered": lambda: pgettext("report", "Entered"), "rate_on": lambda: _("Entered and moved on"),
    "rate_open": lambda: _("Entered and still open"), "rate_lost": lambda: _("Entered and lost"),
    "stays": lambda: _("Stays in the stage"), "stays_left": lambda: _("Stays that ended"),
    "stays_open": lambda: _("Stays still open"),
    "on_in_month": lambda: _("On by the end of the month"),
    "tag_entered": lambda: _("Got the tag"), "tag_reached": lambda: _("Reached the next tag"),
    "new_customers": lambda: _("New customers"), "talks": lambda: _("Follow-ups"),
    "timed": lambda: _("Follow-ups with a time"), "in_time": lambda: _("Logged in time"),
    "two_hours": lambda: _("Logged within 2 hours"), "same_day": lambda: _("Logged on the same day"),
    "later": lambda: _("Logged on a later day"), "day_only": lambda: _("Logged without a time of day"),
    "late": lambda: _("Logged late"), "need": lambda: _("Needs"), "objection": lambda: _("Objections"),
    "quiet": lambda: _("Quiet customers"), "planned": lambda: _("Quiet with a plan"),
    "payments": lambda: _("Payments"),
    "asked": lambda: _("Requests"), "due": lambda: _("Requests"), "accepted_in_time": lambda: _("Accepted in time"),
}


def title_of_figure(asked, reading):
    """What the list is: the figure, and the stage it is about."""
    title = TITLES[asked.of]()
    if asked.stage is None or not reading.sells:
        return title
    stage = stages_of(reading.figures).get(asked.stage)
    return _("%(figure)s · %(stage)s") % {"figure": title, "stage": named(stage)} if stage else title


ROWS = {
    "deal": lambda user: Deal.objects.visible_to(user).select_related("customer__owner", "stage", "rep"),
    "customer": lambda user: Customer.objects.visible_to(user).select_related("owner"),
    "talk": lambda user: FollowUp.objects.visible_to(user).select_related("customer", "talked_by"),
    "need": lambda user: Need.objects.visible_to(user).select_related("customer", "follow_up__talked_by", "topic"),
    "request": lambda user: CollaborationRequest.objects.visible_to(user).select_related("kind", "person"),
}
TAG_OF = {"customer": "tag", "request": "seen_tag"}  # elsewhere that of the row's customer
AT_ONCE = 5_000  # keys a statement names


def by_tag(what, lines, user, data):
    """(the lines with the tags a query string asks for, the chips that count them): the tags customers have today, also
    where the figure is frozen. A line that the reader may not open carries none (R22)."""
    keys, tags = list({pk for pk, *_rest in lines}), {}
    for start in range(0, len(keys), AT_ONCE):
        rows = ROWS[what](user).filter(pk__in=keys[start : start + AT_ONCE])
        rows = rows.with_tag(user) if what == "request" else rows
        tags |= dict(rows.values_list("pk", TAG_OF.get(what, "customer__tag")))
    bar = bar_from(data, [tags.get(pk, "") for pk, *_rest in lines])
    return [line for line in lines if bar.fits(tags.get(line[0], ""))], bar


def shown(what, lines, user):
    """[{"obj": record or None, "at", "value", "case"}] for one page of lines; the case is a line's fourth part."""
    found = ROWS[what](user).in_bulk([pk for pk, *_rest in lines])
    return [{"obj": found.get(pk), "at": at, "value": value, "case": case[0] if case else ""}
            for pk, at, value, *case in lines]


def deals_shown(lines, user):
    """The same for (deal, before, after, value) lines: of the deal only what the reader's gate lets through."""
    found = ROWS["deal"](user).in_bulk([pk for pk, *_rest in lines])
    return [{"obj": found.get(pk), "before": before, "after": after, "value": value}
            for pk, before, after, value in lines]
