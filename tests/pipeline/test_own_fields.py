"""Custom fields of deals: asked, shown, a column of the table, filtered, in files, found, taken back (R41)."""

import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from activity.undoing import undo
from core.changing import change
from core.errors import Conflict
from exchange import applying, checking, defining, staging, taking_back
from pipeline.models import Deal
from pipeline.own import set_own
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db
OPTIONS = [
    {"code": "o1", "label": "公开招标", "label_en": "Tender"},
    {"code": "o2", "label": "议价", "label_en": "Talks"},
]


def post(client, path, data, **headers):
    return client.post(path, data | {"key": key()}, headers=headers)


@pytest.fixture
def slugs(cast):
    wanted = [
        {"label": "采购方式", "label_en": "Buying", "kind": "choice", "choices": OPTIONS, "required": True},
        {"label": "席位数", "label_en": "Seats", "kind": "number", "unit": "个"},
        {"label": "已立项", "label_en": "Approved", "kind": "yes"},
        {"label": "竞品说明", "kind": "text"},
    ]
    made = [defining.add_field("deal", each, by=cast.ada, now=timezone.now())[0] for each in wanted]
    return [one.slug for one in made]


@pytest.mark.proves("R41")
def test_a_deal_is_asked_and_shown_and_narrowed_by_its_fields(cast, client_of, slugs):
    way, seats, approved, rival = slugs
    customer = make_customer(cast.alice, name="星澜科技")
    deal, alice = customer.deals.get(), client_of(cast.alice)
    path = reverse("pipeline:deal_edit", args=[deal.pk])
    data = {"name": "", "amount": "480000", "rep": cast.alice.pk, "owner": cast.alice.pk, "version": deal.version}
    assert post(alice, path, data).status_code == 422  # the required one
    said = {way: "o1", seats: "1,200", approved: "0", rival: "用友报价更低"}
    assert post(alice, path, data | said).status_code == 302
    deal.refresh_from_db()
    assert deal.custom == {way: "o1", seats: 1200, approved: False, rival: "用友报价更低"}
    assert deal.amount == 480_000
    other = make_customer(cast.alice, name="云帆制造").deals.get()
    table = reverse("pipeline:table")
    asked = {
        f"{way}=o1": {deal.pk},
        f"{way}=o2": set(),
        f"{seats}_from=1200": {deal.pk},
        f"{seats}_to=9": set(),
        f"{approved}=0": {deal.pk},
        f"{rival}=用友": {deal.pk},
        f"{seats}_is=empty": {other.pk},
        f"{seats}_from=many": {deal.pk, other.pk},
    }
    for query, keys in asked.items():
        response = alice.get(f"{table}?{query}&more={way}&more={seats}")
        assert {card.deal.pk for card in response.context["table"].rows} == keys, query
    page = alice.get(f"{table}?more={way}&more={seats}").content.decode()
    assert "Tender" in page and "1,200个" in page and "Seats" in page
    assert "Tender" not in alice.get(table).content.decode()
    assert alice.get(f"{reverse('pipeline:board')}?{way}=o1").context["asked"].is_filtered
    panel = alice.get(reverse("pipeline:filters") + f"?on=table&{way}=o1").content.decode()
    assert f'name="{seats}_from"' in panel and f'value="{way}"' in panel
    panel = alice.get(reverse("pipeline:customer_panel", args=[customer.pk])).content.decode()
    assert "Tender" in panel and "用友报价更低" in panel and "No" in panel
    assert "星澜科技" in client_of(cast.mia).get(reverse("search") + "?q=报价更低").content.decode()
    assert "星澜科技" not in client_of(cast.charlie).get(reverse("search") + "?q=报价更低").content.decode()
    second = data | {"name": "二期", way: "o2", approved: "1"}
    assert post(alice, reverse("pipeline:deal_new", args=[customer.pk]), second).status_code == 302
    assert customer.deals.get(name="二期").custom == {way: "o2", approved: True}


def test_two_people_edit_one_deal(cast, slugs):
    way, seats, _approved, _rival = slugs
    deal = make_customer(cast.alice).deals.get()
    seen = deal.version
    set_own(deal, {way: "o1"}, by=cast.alice, expect=seen)
    assert set_own(deal, {seats: 5}, by=cast.mia, expect=seen) == [seats]
    with pytest.raises(Conflict):
        set_own(deal, {way: "o2"}, by=cast.mia, expect=seen)


