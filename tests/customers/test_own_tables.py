"""Own tables: switched on or built without code, kept by row, listed, exported, imported, found, gated (R20, R41)."""

import io

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from activity.undoing import undo
from core.errors import Conflict, Refused
from customers import rowkeeping
from customers.merging import merge, undo_merge
from customers.models import TableRow
from exchange import applying, checking, defining, staging, taking_back
from exchange.models import FieldDefinition, OwnTable
from tests.cast import key, make_customer, make_deal, make_request

pytestmark = pytest.mark.django_db


def post(client, path, data, **headers):
    return client.post(path, data | {"key": key()}, headers=headers)


@pytest.fixture
def table(cast, client_of):
    """大客户定制化需求跟踪表, switched on by its one press."""
    assert post(client_of(cast.ada), reverse("exchange:table_ready"), {"name": "key-accounts"}).status_code == 302
    return OwnTable.objects.get()


@pytest.fixture
def slugs(table):
    return dict(FieldDefinition.objects.filter(table=table).values_list("label", "slug"))


def row(table, customer, values, by):
    return rowkeeping.add_row(table, customer, values, by=by, now=timezone.now())


def shown(client, table, query=""):
    response = client.get(f"{reverse('customers:table', args=[table.slug])}?{query}")
    assert response.status_code == 200
    return [each.pk for each in response.context["page"].rows], response.content.decode()


def bring(rows, by):
    now = timezone.now()
    batch = staging.bring_in(by=by, now=now, text="\n".join("\t".join(row) for row in rows))
    checking.check(batch, by=by, now=now)
    return batch, {each.number: each for each in batch.rows.all()}


def exported(client, table, query=""):
    response = post(client, reverse("exchange:export"), {"sheet": table.slug, "query": query})
    rows = openpyxl.load_workbook(io.BytesIO(client.get(response["Location"]).content)).worksheets[0].iter_rows()
    return [[cell.value for cell in line] for line in rows]


@pytest.mark.proves("R41")
def test_the_table_of_key_accounts_is_filled_by_form_and_obeys_the_gate_of_its_customers(cast, client_of, table, slugs):
    customer = make_customer(cast.alice, name="星澜科技")
    deal = customer.deals.get()
    make_customer(cast.charlie, name="云帆制造")
    alice, mia, charlie, sam = (client_of(getattr(cast, who)) for who in ("alice", "mia", "charlie", "sam"))
    new = reverse("customers:row_new", args=[table.slug])
    data = {
        slugs["需求内容"]: "对接 SAP 的双向同步",
        slugs["需求优先级"]: "o3",
        slugs["对接部门"]: "o1",
        slugs["需求责任人"]: cast.tess.pk,
        slugs["要求完成日期"]: "2027-03-05",
        slugs["处理状态"]: "o2",
        slugs["预计金额"]: "48万",
    }
    assert post(alice, new, data | {"customer": "云帆制造"}).status_code == 422  # charlie's: it does not exist for her
    assert post(alice, new, {"customer": "星澜科技"}).status_code == 422
    assert post(alice, new, data | {"customer": "星澜科技"}).status_code == 302
    made = TableRow.objects.get()
    edit = reverse("customers:row_edit", args=[made.pk])
    other = make_deal(make_customer(cast.alice, name="另一家"), name="别家的")
    said = data | {slugs["处理结果"]: "已联调", "version": made.version}
    assert post(alice, edit, said | {slugs["商机"]: other.pk}).status_code == 422
    assert post(alice, edit, said | {slugs["商机"]: deal.pk}).status_code == 302
    made.refresh_from_db()
    assert made.values == {
        slugs["需求内容"]: "对接 SAP 的双向同步",
        slugs["需求优先级"]: "o3",
        slugs["对接部门"]: "o1",
        slugs["需求责任人"]: cast.tess.pk,
        slugs["要求完成日期"]: "2027-03-05",
        slugs["处理状态"]: "o2",
        slugs["预计金额"]: 480_000,
        slugs["处理结果"]: "已联调",
        slugs["商机"]: deal.pk,
    }
    for client in (alice, mia):
        keys, page = shown(client, table)
        assert keys == [made.pk] and "对接 SAP 的双向同步" in page and "周婷" in page and f"?deal={deal.pk}" in page
    assert shown(charlie, table)[0] == [] and sam.get(reverse("customers:table", args=[table.slug])).status_code == 403
    for path in (edit, reverse("customers:row_remove", args=[made.pk])):
        assert charlie.post(path, {"key": key()}).status_code == sam.post(path, {"key": key()}).status_code == 404
    panel = alice.get(reverse("customers:tables_of", args=[customer.pk])).content.decode()
    assert "对接 SAP 的双向同步" in panel
    assert charlie.get(reverse("customers:tables_of", args=[customer.pk])).status_code == 404
    assert reverse("customers:tables_of", args=[customer.pk]) in alice.get(f"/customers/{customer.pk}").content.decode()
    search = reverse("search") + "?q=双向同步"
    assert "双向同步" in mia.get(search).content.decode().replace('value="双向同步"', "").replace("q=双向同步", "")
    assert exported(charlie, table) == [exported(alice, table)[0]]
    assert exported(alice, table)[1][:3] == ["星澜科技", "对接 SAP 的双向同步", "High"]


