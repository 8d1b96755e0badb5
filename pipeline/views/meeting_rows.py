"""/team/meeting/2024-W10/rep/3/rows?of=logs: the list behind a figure of somebody's part of the meeting (S11)."""

from django.core.paginator import Paginator
from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.gates import only
from accounts.rights import may_see_pipeline
from pipeline import meeting as verbs
from pipeline.partrows import keys_of, rows_behind
from pipeline.views.books import dialog
from pipeline.views.meeting import find, part_in

PER_PAGE = 50


@require_GET
@only(may_see_pipeline)
def rows(request, code, pk):
    """Read by whoever may read the part: it is on the screen or was, it is his own, or he leads the team."""
    row, part = part_read(request, code, pk)
    name = request.GET.get("of", "")
    keys = keys_of(part, name)
    if keys is None:
        raise Http404
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    lines = rows_behind(request.user, row, name, page.object_list)
    context = {"meeting": row, "team": row.team, "part": part, "of": name, "page": page, "lines": lines}
    return dialog(request, "_meeting_rows", context)


def part_read(request, code, pk):
    """(the meeting, the part as JSON keeps it); 404 where this reader has no such part before him."""
    row = find(request, code)
    if row.started_at is None:
        row, person = part_in(request, code, pk)
        return row, verbs.page_of(row, person, now=timezone.now())
    items = row.agenda.get("items", [])
    for place in verbs.places_for(request.user, row):
        if items[place]["kind"] == "rep" and items[place]["user"] == pk:
            return row, items[place]
    raise Http404
