"""S12: the queue, as a list or as cards side by side."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.decorators.http import require_safe

from collaboration import queue, rights
from collaboration.filters import QueueFilter
from collaboration.models import CollaborationRequest
from collaboration.own import own_fields
from core.lists import answer, filtered
from exchange.defined import held
from exchange.ownfilters import STATES, boxes, parameters, sortable

PER_PAGE = 30


@require_safe
@held()
def show(request):
    """`?tab=accept|mine|more|returned|done|asked|handled|team`, `?as=board`, `kind`, `due`, `department` (admins),
    `sort`, `more` and the filters of custom fields."""
    return answer(request, "collaboration/queue.html", "collaboration/_queue.html", context_of(request))


def context_of(request, data=None):
    """What the queue shows; `data` are its parameters when they are not those of the address."""
    user, now, given = request.user, timezone.now(), request.GET if data is None else data
    rows, filterset, dropped = filtered(request, CollaborationRequest.objects.visible_to(user), QueueFilter, data=given)
    bars = queue.bars(user, filterset)
    counts = {name: bar.total for name, bar in bars.items()}
    tab, orders = queue.choose(user, given.get("tab"), counts), queue.orders(user)
    sort = given.get("sort", "")
    own, fields = queue.own_shown(user, given), own_fields(user)
    if sorted_by := next((one for one in sortable(fields) if one.slug == sort.removeprefix("-")), None):
        orders[sort] = sorted_by.words
    sort = sort if sort in orders or (sort == "amount" and "-amount" in orders) else ""
    board = given.get("as") == "board"
    context = {
        "tabs": queue.tabs(user, "" if board else tab, counts, [one.slug for one in own]), "tab": tab,
        "bar": bars["board" if board else tab],
        "filter": filterset,
        "dropped": dropped, "sort": sort, "orders": orders.items(), "shows_amount": rights.sees_amounts(user),
        "may_raise": rights.may_raise(user), "board": board, "own_shown": own, "own_heads": queue.own_heads(own, sort),
        "more": [one.slug for one in own], "boxes": boxes(filterset, fields, given), "states": STATES,
        "in_use_names": " ".join(["kind", "due", "department", "tag", *sorted(parameters(fields))]),
        "own_names": " ".join(sorted(parameters(fields))),
        "own_on": bool(own) or any(given.get(name) for name in parameters(fields)),
    }  # fmt: skip
    if board:
        return context | {"columns": queue.columns(rows, user, counts, sort, now=now)}
    pages = Paginator(queue.in_order(rows.tab(tab, user), tab, sort, now=now), PER_PAGE)
    pages.count = counts[tab]  # the tab has counted already
    page = pages.get_page(given.get("page"))
    chosen = queue.fetched(list(page.object_list.values_list("pk", flat=True)), own=bool(own))
    return context | {"page": page, "rows": queue.read_rows(chosen, user, now=now, own=own)}