@pytest.mark.proves("R41")
def test_the_list_is_narrowed_and_sorted(cast, client_of, table, slugs):
    one, two = (make_customer(cast.alice, name=name) for name in ("阿尔法", "贝塔"))
    first = row(table, one, {slugs["需求内容"]: "SSO", slugs["处理状态"]: "o1", slugs["预计金额"]: 5}, cast.alice)
    more = {slugs["需求内容"]: "报表", slugs["预计金额"]: 10.5, slugs["商机"]: two.deals.get().pk}
    second = row(table, two, more, cast.alice)
    alice = client_of(cast.alice)
    asked = {
        "": [second, first],
        "q=sso": [first],
        "q=贝塔": [second],
        f"{slugs['处理状态']}=o1": [first],
        f"{slugs['处理状态']}_is=empty": [second],
        f"{slugs['预计金额']}_from=6": [second],
        f"sort={slugs['预计金额']}": [first, second],
        "sort=-customer": [second, first],
        f"{slugs['预计金额']}_from=x": [second, first],
        "show=mine": [second, first],
        "tag=hot": [],
    }
    assert {query: shown(alice, table, query)[0] for query in asked} == {
        query: [each.pk for each in rows] for query, rows in asked.items()
    }
    assert [line[0] for line in exported(alice, table, f"{slugs['预计金额']}_from=6")[1:]] == ["贝塔"]
    post(alice, reverse("customers:row_remove", args=[first.pk]), {"version": first.version}, HX_Request="true")
    assert shown(alice, table)[0] == [second.pk]
    undo(Event.objects.get(verb=rowkeeping.REMOVED), by=cast.alice, now=timezone.now())
    assert shown(alice, table)[0] == [second.pk, first.pk]


