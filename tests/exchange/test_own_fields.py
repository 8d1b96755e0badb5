"""Custom fields of customers: defined, asked, shown, listed, exported, imported, found, taken back (R40, R41)."""

import io
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from activity.undoing import undo
from core.errors import Conflict, Refused
from customers.custom import set_custom
from customers.models import Customer
from exchange import applying, checking, defining, staging, taking_back
from exchange.models import FieldDefinition
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db
OPTIONS = [
    {"code": "o1", "label": "国企", "label_en": "State-owned"},
    {"code": "o2", "label": "民企, 上市", "label_en": "Listed"},
    {"code": "o3", "label": "🚀 初创", "label_en": ""},
]
KINDS = {
    "text": ("对接系统", "ERP in use", "金蝶 K3"),
    "long": ("背景", "Background", "三年前换过一次供应商"),
    "number": ("产线数", "Lines", "1,200.5万"),
    "money": ("年预算", "Budget a year", "48万"),
    "date": ("合同到期日", "Contract ends", "2024年3月5日"),
    "yes": ("可参观", "May be shown", "是"),
    "choice": ("企业性质", "Kind of company", "民企, 上市"),
    "choices": ("关注点", "Cares for", "民企, 上市、国企"),
    "url": ("招标网", "Tender page", "www.example.com/招标?q=1"),
    "person": ("售前顾问", "Presales", "王敏"),
}


def field(cast, kind="text", label=None, **values):
    """A field of customers by the product's own verb."""
    zh, en, _typed = KINDS[kind]
    usual = {"label": label or zh, "label_en": "" if label else en, "kind": kind}
    usual |= {"unit": "条"} if kind == "number" else {"choices": OPTIONS} if kind in ("choice", "choices") else {}
    return defining.add_field("customer", usual | values, by=cast.ada, now=timezone.now())[0]


def again(one):
    return FieldDefinition.objects.get(pk=one.pk)


def post(client, path, data, **headers):
    return client.post(path, data | {"key": key()}, headers=headers)


@pytest.fixture
def kinds(cast):
    return {kind: field(cast, kind) for kind in KINDS}


@pytest.mark.proves("R41")
def test_a_field_of_every_kind_goes_in_by_form_and_stands_on_page_list_and_in_the_file(cast, client_of, kinds):
    alice = client_of(cast.alice)
    said = {one.slug: KINDS[kind][2] for kind, one in kinds.items()} | {
        kinds["yes"].slug: "1",
        kinds["choice"].slug: "o2",
        kinds["choices"].slug: ["o1", "o2"],
        kinds["person"].slug: cast.bob.pk,
    }
    response = post(alice, reverse("customers:new"), {"name": "星澜科技", "contact_name": "张敏"} | said)
    assert response.status_code == 302, response.content.decode()[:3000]
    customer = Customer.objects.get(name="星澜科技")
    kept = {kind: customer.custom[one.slug] for kind, one in kinds.items()}
    assert kept == {
        "text": "金蝶 K3",
        "long": "三年前换过一次供应商",
        "number": 12_005_000,
        "money": 480_000,
        "date": "2024-03-05",
        "yes": True,
        "choice": "o2",
        "choices": ",o1,o2,",
        "url": "https://www.example.com/招标?q=1",
        "person": cast.bob.pk,
    }
    page = alice.get(reverse("customer", args=[customer.pk])).content.decode()
    shown = ["金蝶 K3", "12,005,000条", "¥480,000", "5 Mar 2024", "Listed", "State-owned, Listed", "王敏"]
    assert [words for words in shown if words not in page] == []
    columns = "&".join(f"more={one.slug}" for one in kinds.values())
    row = alice.get(f"{reverse('customers:list')}?{columns}").content.decode()
    assert [words for words in shown if words not in row] == []
    sheet = exported(alice)
    values = dict(zip([cell.value for cell in sheet[1]], [cell.value for cell in sheet[2]], strict=True))
    assert values["Lines（条）"] == 12_005_000 and values["Contract ends"].isoformat() == "2024-03-05T00:00:00"
    wanted = {"Kind of company": "Listed", "Cares for": "State-owned、Listed", "Presales": "王敏"}
    assert wanted.items() <= values.items()


