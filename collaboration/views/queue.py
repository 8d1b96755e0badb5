"""S12: the queue, as a list or as cards side by side."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.decorators.http import require_safe

from collaboration import queue, rights
from collaboration.filters import QueueFilter
from collaboration.models import CollaborationRequest
from core.lists import answer, filtered

PER_PAGE = 30


@require_safe
def show(request):
    """`?tab=accept|mine|more|returned|done|asked|handled|team`, `?as=board`, `kind`, `due`, `department` (admins),
    `sort`."""
    return answer(request, "collaboration/queue.html", "collaboration/_queue.html", context_of(request))


def context_of(request, data=None):
    """What the queue shows; `data` are its parameters when they are not those of the address."""
    user, now, given = request.user, timezone.now(), request.GET if data is None else data
    rows, filterset, dropped = filtered(request, CollaborationRequest.objects.visible_to(user), QueueFilter, data=given)
    bars = queue.bars(user, filterset)
    counts = {name: bar.total for name, bar in bars.items()}
    tab, orders = queue.choose(user, given.get("tab"), counts), queue.orders(user)
    sort = given.get("sort", "")
    sort = sort if sort in orders or (sort == "amount" and "-amount" in orders) else ""
    board = given.get("as") == "board"
    context = {
        "tabs": queue.tabs(user, "" if board else tab, counts), "tab": tab, "bar": bars["board" if board else tab],
        "filter": filterset,
        "dropped": dropped, "sort": sort, "orders": orders.items(), "shows_amount": rights.sees_amounts(user),
        "may_raise": rights.may_raise(user), "board": board,
    }  # fmt: skip
    if board:
        return context | {"columns": queue.columns(rows, user, counts, sort, now=now)}
    pages = Paginator(queue.in_order(rows.tab(tab, user), tab, sort, now=now), PER_PAGE)
    pages.count = counts[tab]  # the tab has counted already
    page = pages.get_page(given.get("page"))
    chosen = queue.fetched(list(page.object_list.values_list("pk", flat=True)))
    return context | {"page": page, "rows": queue.read_rows(chosen, user, now=now)}