@pytest.mark.proves("R41")
def test_a_sheet_goes_in_by_the_engine_of_every_import(cast, client_of, table, slugs):
    customer = make_customer(cast.alice, name="星澜科技")
    make_customer(cast.charlie, name="云帆制造")
    request = make_request(cast.alice, cast.tech, now=timezone.now(), customer=customer)
    by = {"by": cast.ada, "now": timezone.now(), "table": table}
    about = defining.add_field("", {"label": "协作单", "kind": "record", "target": "request"}, **by)[0]
    kept = row(table, customer, {slugs["需求内容"]: "SSO", slugs["处理状态"]: "o1"}, cast.alice)
    heads = ["客户名称", "需求内容", "处理状态", "要求完成日期", "预计金额", "协作单"]
    code = f"R-{request.number} {request.title}"
    rows = [
        heads, ["星澜科技", "SSO", "已完成", "", "", code], ["星澜科技", "报表", "待处理", "2027/3/5", "1.5万", ""],
        ["云帆制造", "不是我的", "", "", "", ""], ["星澜科技", "坏行", "不知道", "2027-02-30", "", "R-999"],
        ["星澜科技", "报表", "待处理", "", "", ""],
    ]  # fmt: skip
    batch, found = bring(rows, cast.alice)
    assert batch.sheet == table.slug
    assert [each.fate for each in found.values()] == ["changed", "new", "wrong", "wrong", "same"]
    assert {error["field"] for error in found[5].errors} == {slugs["处理状态"], slugs["要求完成日期"], about.slug}
    batch.only_good = True
    batch.save()
    applying.apply(batch, by=cast.alice, now=timezone.now())
    kept.refresh_from_db()
    assert kept.values == {slugs["需求内容"]: "SSO", slugs["处理状态"]: "o4", about.slug: request.pk}
    new = TableRow.objects.exclude(pk=kept.pk).get()
    assert (new.values[slugs["预计金额"]], new.values[slugs["要求完成日期"]]) == (15_000, "2027-03-05")
    out = exported(client_of(cast.alice), table)
    text = [["" if cell is None else str(cell) for cell in line] for line in out]
    _batch, found = bring(text, cast.alice)
    assert {each.fate for each in found.values()} == {"same"}
    taking_back.undo(batch, by=cast.alice, now=timezone.now())
    kept.refresh_from_db()
    assert kept.values == {slugs["需求内容"]: "SSO", slugs["处理状态"]: "o1"}
    assert [each.pk for each in TableRow.objects.live()] == [kept.pk]


def test_two_people_at_one_row(cast, table, slugs):
    customer, now = make_customer(cast.alice, name="星澜科技"), timezone.now()
    made = row(table, customer, {slugs["需求内容"]: "SSO"}, cast.alice)
    seen = made.version
    rowkeeping.change_row(made, {slugs["处理状态"]: "o1"}, by=cast.alice, now=now, expect=seen)
    rowkeeping.change_row(made, {slugs["处理结果"]: "好"}, by=cast.mia, now=now, expect=seen)  # another field: merges
    with pytest.raises(Conflict):
        rowkeeping.change_row(made, {slugs["处理状态"]: "o2"}, by=cast.mia, now=now, expect=seen)
    with pytest.raises(Conflict):
        rowkeeping.remove_row(TableRow.objects.get(), by=cast.mia, now=now, expect=seen)
    fresh = TableRow.objects.get()
    rowkeeping.remove_row(fresh, by=cast.mia, now=now, expect=fresh.version)
    with pytest.raises(Refused):
        rowkeeping.change_row(made, {slugs["处理状态"]: "o3"}, by=cast.alice, now=now, expect=made.version)


def test_rows_go_along_with_a_merge_and_come_back(cast, table, slugs):
    keep, drop = (make_customer(cast.alice, name=name) for name in ("星澜科技", "星澜"))
    made = row(table, drop, {slugs["需求内容"]: "SSO"}, cast.alice)
    event = merge(keep, drop, by=cast.mia, now=timezone.now())
    assert TableRow.objects.visible_to(cast.alice).get().customer_id == keep.pk
    undo_merge(event, by=cast.mia, now=timezone.now())
    assert TableRow.objects.get(pk=made.pk).customer_id == drop.pk


@pytest.mark.proves("R20")
def test_a_table_cannot_lose_the_last_field_of_a_core_element(cast, client_of, table):
    ada, elements = client_of(cast.ada), {"progress", "todo", "owner", "time"}
    fields = FieldDefinition.objects.filter(table=table).exclude(element="")
    assert {one.element for one in fields} == elements
    for one in fields:
        form = defining.state_of(one) | {"label": one.label}
        with pytest.raises(ValidationError):
            defining.change_field(one, form | {"on": False}, by=cast.ada, now=timezone.now(), expect=one.version)
        with pytest.raises(ValidationError):
            defining.change_field(one, form | {"element": ""}, by=cast.ada, now=timezone.now(), expect=one.version)
    path = reverse("exchange:field", args=[one.pk])
    data = {"label": one.label, "kind": one.kind, "asked": one.asked, "element": one.element, "version": one.version}
    refused = post(ada, path, data)  # without "in use"
    assert refused.status_code == 422 and "last field of" in refused.content.decode()
    more = {"label": "第二负责人", "kind": "person", "element": "owner"}
    second = defining.add_field("", more, by=cast.ada, now=timezone.now(), table=table)[0]
    first = fields.get(element="owner", pk__lt=second.pk)
    off = defining.state_of(first) | {"on": False}
    assert defining.change_field(first, off, by=cast.ada, now=timezone.now(), expect=first.version)
    with pytest.raises(Refused):  # what was added to take its place cannot be taken back now
        undo(Event.objects.get(verb=defining.ADDED, subject_id=second.pk), by=cast.ada, now=timezone.now())