def exported(client, sheet="customers", query=""):
    response = post(client, reverse("exchange:export"), {"sheet": sheet, "query": query})
    return openpyxl.load_workbook(io.BytesIO(client.get(response["Location"]).content)).worksheets[0]


def bring(rows, by, **mapping):
    """A pasted block, checked: the batch and {row: ImportRow}."""
    now = timezone.now()
    batch = staging.bring_in(by=by, now=now, text="\n".join("\t".join(row) for row in rows))
    batch.mapping |= mapping
    batch.save()
    checking.check(batch, by=by, now=now)
    return batch, {row.number: row for row in batch.rows.all()}


@pytest.mark.proves("R41")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_is_read_by_either_label_and_taken_back(cast, kinds, language):
    customer = make_customer(cast.alice, name="星澜科技", custom={kinds["text"].slug: "用友"})
    wanted = ["text", "number", "money", "date", "yes", "choices", "url", "person"]
    heads = ["客户名称", *(KINDS[kind][0 if language == "zh" else 1] for kind in wanted)]
    same = {"number": "12,005,000 条", "date": "2024/3/5", "yes": "YES", "choices": "listed; 国企", "person": "bob"}
    said = [("星澜科技", {}), ("新客户", same)]
    rows = [heads, *([name, *(words.get(kind, KINDS[kind][2]) for kind in wanted)] for name, words in said)]
    batch, found = bring(rows, cast.alice)
    assert [(row.fate, row.errors) for row in found.values()] == [("changed", []), ("new", [])]
    shown = {change["field"]: (change["old"], change["new"]) for change in found[2].changes}
    assert shown[kinds["text"].slug] == ("用友", "金蝶 K3") and len(shown) == len(wanted)
    applying.apply(batch, by=cast.alice, now=timezone.now())
    customer.refresh_from_db()
    new = Customer.objects.get(name="新客户")
    assert customer.custom == new.custom and len(new.custom) == len(wanted)
    again_batch, found = bring(rows, cast.alice)
    assert {row.fate for row in found.values()} == {"same"}
    taking_back.undo(batch, by=cast.alice, now=timezone.now())
    customer.refresh_from_db()
    assert customer.custom == {kinds["text"].slug: "用友"} and not Customer.objects.filter(name="新客户").exists()


def test_what_cannot_be_read_is_said_of_its_row_and_a_missing_required_value_blocks_nothing(cast, kinds):
    needed = field(cast, "text", label="采购方式", required=True)
    heads = ["客户名称", *(KINDS[kind][0] for kind in KINDS), "采购方式"]
    bad = {
        "number": "三条",
        "money": "-5",
        "date": "2024-02-30",
        "yes": "也许",
        "choice": "外企",
        "choices": "国企,外企",
        "url": "javascript:alert(1)",
        "person": "nobody",
        "text": "长" * 201,
        "long": "x" * 5001,
    }
    _batch, found = bring(
        [heads, ["坏行", *(bad[kind] for kind in KINDS), "招标"], ["好行", *[""] * (len(KINDS) + 1)]], cast.alice
    )
    assert sorted(error["field"] for error in found[2].errors) == sorted(one.slug for one in kinds.values())
    assert (found[3].fate, [flag["field"] for flag in found[3].flags]) == ("new", [needed.slug])


def test_a_required_field_is_insisted_on_by_the_form_alone(cast, client_of):
    needed, alice = field(cast, "choice", required=True), client_of(cast.alice)
    data = {"name": "星澜科技", "contact_name": "张敏"}
    refused = post(alice, reverse("customers:new"), data)
    assert refused.status_code == 422 and f'id="id_{needed.slug}"' in refused.content.decode()
    assert post(alice, reverse("customers:new"), data | {needed.slug: "o9"}).status_code == 422
    assert post(alice, reverse("customers:new"), data | {needed.slug: "o1"}).status_code == 302


