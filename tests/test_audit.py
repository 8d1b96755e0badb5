"""The audit page (REL21) and "why does somebody see it": who did what, before and after; the clauses of the gate."""

import datetime as dt
from io import BytesIO

import pytest
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from accounts.models import Department, Leave, User
from activity.models import Event
from activity.recording import record
from collaboration.models import CollaborationRequest, Watcher
from core.changing import change
from core.periods import today
from customers.models import Contact, Customer, CustomerHelper
from salesflow import seeing
from salesflow.beforeafter import changes_with
from tests.cast import confirm, key, make_customer, make_deal
from tests.collaboration.world import ask

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def own(cast):
    return make_customer(cast.alice, name="启明电子")


def edit(thing, by, at, **fields):
    change(thing, by=by, **fields)
    return record("customers.edited", thing, by=by, at=at, about=getattr(thing, "customer", thing), fields=[])


@pytest.mark.proves("REL21")
def test_each_deed_is_a_line_with_what_it_was_before(cast, client_of, own):
    ada = client_of(cast.ada)
    contact = Contact.objects.create(customer=own, name="张三", phone="13812345678")
    now = timezone.now()
    first = edit(own, cast.alice, now, grade="B")
    edit(own, cast.bob, timezone.now(), grade="A")  # somebody else, the same moment nearly: not alice's change
    phone = edit(contact, cast.alice, timezone.now(), phone="13987654321")
    page = ada.get(f"/setup/audit?customer={own.pk}")
    shown = [(line.event.pk, line.event.by) for line in page.context["lines"]]
    assert shown == [(e.pk, e.by) for e in Event.objects.filter(about_customer_id=own.pk)] and len(shown) >= 3
    assert page.context["listing"].total == len(shown)
    told = ada.get(f"/setup/audit/{first.pk}").content.decode()
    assert [(c.before, c.after) for c in changes_with(first)] == [("", "B")] and "启明电子" in told
    deal = make_deal(own, name="二期")
    moment = dt.datetime(2026, 3, 1, 20, 5, tzinfo=dt.UTC)
    moved = edit(deal, cast.alice, timezone.now(), entered_at=moment, slips=2)
    with override("zh-hans"):
        said = {(change.field, change.after) for change in changes_with(moved)}
    assert said == {("进入阶段时间", "2026-03-02 04:05"), ("延期次数", "2")}
    masked = ada.get(f"/setup/audit/{phone.pk}").content.decode()
    assert "13812345678" not in masked and "13987654321" not in masked and "139****4321" in masked
    assert changes_with(record("customers.edited", own, by=cast.alice, at=now - DAY, fields=[])) == []


def test_filters_leave_what_they_say_and_nonsense_is_named(cast, client_of, own):
    now = timezone.now()
    Event.objects.all().update(at=now - 9 * DAY)
    edit(own, cast.alice, now - 3 * DAY, grade="B")
    record("accounts.signed_out", cast.bob, by=cast.ada, at=now)
    ada, on = client_of(cast.ada), today(now)

    def pks(query):
        return {line.event.pk for line in ada.get(f"/setup/audit?{query}").context["lines"]}

    everything = set(Event.objects.values_list("pk", flat=True))
    assert pks("") == everything
    assert pks(f"by={cast.alice.pk}") == set(Event.objects.filter(by=cast.alice).values_list("pk", flat=True))
    assert pks("part=accounts") == set(Event.objects.filter(verb__startswith="accounts.").values_list("pk", flat=True))
    assert pks(f"since={on - 3 * DAY}&until={on - 3 * DAY}") == {Event.objects.get(verb="customers.edited").pk}
    assert pks(f"until={on - 4 * DAY}") == set(Event.objects.filter(at__lt=now - 8 * DAY).values_list("pk", flat=True))
    odd = ada.get("/setup/audit?since=gestern&by=x&customer=99999999999999999999")
    assert odd.status_code == 200 and "A filter made no sense" in odd.content.decode()