@pytest.mark.proves("R41")
def test_the_stage_table_carries_them_out_and_in(cast, client_of, slugs):
    way, seats, approved, _rival = slugs
    deal = make_customer(cast.alice, name="星澜科技").deals.get()
    set_own(deal, {way: "o1"}, by=cast.alice)
    now = timezone.now()
    rows = [
        ["客户名称", "销售阶段", "采购方式", "Seats", "已立项", "竞品说明"],
        ["星澜科技", "", "议价", "1.2万", "是", ""], ["新客户", "需求分析", "公开招标", "", "否", ""],
        ["坏行", "需求分析", "拍卖", "三", "", ""],
    ]  # fmt: skip
    text = "\n".join("\t".join(row) for row in rows)
    batch = staging.bring_in(by=cast.alice, now=now, text=text, wanted="stage-progress")
    checking.check(batch, by=cast.alice, now=now)
    found = {row.number: row for row in batch.rows.all()}
    assert [row.fate for row in found.values()] == ["changed", "new", "wrong"]
    assert {error["field"] for error in found[4].errors} == {way, seats}
    batch.only_good = True
    batch.save()
    applying.apply(batch, by=cast.alice, now=now)
    deal.refresh_from_db()
    assert deal.custom == {way: "o2", seats: 12_000, approved: True}
    assert Deal.objects.get(customer__name="新客户").custom == {way: "o1", approved: False}
    alice = client_of(cast.alice)
    response = post(alice, reverse("exchange:export"), {"sheet": "stage-progress", "query": f"{seats}_from=12000"})
    sheet = openpyxl.load_workbook(io.BytesIO(alice.get(response["Location"]).content)).worksheets[0]
    heads, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert dict(zip(heads, line, strict=True)) | {"Buying": "Talks", "Seats（个）": 12_000, "Approved": "Yes"} == dict(
        zip(heads, line, strict=True)
    )
    taking_back.undo(batch, by=cast.alice, now=now)
    deal.refresh_from_db()
    assert deal.custom == {way: "o1"} and not Deal.objects.filter(customer__name="新客户").exists()


def test_a_type_of_a_deals_field_changes_and_comes_back(cast, slugs):
    rival, now = slugs[3], timezone.now()
    deal = make_customer(cast.alice).deals.get()
    set_own(deal, {rival: "3,000"}, by=cast.alice)
    one = defining.FieldDefinition.objects.get(slug=rival)
    state = defining.state_of(one) | {"kind": "money"}
    event = defining.change_field(one, state, by=cast.ada, now=now, expect=one.version)
    assert Deal.objects.get(pk=deal.pk).custom == {rival: 3000}
    undo(Event.objects.get(pk=event.pk), by=cast.ada, now=now)
    assert Deal.objects.get(pk=deal.pk).custom == {rival: "3,000"}


def test_a_field_and_an_answer_to_the_playbook_do_not_clash(cast, client_of, slugs):
    """Both stand in Deal.custom; who edited something else there loses nothing, and keeps no old value."""
    way, _seats, _approved, rival = slugs
    deal = make_customer(cast.alice, name="星澜科技").deals.get()
    own = [{"code": "budget_owner", "label": "预算负责人", "label_en": "Budget owner"}]
    change(deal.playbook, by=cast.ada, fields=(deal.playbook.fields or {}) | {"own": own})
    seen, path = deal.version, reverse("pipeline:deal_edit", args=[deal.pk])
    set_own(deal, {rival: "用友"}, by=cast.mia, expect=seen)
    data = {"rep": cast.alice.pk, "owner": cast.alice.pk, way: "o1", rival: "", "own_budget_owner": "张总"}
    said = post(client_of(cast.alice), path, data | {rival: "用友", "version": seen})
    assert said.status_code == 302, said.content.decode()[:2000]
    deal.refresh_from_db()
    assert deal.custom == {rival: "用友", way: "o1", "budget_owner": "张总"}
    late = {"own_budget_owner": "李总", rival: "用友", "version": seen}
    stale = post(client_of(cast.alice), path, data | late)
    assert stale.status_code == 409 and "Budget owner" in stale.content.decode()


