"""Custom fields of requests: asked by kind, edited, a column, filtered, in files, found, taken back; what a department
may not see stays out of every one of these (R41, D6)."""

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from activity.undoing import undo
from collaboration import verbs
from collaboration.joining import split
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.own import set_own
from core.changing import change
from core.errors import Conflict, NotAllowed, Refused
from exchange import applying, checking, defining, staging, taking_back
from tests.cast import key, make_customer
from tests.collaboration.world import ask, kind

pytestmark = pytest.mark.django_db
OPTIONS = [
    {"code": "o1", "label": "现场", "label_en": "On site"}, {"code": "o2", "label": "远程", "label_en": "Remote"},
]  # fmt: skip
QUEUE = "/requests"


def post(client, path, data, **headers):
    return client.post(path, data | {"key": key()}, headers=headers)


def fresh(one):
    return CollaborationRequest.objects.get(pk=one.pk)


def edited(one, by, **own):
    """One edit of custom fields by the product's own verb."""
    verbs.edit(fresh(one), by=by, now=timezone.now(), expect=fresh(one).version, own=own)


@pytest.fixture
def slugs(cast):
    wanted = [
        {"label": "实施方式", "label_en": "Way", "kind": "choice", "choices": OPTIONS, "required": True},
        {"label": "人天", "label_en": "Days of work", "kind": "number", "unit": "天"},
        {"label": "外包预算", "label_en": "Budget outside", "kind": "money"},
        {"label": "环境说明", "kind": "text"},
        {"label": "关注", "label_en": "Cares", "kind": "choices", "choices": OPTIONS},
    ]
    made = [defining.add_field("request", each, by=cast.ada, now=timezone.now())[0] for each in wanted]
    return [one.slug for one in made]


@pytest.mark.proves("R41")
def test_a_request_asks_shows_lists_and_narrows_by_its_fields(cast, client_of, slugs):
    way, days, budget, place, cares = slugs
    alice, path = client_of(cast.alice), reverse("collaboration:new")
    data = {
        "kind": "technical", "title": "评估", "description": "四个部门", "department": cast.tech.pk,
        "priority": "normal", "needed_by": (timezone.now() + dt.timedelta(days=9)).date().isoformat(),
    }  # fmt: skip
    assert post(alice, path, data).status_code == 422  # the required one
    again = alice.get(f"{path}?kind=technical&{cares}=o1&{cares}=o2&{place}=专网")
    assert again.context["form"][cares].value() == ["o1", "o2"] and again.context["form"][place].value() == "专网"
    said = {way: "o2", days: "1,200", budget: "48万", place: "内网隔离", cares: ["o1", "o2"]}
    assert post(alice, path, data | said).status_code == 302
    one = CollaborationRequest.objects.get(title="评估")
    assert one.custom == {way: "o2", days: 1200, budget: 480_000, place: "内网隔离", cares: ",o1,o2,"}
    page = alice.get(one.get_absolute_url()).content.decode()
    assert all(words in page for words in ("Remote", "1,200天", "¥480,000", "内网隔离", "On site, Remote"))
    other = ask(cast.alice, cast.tech)
    wanted = {
        f"{way}=o2": {one.pk}, f"{way}=o1": set(), f"{days}_from=1200": {one.pk}, f"{days}_to=9": set(),
        f"{place}=隔离": {one.pk}, f"{cares}=o1": {one.pk}, f"{way}_is=empty": {other.pk},
        f"{budget}_from=48万": {one.pk}, f"{days}_from=many": {one.pk, other.pk},
    }  # fmt: skip
    for query, keys in wanted.items():
        rows = alice.get(f"{QUEUE}?tab=asked&{query}&more={way}&more={days}").context["rows"]
        assert {row.request.pk for row in rows} == keys, query
    for sort, first in ((days, one), (f"-{days}", one), (f"-{place}", one)):
        assert alice.get(f"{QUEUE}?tab=asked&sort={sort}").context["rows"][0].request == first, "empty comes last"
    listed = alice.get(f"{QUEUE}?tab=asked&more={way}&more={days}").content.decode()
    assert "1,200天" in listed and f"sort={days}" in listed and f"more={way}" in listed
    assert "1,200天" not in alice.get(f"{QUEUE}?tab=asked").content.decode()
    assert "评估" in alice.get(f"{reverse('search')}?q=网隔离").content.decode()
    assert "评估" not in client_of(cast.charlie).get(f"{reverse('search')}?q=网隔离").content.decode()


