"""Kinds an admin edits: template, files, clocks, steps, and their accept-by and done-by (S18, R60)."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activity.models import Attachment
from collaboration import limits
from collaboration.models import CollaborationRequest, KindClock, RequestKind
from pipeline.models import Stage
from tests.cast import key, make_customer
from tests.collaboration.world import MONDAY, ask, kind
from tests.gate.forms import form_at

HOUR = dt.timedelta(hours=1)


def saved(client, code, **said):
    path = reverse("collaboration:kind", args=[kind(code).pk])
    values = ticked(form_at(client.get(path).content.decode(), path))
    return client.post(path, values | said | {"key": key()})


def ticked(values):
    """A tick without a value of its own is sent as "on"."""
    return {name: ["on"] if name in ("in_use", "is_approval", "in_oa") else value for name, value in values.items()}


def test_the_most_exact_clock_wins(cast):
    one = kind()
    assert limits.accept_minutes(cast.tech, "normal", one) == 8 * 60
    RequestKind.objects.filter(pk=one.pk).update(accept_hours=6)
    one = kind()
    assert [limits.accept_minutes(cast.tech, level, one) for level in ("normal", "urgent")] == [6 * 60, 4 * 60]
    for department, priority, hours, days in (
        (None, "", 5, 4), (None, "high", 3, None), (cast.tech, "", 2, 6), (cast.tech, "urgent", 7, 1),
    ):
        KindClock.objects.create(
            kind=one, department=department, priority=priority, accept_hours=hours, due_days=days
        )
    at = {(place, level): limits.accept_minutes(department, level, one) // 60
          for place, department in (("tech", cast.tech), ("legal", cast.legal))
          for level in ("normal", "high", "urgent")}  # fmt: skip
    assert at == {("tech", "normal"): 2, ("tech", "high"): 2, ("tech", "urgent"): 7,
                  ("legal", "normal"): 5, ("legal", "high"): 3, ("legal", "urgent"): 4}  # fmt: skip
    days = [limits.due_days(one, cast.tech, level) for level in ("normal", "urgent")]
    assert days + [limits.due_days(one, cast.legal, "high")] == [6, 1, 4]
    request = ask(cast.alice, cast.tech, now=MONDAY)
    assert request.accept_by == MONDAY + 2 * HOUR


def test_an_admin_edits_a_kind_and_what_follows_from_it(cast, client_of):
    client = client_of(cast.ada)
    listed = client.get(reverse("collaboration:kinds")).content.decode()
    assert all(row.words in listed or row.label_en in listed for row in RequestKind.objects.all())
    stage = Stage.objects.get(playbook__is_default=True, position=4)
    said = {
        "template": "新的模板", "files_needed": "规格书，图纸", "due_days": "5", "accept_hours": "3",
        "stages": [stage.pk],
        "clocks-0-priority": "urgent", "clocks-0-accept_hours": "1", "clocks-0-due_days": "1",
    }  # fmt: skip
    assert saved(client, "technical", **said).status_code == 302
    one = kind()
    assert (one.template, one.needs, one.due_days, one.accept_hours) == ("新的模板", ["规格书", "图纸"], 5, 3)
    assert limits.accept_minutes(cast.tech, "urgent", one) == 60
    stage.refresh_from_db()
    assert (stage.raises["kind"], stage.raises["auto"]) == ("technical", True)
    assert one.history.first().history_user == cast.ada
    assert saved(client, "technical", stages=[]).status_code == 302
    stage.refresh_from_db()
    assert "auto" not in stage.raises


def test_steps_are_set_up_in_order_side_by_side_and_on_conditions(cast, client_of):
    client = client_of(cast.ada)
    said = {
        "steps-0-who": "role:manager", "steps-0-position": "1", "steps-1-who": f"place:{cast.legal.pk}",
        "steps-1-position": "2", "steps-2-who": f"person:{cast.grace.pk}", "steps-2-position": "2",
        "steps-2-min_amount": "500000", "steps-3-who": f"place:{cast.finance.pk}", "steps-3-position": "3",
        "steps-3-min_stage": "5",
    }
    assert saved(client, "contract", **said).status_code == 302
    small = make_customer(cast.alice, name="小单", deal={"amount": 1000})
    large = make_customer(cast.alice, name="大单", deal={"amount": 600_000})
    steps = [[(s.position, s.who) for s in ask(cast.alice, cast.legal, code="contract", customer=c).steps.all()]
             for c in (small, large)]  # fmt: skip
    first = [(1, "陈曦"), (2, "Legal")]
    assert [[(place, str(who)) for place, who in row] for row in steps] == [first, [*first, (2, "顾岚")]]
    deal = large.deals.get()
    deal.stage = Stage.objects.get(playbook=deal.playbook, position=5)
    deal.save()
    assert ask(cast.alice, cast.legal, code="contract", deal=deal).steps.filter(department=cast.finance).exists()


def test_bad_lines_are_said_and_nothing_typed_is_lost(cast, client_of):
    client = client_of(cast.ada)
    twice = {"clocks-0-accept_hours": "2", "clocks-1-accept_hours": "3", "template": "留着"}
    answer = saved(client, "technical", **twice)
    body = answer.content.decode()
    assert answer.status_code == 422 and "留着" in body and "says this department and priority already" in body
    assert saved(client, "technical", label="合同审批").status_code == 422
    assert saved(client, "technical", version="99").status_code == 409
    assert not KindClock.objects.exists()


def test_a_new_kind_is_asked_for_and_one_taken_out_of_use_is_not_offered(cast, client_of):
    client, path = client_of(cast.ada), reverse("collaboration:kind_new")
    values = ticked(form_at(client.get(path).content.decode(), path))
    assert client.post(path, values | {"label": "翻译", "due_days": "2", "key": key()}).status_code == 302
    page = client_of(cast.alice).get("/requests/new").content.decode()
    assert "翻译" in page
    new = RequestKind.objects.get(label="翻译")
    path = reverse("collaboration:kind", args=[new.pk])
    values = form_at(client.get(path).content.decode(), path)
    values.pop("in_use")
    assert client.post(path, values | {"key": key()}).status_code == 302
    assert "翻译" not in client_of(cast.alice).get("/requests/new").content.decode()


@pytest.mark.parametrize("person", ["alice", "mia", "sam"])
def test_only_admins_set_up(cast, client_of, person):
    assert client_of(getattr(cast, person)).get(reverse("collaboration:kinds")).status_code == 403


def test_a_kind_that_needs_files_is_not_asked_for_without_them(cast, client_of):
    RequestKind.objects.filter(code="technical").update(files_needed="规格书", due_days=2)
    client = client_of(cast.alice)
    page = client.get("/requests/new?kind=technical")
    form = page.context["form"]
    assert "规格书" in page.content.decode() and form["day"].value()  # the usual day is chosen already
    day = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    data = {"kind": "technical", "title": "评估", "description": "评估", "priority": "normal", "needed_by": day}
    refused = client.post("/requests/new", data | {"key": key()})
    assert refused.status_code == 422 and "Add the file: 规格书" in refused.content.decode()
    upload = SimpleUploadedFile("spec.txt", "规格".encode(), "text/plain")
    answer = client.post("/requests/new", data | {"key": key(), "needs_0": upload})
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["file_problems"])
    assert Attachment.objects.of(CollaborationRequest.objects.get()).get().name == "规格书.txt"
