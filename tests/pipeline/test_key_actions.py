"""Key actions are dated lines of a deal, from the list of the house or in free words; lists filter by them (R56)."""

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone, translation

from accounts.models import SavedView
from pipeline import actions, listed
from pipeline.models import ActionKind, Deal, KeyAction
from pipeline.moving import Move, move_many
from pipeline.undoing import undo_move
from tests.cast import key, make_customer, make_log
from tests.exchange.conftest import bring, bring_rows, fates, take

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sample(db):
    return ActionKind.objects.get(code="sample-sent")


@pytest.fixture
def contract(db):
    return ActionKind.objects.get(code="contract-approval")


def kind_now(deal):
    return Deal.objects.get(pk=deal.pk).key_action_kind


def sheet(client, kinds, **changes):
    """The form of the list as a browser would send it, with changes."""
    data = {"key": key(), "seen": listed.stamp(kinds)}
    for n in range(len(kinds) + 3):
        kind = kinds[n] if n < len(kinds) else None
        data |= {f"place_{n}": n + 1, f"label_{n}": kind and kind.label, f"label_en_{n}": kind and kind.label_en}
        if kind is None or kind.retired_at is None:
            data[f"use_{n}"] = "on"
    data |= changes
    return client.post("/setup/key-actions", {name: value for name, value in data.items() if value is not None})


