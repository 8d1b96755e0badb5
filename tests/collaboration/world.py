"""Requests in every state, brought there by the product's own verbs."""

import datetime as dt

from collaboration import verbs
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from core.periods import zone

MONDAY = dt.datetime(2024, 3, 4, 9, 0, tzinfo=zone())  # a plain working week
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=n) for n in (1, 2, 3, 4))
NEXT_MONDAY = MONDAY + dt.timedelta(days=7)


def kind(code="technical"):
    return RequestKind.objects.get(code=code)


def ask(by, department, *, now=MONDAY, code="technical", needed_by=None, **fields):
    """A request of `by` to a department, needed by Friday."""
    fields = {"title": "定制方案技术评估", "description": "评估 4 个部门的实时同步"} | fields
    return raise_request(
        by=by, now=now, department=department, kind=kind(code), needed_by=needed_by or FRIDAY.date(), **fields
    )


def brought_to(state, cast, *, now=MONDAY):
    """alice asks the technical department; tess serves."""
    request = ask(cast.alice, cast.tech, now=now)
    if state == "countered":
        verbs.counter(request, by=cast.tess, now=now, on=NEXT_MONDAY.date(), reason="出差")
    if state == "waiting":
        verbs.ask_back(request, by=cast.tess, now=now, question="单向还是双向？")
    if state == "refused":
        verbs.refuse(request, by=cast.tess, now=now, reason="不在范围内")
    if state in ("accepted", "delivered", "done", "closed"):
        verbs.accept(request, by=cast.tess, now=now)
    if state in ("delivered", "done"):
        verbs.deliver(request, by=cast.tess, now=now, result="可行")
    if state == "done":
        verbs.confirm(request, by=cast.alice, now=now)
    if state == "withdrawn":
        verbs.withdraw(request, by=cast.alice, now=now)
    if state == "closed":
        verbs.close(request, by=cast.ada, now=now, reason="重复")
    return CollaborationRequest.objects.get(pk=request.pk)