@pytest.mark.proves("R41")
def test_the_list_is_narrowed_by_every_kind(cast, client_of, kinds):
    slug = {kind: one.slug for kind, one in kinds.items()}
    full = {
        slug["text"]: "金蝶 K3",
        slug["long"]: "换过一次",
        slug["number"]: 2.5,
        slug["money"]: 480_000,
        slug["date"]: "2024-03-05",
        slug["yes"]: False,
        slug["choice"]: "o2",
        slug["choices"]: ",o2,o3,",
        slug["url"]: "https://a.cn",
        slug["person"]: cast.bob.pk,
    }
    make_customer(cast.alice, name="有值", custom=full)
    make_customer(cast.alice, name="无值")
    alice = client_of(cast.alice)
    asked = {
        "text": f"{slug['text']}=k3",
        "long": f"{slug['long']}=换过",
        "url": f"{slug['url']}=a.cn",
        "number": f"{slug['number']}_from=2&{slug['number']}_to=2.5",
        "money": f"{slug['money']}_from=48万",
        "date": f"{slug['date']}_from=2024-03-05&{slug['date']}_to=2024-12-31",
        "yes": f"{slug['yes']}=0",
        "choice": f"{slug['choice']}=o1&{slug['choice']}=o2",
        "choices": f"{slug['choices']}=o3",
        "person": f"{slug['person']}={cast.bob.pk}",
    }
    not_asked = {
        "text": f"{slug['text']}=sap",
        "number": f"{slug['number']}_from=2.6",
        "money": f"{slug['money']}_to=1",
        "date": f"{slug['date']}_to=2024-03-04",
        "yes": f"{slug['yes']}=1",
        "choice": f"{slug['choice']}=o1",
        "choices": f"{slug['choices']}=o1",
        "person": f"{slug['person']}={cast.alice.pk}",
    }
    for query in asked.values():
        assert names(alice, query) == {"有值"}, query
    for query in not_asked.values():
        assert names(alice, query) == set(), query
    for one in slug.values():
        assert (names(alice, f"{one}_is=empty"), names(alice, f"{one}_is=filled")) == ({"无值"}, {"有值"})
        assert names(alice, f"sort=-{one}&more={one}") == {"有值", "无值"}
    assert names(alice, f"{slug['number']}_from=many") == {"有值", "无值"}  # left out, and said


def names(client, query):
    response = client.get(f"{reverse('customers:list')}?{query}")
    assert response.status_code == 200
    return {row.customer.name for row in rows_shown(response)}


def rows_shown(response):
    found = response.context["page"].rows
    return [SimpleNamespace(customer=row) for row in found]


@pytest.mark.proves("R41")
def test_its_texts_are_found_by_whoever_sees_the_customer(cast, client_of):
    one = field(cast)
    make_customer(cast.alice, name="星澜科技", custom={one.slug: "用友 NC Cloud"})
    path = reverse("search") + "?q=NC cloud"
    assert "星澜科技" in client_of(cast.alice).get(path).content.decode()
    assert "星澜科技" in client_of(cast.mia).get(path).content.decode()
    assert "星澜科技" not in client_of(cast.charlie).get(path).content.decode()
    other = make_customer(cast.alice, name="云帆制造")
    set_custom(other, {one.slug: "鼎捷 T100"}, by=cast.alice, now=timezone.now())
    assert "云帆制造" in client_of(cast.alice).get(reverse("search") + "?q=鼎捷").content.decode()
    switch(cast, one, on=False)
    assert "云帆制造" not in client_of(cast.alice).get(reverse("search") + "?q=鼎捷").content.decode()


def switch(cast, one, **values):
    return defining.change_field(
        again(one), defining.state_of(again(one)) | values, by=cast.ada, now=timezone.now(), expect=again(one).version
    )