def test_the_workbook_has_the_lines_of_the_page_and_is_recorded(cast, client_of, own):
    own.name = "=1+1科技"
    own.save()
    edit(own, cast.alice, timezone.now(), grade="B")
    ada = confirm(client_of(cast.ada))
    lines = ada.get(f"/setup/audit?customer={own.pk}").context["lines"]
    answer = ada.post("/setup/audit/export", {"customer": own.pk, "key": key()}, follow=True)
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(min_row=2))
    assert [row[4].value for row in rows] == [line.event.verb for line in lines] and rows
    assert [row[1].value for row in rows] == [str(line.event.by) for line in lines]
    assert {(row[3].value, row[3].data_type) for row in rows} == {("=1+1科技", "s")}
    assert Event.objects.filter(verb="accounts.audit_exported", by=cast.ada, data={"rows": len(rows)}).count() == 1


def test_why_somebody_sees_it_is_what_the_gate_says(cast, own):
    """Every person and every customer and request: a reason exactly where the gate lets him in."""
    now, on = timezone.now(), today()
    loose = make_customer(cast.alice, name="无主")
    free = make_customer(cast.bob, name="无人组")
    gone = make_customer(cast.charlie, name="并入")
    Customer.objects.filter(pk=free.pk).update(owner=None, team=None)
    Customer.objects.filter(pk=loose.pk).update(owner=None)
    Customer.objects.filter(pk=gone.pk).update(merged_into=own)
    CustomerHelper.objects.create(customer=own, user=cast.charlie, added_by=cast.mia)
    Department.objects.filter(pk=cast.sales.pk).update(lead=cast.grace)
    ask(cast.alice, cast.legal, code="contract", now=now, customer=own)
    ask(cast.charlie, cast.tech, now=now)
    watched = ask(cast.bob, cast.tech, now=now)
    Watcher.objects.create(request=watched, user=cast.sam, added_at=now)
    Leave.objects.create(user=cast.bob, first=on, last=on + DAY, substitute=cast.tess)
    people = list(User.objects.filter(is_active=True))
    seen = {True: 0, False: 0}
    for person in people:
        mine = User.objects.get(pk=person.pk)
        may = set(Customer.objects.visible_to(mine).values_list("pk", flat=True))
        for customer in Customer._base_manager.all():
            assert bool(seeing.ways(mine, customer)) == (customer.pk in may), (mine, customer)
            seen[customer.pk in may] += 1
        may = set(CollaborationRequest.objects.visible_to(mine).values_list("pk", flat=True))
        for request in CollaborationRequest.objects.all():
            assert bool(seeing.ways(mine, request)) == (request.pk in may), (mine, request)
            seen[request.pk in may] += 1
    assert min(seen.values()) > 10
    assert seeing.ways(cast.ian, own) == [] and seeing.ways(cast.ada, Customer._base_manager.get(pk=gone.pk)) == []


def test_a_person_and_a_thing_are_found_by_name_and_number(cast, client_of, own):
    asked = ask(cast.alice, cast.tech, now=timezone.now(), customer=own)
    ada = client_of(cast.ada)

    def told(person, what):
        return ada.get("/setup/access", {"person": person.pk, "what": what}).content.decode()

    assert "Owns this customer." in told(cast.alice, "启明电子") and "Owns this customer." in told(cast.alice, own.pk)
    assert "Manages" in told(cast.mia, "启明") and "Does not see it" in told(cast.charlie, "启明电子")
    assert "Asked for it." in told(cast.alice, asked.code) and "Deactivated" in told(cast.ian, asked.code)
    assert "Nothing has this name or number." in told(cast.alice, "没有这家")
    make_customer(cast.bob, name="启明医药")
    assert "Which one?" in told(cast.alice, "启明") and "Owns this customer." in told(cast.alice, "启明电子")
