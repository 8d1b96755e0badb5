"""S12: the queue."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.decorators.http import require_safe

from collaboration import queue, rights
from collaboration.filters import QueueFilter
from collaboration.models import CollaborationRequest
from core.lists import answer, filtered

PER_PAGE = 50


@require_safe
def show(request):
    """`?tab=accept|mine|more|done|asked|handled|team`, `kind`, `due`, `department` (admins), `sort=amount`."""
    user, now = request.user, timezone.now()
    rows, filterset, dropped = filtered(request, CollaborationRequest.objects.visible_to(user), QueueFilter)
    bars = queue.bars(user, filterset)
    counts = {name: bar.total for name, bar in bars.items()}
    tab = queue.choose(user, request.GET.get("tab"), counts)
    sort = request.GET.get("sort", "") if rights.sees_amounts(user) else ""
    pages = Paginator(queue.in_order(rows.tab(tab, user), tab, sort), PER_PAGE)
    pages.count = counts[tab]  # the tab has counted already
    page = pages.get_page(request.GET.get("page"))
    context = {
        "tabs": queue.tabs(user, tab, counts), "tab": tab, "bar": bars[tab], "filter": filterset, "dropped": dropped,
        "page": page,
        "rows": queue.read_rows(page.object_list.with_faces(), user, now=now), "sort": sort,
        "shows_amount": rights.sees_amounts(user), "may_raise": rights.may_raise(user),
    }  # fmt: skip
    return answer(request, "collaboration/queue.html", "collaboration/_queue.html", context)