def test_a_cell_is_edited_where_it_stands_and_two_people_do_not_overwrite_each_other(cast, client_of):
    one, other = field(cast), field(cast, "number")
    customer = make_customer(cast.alice, name="星澜科技", custom={one.slug: "用友"})
    path = reverse("customers:own", args=[customer.pk, one.slug])
    alice, charlie = client_of(cast.alice), client_of(cast.charlie)
    assert charlie.get(path).status_code == charlie.post(path, {"key": key()}).status_code == 404
    assert alice.get(reverse("customers:own", args=[customer.pk, "x999"])).status_code == 404
    assert 'name="version"' in alice.get(f"{path}?edit=1", headers={"HX-Request": "true"}).content.decode()
    seen = customer.version
    saved = post(alice, path, {one.slug: "金蝶", "version": seen}, HX_Request="true")
    assert saved.status_code == 200 and "金蝶" in saved.content.decode()
    assert set_custom(customer, {other.slug: 3}, by=cast.mia, now=timezone.now(), expect=seen) == [other.slug]  # merges
    with pytest.raises(Conflict) as clash:
        set_custom(customer, {one.slug: "SAP"}, by=cast.mia, now=timezone.now(), expect=seen)
    assert [(str(c.now), str(c.yours)) for c in clash.value.clashes] == [("金蝶", "SAP")]
    page = alice.get(reverse("customers:history", args=[customer.pk])).content.decode()
    assert "用友" in page and "金蝶" in page and one.words in page
    row = customer.history.order_by("history_id").first().history_id
    back = {"row": row, "of": "customer", "field": one.slug, "version": Customer.objects.get(pk=customer.pk).version}
    assert post(alice, reverse("customers:restore", args=[customer.pk]), back).status_code == 302
    assert Customer.objects.get(pk=customer.pk).custom == {one.slug: "用友", other.slug: 3}


def test_the_edit_form_of_an_old_page_merges_field_by_field(cast, client_of):
    one, other = field(cast), field(cast, "money")
    customer = make_customer(cast.alice, name="星澜科技", custom={one.slug: "用友"})
    seen = customer.version
    set_custom(customer, {other.slug: 5}, by=cast.mia, now=timezone.now())
    data = {"name": "星澜科技", one.slug: "金蝶", other.slug: "5", "industry": "制造", "version": seen}
    path = reverse("customers:edit", args=[customer.pk])
    assert post(client_of(cast.alice), path, data).status_code == 302
    customer.refresh_from_db()
    assert (customer.custom, customer.industry) == ({one.slug: "金蝶", other.slug: 5}, "制造")
    set_custom(customer, {one.slug: "SAP"}, by=cast.mia, now=timezone.now())
    stale = post(client_of(cast.alice), path, data | {one.slug: "浪潮", "version": customer.version - 1})
    assert stale.status_code == 409 and "SAP" in stale.content.decode()