@pytest.mark.proves("R41")
def test_only_some_kinds_ask_a_field(cast, client_of, slugs):
    way, days, _budget, _place, _cares = slugs
    alice, ada = client_of(cast.alice), client_of(cast.ada)
    technical = kind()
    page = ada.get(reverse("collaboration:kind", args=[technical.pk]))
    assert page.context["form"]["own_fields"].initial == []
    change(technical, by=cast.ada, own_fields=[days])

    def asked(code):
        form = alice.get(f"{reverse('collaboration:new')}?kind={code}").context["form"]
        return {name for name in form.fields if name in slugs}

    assert asked("technical") == set(slugs) and asked("contract") == set(slugs) - {days}
    one = ask(cast.alice, cast.legal, code="contract", custom={way: "o1"})
    edit = alice.get(reverse("collaboration:edit", args=[one.number]))
    assert days not in edit.context["form"].fields
    edited(one, cast.alice, **{days: 3})  # it came by a file: shown all the same
    assert "3天" in alice.get(one.get_absolute_url()).content.decode()
    field = defining.FieldDefinition.objects.get(slug=days)
    defining.change_field(field, {"on": False}, by=cast.ada, now=timezone.now(), expect=field.version)
    data = {"label": technical.label, "due_days": 3, "in_use": "on", "version": technical.version, "own_fields": [way]}
    data |= {f"{name}-{end}": 0 for name in ("steps", "clocks") for end in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = post(ada, reverse("collaboration:kind", args=[technical.pk]), data)
    assert response.status_code == 302, response.content.decode()[:3000]
    assert set(RequestKind.objects.get(pk=technical.pk).own_fields) == {way, days}  # what is switched off comes back


@pytest.mark.proves("R41")
def test_an_edit_is_told_field_by_field_and_taken_back(cast, client_of, slugs):
    way, days, budget, place, _cares = slugs
    one = ask(cast.alice, cast.tech, custom={way: "o1", "lead": {"contact": "张敏"}})
    alice, path = client_of(cast.alice), reverse("collaboration:edit", args=[one.number])
    data = {name: getattr(one, name) or "" for name in ("title", "description", "standard")}
    data |= {"needed_by": one.needed_by.isoformat(), "version": one.version}
    said = post(alice, path, data | {"title": "新题目", way: "o2", days: "5", budget: "9万"})
    assert said.status_code == 302, said.content.decode()[:2000]
    one = fresh(one)
    assert one.custom == {way: "o2", days: 5, budget: 90_000, "lead": {"contact": "张敏"}} and one.title == "新题目"
    page = alice.get(one.get_absolute_url()).content.decode()
    assert "On site → Remote" in page and "– → ¥90,000" in page and "→ 新题目" in page
    assert "– → 5天" in client_of(cast.tess).get(one.get_absolute_url()).content.decode()
    assert "90,000" not in client_of(cast.tess).get(one.get_absolute_url()).content.decode()
    event = Event.objects.get(verb="collaboration.edited")
    assert post(client_of(cast.mia), reverse("activity:undo", args=[event.pk]), {}).status_code == 404
    assert post(alice, reverse("activity:undo", args=[event.pk]), {"next": one.get_absolute_url()}).status_code == 302
    one = fresh(one)
    assert one.custom == {way: "o1", "lead": {"contact": "张敏"}} and one.title == "定制方案技术评估"
    edited(one, cast.alice, **{place: "内网"})
    edited(one, cast.alice, **{place: "专网"})
    first, last = Event.objects.filter(verb="collaboration.edited").order_by("-pk")[:2][::-1]
    with pytest.raises(Refused):  # changed again since
        undo(first, by=cast.alice, now=timezone.now())
    verbs.accept(fresh(one), by=cast.tess, now=timezone.now())
    with pytest.raises(NotAllowed):  # somebody has taken it
        undo(last, by=cast.alice, now=timezone.now())
    assert alice.get(path).status_code == 403


def test_two_people_edit_one_request_and_what_was_approved_keeps_its_fields(cast, client_of, slugs):
    way, days, budget, _place, _cares = slugs
    one = ask(cast.alice, cast.legal, code="contract", custom={way: "o1", budget: 480_000})
    seen = one.version
    set_own(fresh(one), {way: "o2"}, by=cast.alice, expect=seen)
    assert set_own(fresh(one), {days: 5}, by=cast.mia, expect=seen) == [days]
    with pytest.raises(Conflict):
        set_own(fresh(one), {way: "o1"}, by=cast.mia, expect=seen)
    step = one.steps.filter(state="waiting").first()
    decider = step.person or cast.sam
    verbs.approve(fresh(one), by=decider, now=timezone.now())
    page = client_of(decider).get(one.get_absolute_url())
    copy = next(line["copy"] for line in page.context["approvals"] if line["copy"])
    assert [text for _one, _value, text in copy["own"]] == ["Remote", "5天", "¥480,000"] and not copy["changed"]
    set_own(fresh(one), {way: "o1"}, by=cast.alice)
    page = client_of(decider).get(one.get_absolute_url())
    assert next(line["copy"] for line in page.context["approvals"] if line["copy"])["changed"]
    two = ask(cast.alice, cast.tech, custom={way: "o1", "stage": 7})
    new, _event = split(two, by=cast.alice, now=timezone.now(), title="另一半", description="另一半",
                        department=cast.tech)  # fmt: skip
    assert new.custom == {way: "o1"}


@pytest.mark.proves("R41")
def test_a_department_reads_the_fields_and_no_amount_anywhere(cast, client_of, slugs):
    """480,123 and 云帆制造 stand for what the technical department is not shown: an amount, another's customer."""
    way, days, budget, place, _cares = slugs
    secret = make_customer(cast.alice, name="云帆制造", custom={})
    one = ask(cast.alice, cast.tech, custom={way: "o1", days: 5, budget: 480_123, place: "机房乙"})
    ask(cast.alice, cast.legal, code="contract", customer=secret, custom={way: "o2", place: "机房甲"})
    tess = client_of(cast.tess)
    edited(one, cast.alice, **{budget: 480_124})
    columns = "&".join(f"more={slug}" for slug in slugs)
    pages = [
        one.get_absolute_url(), f"{QUEUE}?tab=accept&{columns}", f"{QUEUE}?tab=accept&sort=-{budget}&{columns}",
        f"{QUEUE}?as=board&{columns}", f"{reverse('search')}?q=机房", f"{reverse('search')}?q=480123",
    ]  # fmt: skip
    for path in pages:
        text = tess.get(path).content.decode()
        assert not [word for word in ("480,12", "48012", "Budget outside", "机房甲", "云帆制造") if word in text
                    and word not in path], path  # fmt: skip
    assert "5天" in tess.get(pages[1]).content.decode() and "机房乙" in tess.get(pages[0]).content.decode()
    assert one.code in tess.get(pages[4]).content.decode()
    assert tess.get(pages[2]).context["sort"] == ""
    for query in (f"{budget}_from=900000", f"{budget}_is=empty"):  # no guessing by narrowing
        assert len(tess.get(f"{QUEUE}?tab=accept&{query}").context["rows"]) == 1
    sheet = exported(tess)
    heads, *lines = ([cell.value for cell in row] for row in sheet.iter_rows())
    line = dict(zip(heads, lines[0], strict=True))
    assert len(lines) == 1 and line["Days of work（天）"] == 5 and line["Budget outside"] is None
    assert budget not in tess.get(f"{reverse('collaboration:new')}?kind=technical").context["form"].fields
    batch, rows = bring([["_key", "协作部门", "需求描述", "外包预算"], [line["_key"], "技术部", one.description, "1"]],
                        cast.tess)  # fmt: skip
    assert rows[2].fate == "same" and "480" not in str(rows[2].flags + rows[2].changes)
    cast.tech.sees_amounts = True
    cast.tech.save()
    assert "480,124" in client_of(cast.tess).get(one.get_absolute_url()).content.decode()
    assert batch.pk


def exported(client, query=""):
    response = post(client, reverse("exchange:export"), {"sheet": "requests", "query": query})
    return openpyxl.load_workbook(io.BytesIO(client.get(response["Location"]).content)).worksheets[0]


def bring(rows, by):
    """A pasted block, checked: the batch and {row: ImportRow}."""
    now = timezone.now()
    text = "\n".join("\t".join(row) for row in rows)
    batch = staging.bring_in(by=by, now=now, text=text, wanted="requests")
    checking.check(batch, by=by, now=now)
    return batch, {row.number: row for row in batch.rows.all()}


@pytest.mark.proves("R41")
def test_the_request_table_carries_them_out_and_in(cast, client_of, slugs):
    way, days, budget, _place, cares = slugs
    one = ask(cast.alice, cast.tech, custom={way: "o1", budget: 5})
    change(kind("contract"), by=cast.ada, own_fields=[way])
    heads = ["需求编号", "协作部门", "需求类型", "需求描述", "实施方式", "Days of work", "外包预算", "关注"]
    batch, found = bring([
        heads, [one.code, "技术部", "", one.description, "Remote", "1.2万", "", "现场、远程"],
        ["", "法务部", "合同审批", "新的一条", "现场", "", "48万", ""],
        ["", "技术部", "技术评估", "没有方式", "", "", "", ""],
        ["", "技术部", "", "坏行", "飞过去", "三", "", ""],
    ], cast.alice)  # fmt: skip
    assert [row.fate for row in found.values()] == ["changed", "new", "new", "wrong"]
    assert {error["field"] for error in found[5].errors} == {way, days}
    assert not found[3].flags or way not in {flag["field"] for flag in found[3].flags}
    batch.only_good = True
    batch.save()
    applying.apply(batch, by=cast.alice, now=timezone.now())
    assert fresh(one).custom == {way: "o2", days: 12_000, budget: 5, cares: ",o1,o2,"}
    new = CollaborationRequest.objects.get(title="新的一条")
    assert new.custom == {way: "o1", budget: 480_000}
    sheet = exported(client_of(cast.alice), f"tab=asked&{days}_from=12000")
    names, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    row = dict(zip(names, line, strict=True))
    assert row["Way"] == "Remote" and row["Cares"] == "On site、Remote" and row["Days of work（天）"] == 12_000
    again = [[str("" if cell is None else cell) for cell in cells] for cells in (names, line)]
    back, same = bring(again, cast.alice)
    assert same[2].fate == "same", (same[2].changes, same[2].errors)  # what went out says nothing new
    set_own(fresh(one), {cares: ",o1,"}, by=cast.alice)
    taking_back.undo(batch, by=cast.alice, now=timezone.now())
    assert fresh(one).custom == {way: "o1", budget: 5, cares: ",o1,"}  # what was changed since stays
    assert not CollaborationRequest.objects.filter(pk=new.pk).exists() and back.pk


def test_a_type_of_a_requests_field_changes_and_comes_back(cast, slugs):
    place, now = slugs[3], timezone.now()
    one = ask(cast.alice, cast.tech, custom={place: "3,000"})
    field = defining.FieldDefinition.objects.get(slug=place)
    state = defining.state_of(field) | {"kind": "money"}
    event = defining.change_field(field, state, by=cast.ada, now=now, expect=field.version)
    assert fresh(one).custom == {place: 3000}
    undo(Event.objects.get(pk=event.pk), by=cast.ada, now=now)
    assert fresh(one).custom == {place: "3,000"}
