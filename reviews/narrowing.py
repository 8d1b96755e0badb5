"""What speaks of a field beside its records (S16): saved filters, exports, and how long it has been asked as it is.

A look at a list is not recorded (GET never writes, D37): the page says so.
"""

import datetime as dt

from django.db.models import Min
from django.http import QueryDict

from accounts.models import SavedView
from activity.models import Event
from exchange import defining, tuning
from exchange.models import ExportFile, FieldDefinition

DECIDED = (tuning.ASKED, defining.ADDED, defining.CHANGED)
UNUSED_DAYS = 90  # of no export and no saved filter so long, a field is unused (ux S16)
ENDS = ("", "_from", "_to", "_is")


def first_record(user, now):
    """When the first customer of the reader was made: data begins there."""
    place = tuning.place_of("customer")
    return place.rows(user).order_by().aggregate(first=Min(place.made))["first"] or now


def field_of(event, slugs):
    """(of, name) of the field an event of DECIDED is about; `slugs` are {key: slug} of the custom ones."""
    return event.data["of"], event.data.get("field") or slugs.get(event.subject_id)


def slugs_of(user):
    return dict(FieldDefinition.objects.visible_to(user).values_list("pk", "slug"))


def count(found, user, period, *, now, first):
    """Into each FieldUse: saved filters, exports of the quarter and of the last 90 days, and whether it was asked as it
    is now, with data, for 90 days, and through the quarter. Filters and exports are read whole: a company has
    some hundred."""
    pages = {page for use in found for page in use.place.pages}
    views = list(SavedView.objects.of_pages(pages).values_list("page", "query")) if pages else []
    since = min(now, period.ends_at) - dt.timedelta(days=UNUSED_DAYS)
    made = ExportFile.objects.made_between(min(since, period.starts_at), period.ends_at)
    exports = [(sheet, QueryDict(query), at) for sheet, query, at in made.values_list("sheet", "query", "made_at")]
    views = [(page, QueryDict(query)) for page, query in views]
    events = Event.objects.filter(verb__in=DECIDED, at__gte=min(since, period.starts_at), at__lt=period.ends_at)
    slugs = slugs_of(user)
    changed = {field_of(event, slugs): event.at for event in events.order_by("at")}  # when it was last changed
    for use in found:
        at = changed.get((use.place.of, use.name), first)
        use.is_watched, use.is_settled = max(at, first) <= since, (use.place.of, use.name) not in changed
        use.saved = sum(page in use.place.pages and names(query, use) for page, query in views)
        named = [at for sheet, query, at in exports if sheet == use.place.sheet and names(query, use)]
        use.exports, use.recent = sum(at >= period.starts_at for at in named), sum(at >= since for at in named)


def names(query, use):
    """Whether a list's address narrows by a field, sorts by it or shows its column."""
    parameters = [use.name + end for end in ENDS] if use.own else list(use.built.filters)
    sorts = query.get("sort", "").lstrip("-") in (use.name, *(use.built.filters if use.built else ()))
    return any(any(query.getlist(name)) for name in parameters) or sorts or use.name in query.getlist("more")