@pytest.mark.proves("R41")
def test_a_type_changes_when_every_value_fits_and_comes_back(cast, client_of):
    one, by, now = field(cast), cast.ada, timezone.now()
    good = make_customer(cast.alice, name="甲", custom={one.slug: "1,200.5"})
    bad = make_customer(cast.alice, name="乙", custom={one.slug: "三条"})
    ada, path = client_of(cast.ada), reverse("exchange:field", args=[one.pk])
    form = {"label": one.label, "label_en": one.label_en, "kind": "number", "unit": "条", "asked": "new", "on": "on"}
    preview = ada.get(path, form | {"preview": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "乙 “三条”" in preview and again(one).kind == "text"
    refused = post(ada, path, form | {"version": again(one).version})
    assert refused.status_code == 422 and "乙 “三条”" in refused.content.decode()
    set_custom(bad, {one.slug: "3万"}, by=cast.alice, now=now)
    assert post(ada, path, form | {"version": again(one).version}).status_code == 302
    assert [Customer.objects.get(pk=c.pk).custom[one.slug] for c in (good, bad)] == [1200.5, 30_000]
    set_custom(Customer.objects.get(pk=bad.pk), {one.slug: 7}, by=cast.alice, now=now)
    undo(Event.objects.filter(verb=defining.CHANGED).first(), by=by, now=now)
    assert [Customer.objects.get(pk=c.pk).custom[one.slug] for c in (good, bad)] == ["1,200.5", "7"]
    assert again(one).kind == "text"


@pytest.mark.proves("R40")
def test_every_change_of_a_field_is_kept_with_before_and_after_and_taken_back(cast, client_of):
    one = field(cast, "choice")
    customer = make_customer(cast.alice, name="星澜科技", custom={one.slug: "o1"})
    ada, path = client_of(cast.ada), reverse("exchange:field", args=[one.pk])
    form = {"label": "公司性质", "label_en": "Nature", "kind": "choice", "asked": "edit", "on": "on"} | {
        f"opt_{option['code']}{end}": value for option in OPTIONS
        for end, value in (("", option["label"]), ("_en", option["label_en"]), ("_on", "on"))
    }  # fmt: skip
    form |= {"opt_o1_into": "o2", "opt_o3": "初创公司", "more": "外企 | Foreign\n合资"}
    said = ada.get(path, form | {"preview": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "“State-owned” becomes “Listed”" in said and "1 customer has a value" in said
    assert post(ada, path, form | {"version": one.version}).status_code == 302
    changed = again(one)
    assert [option["label"] for option in changed.choices] == ["国企", "民企, 上市", "初创公司", "外企", "合资"]
    page = client_of(cast.alice).get(reverse("customer", args=[customer.pk])).content.decode()
    assert "Nature" in page and "Listed" in page  # shown as what it became; the code is kept
    assert Customer.objects.get(pk=customer.pk).custom == {one.slug: "o1"}
    assert names(client_of(cast.alice), f"{one.slug}=o2") == {"星澜科技"}
    second = post(client_of(cast.ada), path, form | {"label": "别的", "version": one.version})  # the other tab
    assert second.status_code == 409
    event = Event.objects.filter(verb=defining.CHANGED).first()
    assert (event.by, event.data["before"]["label"], event.data["after"]["label"]) == (cast.ada, "企业性质", "公司性质")
    page = ada.get(reverse("exchange:fields")).content.decode()
    assert "公司性质" in page and "企业性质" in page
    post(ada, reverse("activity:undo", args=[event.pk]), {})
    assert defining.state_of(again(one)) == event.data["before"]
    switch(cast, one, on=False)
    assert "Kind of company" not in client_of(cast.alice).get(reverse("customer", args=[customer.pk])).content.decode()
    assert Customer.objects.get(pk=customer.pk).custom == {one.slug: "o1"}
    off = Event.objects.filter(verb=defining.CHANGED).first()
    undo(off, by=cast.ada, now=timezone.now())
    assert again(one).is_on
    with pytest.raises(Refused):
        undo(event, by=cast.ada, now=timezone.now())


def test_labels_that_could_not_be_told_apart_are_refused(cast):
    field(cast, label="对接系统")
    for label in ("对接系统", " 对接 系统（旧）", "客户名称", "行业", "（）", "E-mail", "___"):
        with pytest.raises(ValidationError):
            field(cast, label=label)
    with pytest.raises(ValidationError):
        field(cast, "choice", choices=[])
    with pytest.raises(ValidationError):
        field(cast, "choice", choices=[{"code": "o1", "label": "甲"}, {"code": "o2", "label": "甲 "}])
    for number in range(defining.MOST - 1):
        field(cast, label=f"字段{number}")
    with pytest.raises(ValidationError):
        field(cast, label="多一个")


def test_a_text_is_never_a_formula_in_a_file(cast, client_of):
    one = field(cast, label="=HYPERLINK(1)")
    make_customer(cast.alice, name="星澜科技", custom={one.slug: "=1+1"})
    sheet = exported(client_of(cast.alice))
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=HYPERLINK(1)", "s"), ("=1+1", "s")]


def test_only_admins_define_fields(cast, client_of):
    one = field(cast)
    for path in (reverse("exchange:fields"), reverse("exchange:field_new"), reverse("exchange:field", args=[one.pk])):
        assert [client_of(user).get(path).status_code for user in (cast.alice, cast.mia, cast.sam, cast.ada)] == [
            403, 403, 403, 200,
        ]  # fmt: skip
