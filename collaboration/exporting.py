"""Rows of the request table as they leave, in the template's words (D20, D46)."""

from collaboration.filters import QueueFilter
from collaboration.models import CollaborationRequest
from collaboration.own import own_fields
from core.lists import filtered
from core.periods import today
from customers.exporting import batches
from exchange import typed
from exchange.owncolumns import all_people

STATES = {
    "submitted": "待接收",
    "countered": "待确认改期",
    "waiting": "待补充",
    "accepted": "处理中",
    "delivered": "待验收",
    "done": "已完成",
    "refused": "已拒绝",
    "withdrawn": "已撤回",
    "closed": "已关闭",
}
TABS = ("accept", "mine", "more", "returned", "done", "asked", "handled", "team")
PRIORITIES = {"low": "低", "normal": "中", "high": "高", "urgent": "紧急"}


def requests_of(user, request, data):
    """The requests a person may see, narrowed as the queue is; None: the nightly copy."""
    if user is None:
        return CollaborationRequest.objects.all()
    rows = CollaborationRequest.objects.visible_to(user)
    if not data:
        return rows
    rows = filtered(request, rows, QueueFilter, data=data)[0]
    return rows.tab(data["tab"], user) if data.get("tab") in TABS else rows


def request_rows(user, queryset):
    """(key, {field: value}) of requests by number, a thousand at a time, one query each."""
    own, names = own_fields(user), all_people()
    for keys in batches(queryset.order_by("number").distinct()):
        rows = (
            CollaborationRequest.objects.filter(pk__in=keys)
            .order_by("number")
            .select_related("kind", "asker", "asker_department", "department", "person")
        )
        for row in rows:
            yield (
                f"R{row.pk}.{row.version}",
                {
                    "reference": row.reference or row.code,
                    "customer": row.customer_name,
                    "asker": row.asker.name if row.asker else row.asker_words,
                    "asker_department": row.asker_department.name if row.asker_department else "",
                    "department": row.department.name,
                    "kind": row.kind_words or row.kind.label,
                    "description": row.description,
                    "standard": row.standard,
                    "priority": PRIORITIES[row.priority],
                    "asked": today(row.asked_at),
                    "needed_by": row.needed_by,
                    "person": row.person.name if row.person else row.person_words,
                    "state": STATES[row.state],
                    "result": row.result,
                }
                | {one.slug: typed.cell(row.custom.get(one.slug), one, names) for one in own},
            )