@pytest.mark.proves("R41")
def test_a_custom_field_is_a_cell_of_the_table_that_sorts_and_is_taken_back(cast, client_of, slugs):
    way, seats, approved, rival = slugs
    cares = defining.add_field("deal", {"label": "关注", "kind": "choices", "choices": OPTIONS}, by=cast.ada,
                               now=timezone.now())[0].slug  # fmt: skip
    names = ("星澜科技", "云帆制造", "立方制药")
    deal, other, third = (make_customer(cast.alice, name=name).deals.get() for name in names)
    set_own(other, {seats: 30, way: "o2"}, by=cast.alice)
    set_own(third, {seats: 7}, by=cast.alice)
    alice, path, table = client_of(cast.alice), reverse("pipeline:field", args=[deal.pk]), reverse("pipeline:table")
    page = alice.get(f"{table}?more={seats}&more={cares}").content.decode()
    assert f'id="cell-{deal.pk}-{seats}"' in page and f"sort={seats}" in page and 'data-value="30"' in page
    htmx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{table}?more={seats}"}
    asked = alice.get(f"{path}?field={seats}", headers=htmx).content.decode()
    assert f'name="{seats}"' in asked and "editing" in asked
    cells = {seats: ("1.2万", 12_000, "12,000个"), rival: ("用友", "用友", "用友"), approved: ("0", False, "No"),
             way: ("o1", "o1", "Tender"), cares: (["o2", "o1"], ",o1,o2,", "Tender, Talks")}  # fmt: skip
    for slug, (said, kept, shown) in cells.items():
        version = Deal.objects.get(pk=deal.pk).version
        answer = post(alice, path, {"field": slug, slug: said, "version": version}, **htmx)
        assert answer.status_code == 200 and shown in answer.content.decode(), slug
        assert Deal.objects.get(pk=deal.pk).custom[slug] == kept
        undone = Event.objects.filter(verb="pipeline.pasted").latest("pk")
        undo(undone, by=cast.alice, now=timezone.now())
        assert slug not in Deal.objects.get(pk=deal.pk).custom
        if slug != rival:
            post(alice, path, {"field": slug, slug: said, "version": Deal.objects.get(pk=deal.pk).version}, **htmx)
    wrong = post(alice, path, {"field": seats, seats: "三", "version": Deal.objects.get(pk=deal.pk).version}, **htmx)
    assert wrong.status_code == 422 and "not a number" in wrong.content.decode()
    stale = post(alice, path, {"field": seats, seats: "5", "version": deal.version}, **htmx)
    assert stale.status_code == 409
    emptied = {"field": way, way: "", "version": Deal.objects.get(pk=deal.pk).version}
    assert post(alice, path, emptied, **htmx).status_code == 422  # it is required
    last = Event.objects.filter(verb="pipeline.pasted", subject_id=deal.pk).earliest("pk")
    assert last.undone_at
    orders = {seats: [7, 30, 12_000], f"-{seats}": [12_000, 30, 7]}
    for sort, wanted in orders.items():
        rows = alice.get(f"{table}?group=none&sort={sort}&more={seats}").context["table"].rows
        assert [card.deal.custom.get(seats) for card in rows] == wanted
    set_own(third, {seats: None}, by=cast.alice)
    for sort in orders:  # what is empty comes last
        assert alice.get(f"{table}?group=none&sort={sort}").context["table"].rows[-1].deal == third
    assert post(client_of(cast.charlie), path, {"field": seats, seats: "5"}).status_code == 404
    assert alice.get(f"{path}?field=x999").status_code == 404


def test_a_block_is_pasted_over_custom_columns_and_taken_back(cast, client_of, slugs):
    way, seats, approved, _rival = slugs
    first, second = (make_customer(cast.alice, name=name).deals.get() for name in ("星澜科技", "云帆制造"))
    set_own(first, {seats: 5}, by=cast.alice)
    alice, path = client_of(cast.alice), reverse("pipeline:paste")
    query = f"?group=none&sort=customer&more={way}&more={seats}&more={approved}"
    rows = [card.deal for card in alice.get(reverse("pipeline:table") + query).context["table"].rows]
    text = "\n".join(["议价\t5 个\t是", "Tender\t三百\t否"])
    asked = {"query": query, "start": rows[0].pk, "first": way, "text": text}
    preview = post(alice, path, asked)
    changed = {(cell.deal.pk, cell.field): cell.value for cell in preview.context["cells"]}
    wrong = [(cell.deal.pk, cell.field) for cell in preview.context["wrong"]]
    top, low = (deal.pk for deal in rows)
    expected = {(top, way): "o2", (top, approved): "1", (low, way): "o1", (low, approved): "0"}
    if rows[0] != first:
        expected[(rows[0].pk, seats)] = "5"
    assert changed == expected and wrong == [(rows[1].pk, seats)]
    cells = preview.context["cells"]
    data = {"confirm": "1", "cell": [f"{c.deal.pk}:{c.field}:{c.deal.version}" for c in cells],
            "value": [c.value for c in cells]}  # fmt: skip
    assert post(alice, path, data).status_code in (200, 302)
    assert Deal.objects.get(pk=rows[1].pk).custom.get(way) == "o1"
    undo(Event.objects.filter(verb="pipeline.pasted").latest("pk"), by=cast.alice, now=timezone.now())
    assert Deal.objects.get(pk=first.pk).custom == {seats: 5} and Deal.objects.get(pk=second.pk).custom == {}
