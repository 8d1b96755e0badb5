"""The customers before and after one in the list somebody came from (S5): one page of ids and one beside it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from core.asked import number
from core.lists import MOST, PER_PAGE, filtered
from customers.filters import CustomerFilter
from customers.tables import customer_table


@dataclass(frozen=True)
class Neighbours:
    list_url: str
    before: str
    after: str


def neighbours(request, visible, pk, text):
    """`text` is the query string of the list (may be empty). Ids of its page and one on each side, so a deep page
    costs what the first costs; None when the customer is no longer there. `request` carries on and rule."""
    data = QueryDict(text[:2000], mutable=True)
    rows, _filterset, _dropped = filtered(request, visible, CustomerFilter, data=data)
    ordered = customer_table(rows, order_by=data.get("sort") or None).data.data
    page, per_page = number(data.get("page"), 7) or 1, min(number(data.get("per_page"), 7) or PER_PAGE, MOST)
    start = (page - 1) * per_page
    low = max(start - 1, 0)
    keys = list(ordered.values_list("pk", flat=True)[low : start + per_page + 1])
    if pk not in keys:
        return None
    at = keys.index(pk)

    def url(index):
        if not 0 <= index < len(keys):
            return ""
        data["page"] = str((low + index) // per_page + 1)
        return f"{reverse('customer', args=[keys[index]])}?in={_quoted(data)}"

    list_url = f"{reverse('customers:list')}?{data.urlencode()}".rstrip("?")
    return Neighbours(list_url, url(at - 1), url(at + 1))


def _quoted(data):
    outer = QueryDict(mutable=True)
    outer["in"] = data.urlencode()
    return outer.urlencode().removeprefix("in=")