@pytest.mark.proves("R56")
def test_the_list_is_there_in_both_languages_and_an_admin_edits_it(cast, client_of, sample):
    seeded = ActionKind.objects.filter(code__in=["sample-sent", "contract-approval"]).values_list("label", "label_en")
    assert list(seeded) == [("样品已寄送", "Sample sent"), ("合同待审批", "Contract awaiting approval")]
    ada, kinds = client_of(cast.ada), list(ActionKind.objects.all())
    n = len(kinds)
    assert "样品已寄送" in ada.get("/setup/key-actions").content.decode()
    first = f"use_{kinds.index(sample)}"
    new = {f"label_{n}": "已签保密协议", f"label_en_{n}": "NDA signed", f"place_{n}": 1}
    answer = sheet(ada, kinds, **new, **{first: None})
    assert answer.status_code == 302
    assert listed.live_kinds()[0].words in ("已签保密协议", "NDA signed")
    assert sample not in listed.live_kinds() and ActionKind.objects.get(pk=sample.pk).retired_at
    # the list as another admin opened it before is another list by now: nothing of it is written
    assert sheet(ada, kinds, label_0="覆盖").status_code == 409
    assert not ActionKind.objects.filter(label="覆盖").exists()
    kinds = list(ActionKind.objects.all())
    for wrong, words in (({"label_1": ""}, "Enter a label"), ({"label_1": "NDA signed"}, "in the list already"),
                         ({"label_1": "签约：甲"}, "no commas")):
        answer = sheet(ada, kinds, **wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert client_of(cast.alice).get("/setup/key-actions").status_code == 403


@pytest.mark.proves("R56")
def test_a_name_listed_later_is_known_in_the_lines_there_are(own, cast, client_of, now):
    actions.add_line(own.deal, "已签保密协议，等回寄", by=cast.alice, now=now, on=now.date())
    assert kind_now(own.deal) is None
    kinds = list(ActionKind.objects.all())
    sheet(client_of(cast.ada), kinds, **{f"label_{len(kinds)}": "已签保密协议"})
    assert kind_now(own.deal).label == "已签保密协议"
    assert KeyAction.objects.get(text__startswith="已签").kind.label == "已签保密协议"


@pytest.mark.proves("R56")
@pytest.mark.parametrize(("text", "code"), [
    ("样品已寄送", "sample-sent"), ("Sample sent", "sample-sent"), ("sample sent; awaiting answer", "sample-sent"),
    ("电话：样品已寄送，下一步 3/15", "sample-sent"), ("3/08 合同待审批", "contract-approval"),
    ("合同待审批（法务）", "contract-approval"), ("样品还没寄送", None), ("不是合同待审批了", None),
    ("约周五演示", None),
])  # fmt: skip
def test_a_line_is_known_by_the_name_it_says(db, text, code):
    found = listed.kind_of(text)
    assert (found.code if found else None) == code


@pytest.mark.proves("R56")
def test_every_way_to_write_a_line_keeps_what_it_says(own, cast, client_of, now, stages, sample, contract):
    alice, deal = client_of(cast.alice), own.deal
    today = timezone.localdate()
    # the dialog of a move
    form = alice.get(f"/deals/{deal.pk}/move?to={stages[2].pk}", headers=HTMX).content.decode()
    assert 'list="action-names"' in form and "Sample sent" in form
    alice.post(f"/deals/{deal.pk}/move", {"to": stages[2].pk, "key_action": "样品已寄送", "key": key(),
                                          "expected_close": today + dt.timedelta(days=20)})
    assert (kind_now(deal), KeyAction.objects.get(deal=deal).on) == (sample, today)
    # the cell of the table, in the other language
    said = {"field": "key_action", "key_action": "Contract awaiting approval", "key": key()}
    alice.post(f"/deals/{deal.pk}/field", said | {"version": Deal.objects.get(pk=deal.pk).version})
    assert kind_now(deal) == contract
    # a log that says it
    make_log(own.customer, text="样品已寄送。周五回访")
    assert kind_now(deal) == sample
    # the end-of-day update, in free words and from the list
    alice.post(f"/today/update/{deal.pk}", {"key_action": "等他们老板回国", "key": key()})
    assert (kind_now(deal), Deal.objects.get(pk=deal.pk).key_action) == (None, "等他们老板回国")
    alice.post(f"/today/update/{deal.pk}", {"key_action": "合同待审批", "key": key()})
    assert kind_now(deal) == contract
    codes = list(KeyAction.objects.filter(deal=deal, by=cast.alice).order_by("pk").values_list("kind__code", flat=True))
    assert codes == ["sample-sent", "contract-approval", "sample-sent", None, "contract-approval"]


@pytest.mark.proves("R56")
def test_an_undone_move_brings_the_line_before_back(own, cast, now, stages, sample, contract):
    actions.add_line(own.deal, "样品已寄送", by=cast.alice, now=now, on=now.date())
    move = Move(own.deal, stages[2], key_action="合同待审批")
    move_many([move], by=cast.alice, now=now)
    assert kind_now(own.deal) == contract
    undo_move(move.event, by=cast.alice, now=now + dt.timedelta(minutes=1))
    assert (kind_now(own.deal), Deal.objects.get(pk=own.deal.pk).key_action) == (sample, "样品已寄送")


@pytest.fixture
def three(cast, now):
    """启明 waits for its contract, 星澜 has its sample, 远洋 says free words."""
    found = {}
    for name, text in (("启明", "合同待审批"), ("星澜", "样品已寄送，等反馈"), ("远洋", "约周五演示")):
        found[name] = make_customer(cast.alice, name=name, now=now - dt.timedelta(days=2)).deals.get()
        actions.add_line(found[name], text, by=cast.alice, now=now, on=now.date())
    return found


def names_in(response):
    text = response.content.decode()
    return [name for name in ("启明", "星澜", "远洋") if f"<b>{name}</b>" in text]


@pytest.mark.proves("R56")
@pytest.mark.parametrize("page", ["/pipeline", "/pipeline/table"])
def test_board_and_table_narrow_by_it(cast, client_of, three, page):
    alice = client_of(cast.alice)
    assert names_in(alice.get(page)) == ["启明", "星澜", "远洋"]
    assert names_in(alice.get(f"{page}?action=contract-approval")) == ["启明"]
    assert names_in(alice.get(f"{page}?action=contract-approval&action=sample-sent")) == ["启明", "星澜"]
    assert names_in(alice.get(f"{page}?said=演示")) == ["远洋"]
    assert names_in(alice.get(f"{page}?action=nothing-like-it")) == ["启明", "星澜", "远洋"]  # dropped, and named
    narrowed = alice.get(f"{page}?action=contract-approval&sort=amount").content.decode()
    assert 'href="?sort=amount"' in narrowed  # the chip takes the action away and keeps the rest
    assert names_in(client_of(cast.charlie).get(f"{page}?action=contract-approval")) == []


@pytest.mark.proves("R56")
def test_one_click_on_a_card_or_row_narrows_to_its_action(cast, client_of, three):
    alice = client_of(cast.alice)
    board = alice.get("/pipeline").content.decode()
    assert 'data-action="contract-approval">Contract awaiting approval<' in board  # said in the reader's language
    assert ">样品已寄送，等反馈<" in board and board.count("data-action") == 4  # columns and the phone's list
    table = alice.get("/pipeline/table?rep=" + str(cast.alice.pk)).content.decode()
    link = f'href="?rep={cast.alice.pk}&amp;action=contract-approval"'
    assert table.count(link) == 1 and table.count('class="only"') == 2
    assert names_in(alice.get(f"/pipeline/table?rep={cast.alice.pk}&action=contract-approval")) == ["启明"]
    peek = alice.get(f"/deals/{three['启明'].pk}/peek").content.decode()
    panel = alice.get(f"/customers/{three['启明'].customer_id}/deals", headers=HTMX).content.decode()
    assert all('href="/pipeline/table?action=contract-approval"' in html for html in (peek, panel))
    cell = alice.get(f"/deals/{three['启明'].pk}/field?field=key_action&show=1",
                     headers=HTMX | {"HX-Current-URL": "http://testserver/pipeline/table?sort=amount"}).content.decode()
    assert 'href="?sort=amount&amp;action=contract-approval"' in cell


@pytest.mark.proves("R56")
def test_a_saved_filter_keeps_it(cast, client_of, three):
    alice = client_of(cast.alice)
    panel = alice.get("/pipeline/filters?action=contract-approval&on=table").content.decode()
    assert 'value="contract-approval" checked' in panel and "Save this filter as" in panel
    said = {"name": "等合同", "query": "page=2&action=contract-approval&junk=1", "on": "table", "shared": "on"}
    answer = alice.post("/pipeline/views", said | {"key": key()})
    assert answer["Location"] == "/pipeline/table?action=contract-approval"
    saved = SavedView.objects.get()
    assert (saved.page, saved.query, saved.team) == ("pipeline:board", "action=contract-approval", cast.east)
    assert "等合同" in client_of(cast.bob).get("/pipeline/filters").content.decode()
    assert "等合同" not in client_of(cast.charlie).get("/pipeline/filters").content.decode()
    assert alice.post("/pipeline/views", said | {"name": "", "key": key()}).status_code == 422
    assert client_of(cast.bob).post(f"/pipeline/views/{saved.pk}/remove", {"key": key()}).status_code == 403
    assert client_of(cast.charlie).post(f"/pipeline/views/{saved.pk}/remove", {"key": key()}).status_code == 404
    assert alice.post(f"/pipeline/views/{saved.pk}/remove", {"key": key()}).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.proves("R56")
def test_a_workbook_takes_it_out_and_brings_it_in(cast, client_of, three, contract, sample):
    mia = client_of(cast.mia)
    url = mia.post("/exports", {"sheet": "stage-progress", "query": "?action=contract-approval", "key": key()}).url
    data = mia.get(url).content
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].values)
    assert ([row[1] for row in rows[1:]], "合同待审批" in rows[1]) == (["启明"], True)
    batch, records = bring(data, cast.mia)
    assert fates(records) == ["same"]
    head = ["销售代表", "客户名称", "所属阶段", "关键动作", "责任人"]
    rows = [
        ["李强", "启明", "", "样品已寄送", "李强"],
        ["李强", "北辰", "潜在客户(线索获取)", "合同待审批：法务在看", "李强"],
        ["李强", "远洋", "", "换了自由的话", "李强"],
    ]  # fmt: skip
    with translation.override("en"):
        batch, records = bring_rows([head, *rows], cast.alice, people={})
    assert fates(records) == ["changed", "new", "changed"]
    take(batch)
    by_name = dict(Deal.objects.values_list("customer__name", "key_action_kind"))
    assert (by_name["启明"], by_name["北辰"], by_name["远洋"]) == (sample.pk, contract.pk, None)