@pytest.mark.proves("R40")
@pytest.mark.proves("R41")
def test_a_table_is_built_without_code_switched_off_and_taken_back(cast, client_of):
    ada, alice = client_of(cast.ada), client_of(cast.alice)
    assert post(ada, reverse("exchange:table_new"), {"label": "样品登记", "label_en": "Samples"}).status_code == 302
    assert post(ada, reverse("exchange:table_new"), {"label": "样品 登记"}).status_code == 422
    table = OwnTable.objects.get()
    assert alice.get(reverse("customers:table", args=[table.slug])).status_code == 404  # no field yet
    new = f"{reverse('exchange:field_new')}?of={table.slug}"
    taken = {"label": "客户", "kind": "text", "asked": "new"}
    assert post(ada, new, taken).status_code == 422  # a file could not tell it from the customer's name
    assert post(ada, new, {"label": "样品型号", "kind": "text", "asked": "new"}).status_code == 302
    assert post(ada, new, {"label": "等级", "kind": "choice", "asked": "new", "more": "甲\n乙 | B"}).status_code == 302
    made = row(table, make_customer(cast.alice), {FieldDefinition.objects.get(label="样品型号").slug: "K3"}, cast.alice)
    assert shown(alice, table)[0] == [made.pk]
    assert "Samples" in alice.get(reverse("customers:list")).content.decode()
    path = reverse("exchange:table", args=[table.pk])
    assert post(ada, path, {"label": "样品登记", "label_en": "Samples", "version": table.version}).status_code == 302
    assert alice.get(reverse("customers:table", args=[table.slug])).status_code == 404
    assert "Samples" not in alice.get(reverse("customers:list")).content.decode()
    undo(Event.objects.filter(verb=defining.TABLE_CHANGED).first(), by=cast.ada, now=timezone.now())
    assert shown(alice, table)[0] == [made.pk]


def test_a_file_on_its_way_outlives_its_table_and_a_chosen_table_is_believed(cast, client_of, table, slugs):
    make_customer(cast.alice, name="星澜科技")
    now = timezone.now()
    batch, _found = bring([["客户名称", "需求内容", "处理状态"], ["星澜科技", "SSO", "待处理"]], cast.alice)
    applying.apply(batch, by=cast.alice, now=now)
    waiting, _found = bring([["客户名称", "需求内容", "处理状态"], ["星澜科技", "报表", "待处理"]], cast.alice)
    defining.change_table(table, {"on": False}, by=cast.ada, now=now, expect=table.version)
    alice = client_of(cast.alice)
    assert alice.get(reverse("exchange:import_check", args=[waiting.pk])).status_code == 200
    with pytest.raises(Refused):
        applying.apply(waiting, by=cast.alice, now=now)
    assert alice.get(reverse("exchange:import_done", args=[batch.pk])).status_code == 200
    taking_back.undo(batch, by=cast.alice, now=now)
    assert not TableRow.objects.filter(removed_at=None).exists()
    fields = [{"label": "样品联系人", "kind": "text"}, {"label": "样品备注", "kind": "text"}]
    samples = defining.add_table({"label": "样品"}, by=cast.ada, now=now, fields=fields)[0]
    text = "客户名称\t行业\t电话\t样品联系人\t样品备注\n星澜科技\t制造\t13911112222\t张敏\t加急"
    assert staging.bring_in(by=cast.alice, now=now, text=text).sheet == "customers"
    assert staging.bring_in(by=cast.alice, now=now, text=text, wanted=samples.slug).sheet == samples.slug
