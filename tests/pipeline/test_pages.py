"""The pages: who may open them, what they show, how they answer (S7–S9, S18, S23)."""

import datetime as dt
import gzip
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from activity.models import Event
from core import periods
from customers import steps
from pipeline import entering, notes
from pipeline.models import DayClose, DayMark, Deal, LossReason, StageProgress
from pipeline.moving import move_to
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def post(client, url, htmx=True, **data):
    extra = HTMX | {"HTTP_HX_CURRENT_URL": "http://testserver/pipeline"} if htmx else {}
    return client.post(url, {"key": key(), **data}, **extra)


PAGES = ["/pipeline", "/pipeline/table", "/pipeline/filters", "/today/update", "/process", "/setup/stages"]


@pytest.mark.parametrize("url", PAGES)
def test_pages_answer_to_those_who_sell_and_not_to_departments(own, cast, client_of, url):
    for person in (cast.alice, cast.mia, cast.grace, cast.ada):
        assert client_of(person).get(url).status_code == 200
    assert client_of(cast.sam).get(url).status_code == (200 if url == "/setup/stages" else 403)  # readable by all (D8)
    assert client_of(cast.alice).get(url, **HTMX).status_code == 200


@pytest.mark.parametrize("path", ["", "/move", "/move?to=2", "/lost", "/edit", "/field?field=amount"])
def test_a_stranger_gets_404_and_a_department_403(own, cast, client_of, path):
    url = f"/deals/{own.deal.pk}{path}"
    assert client_of(cast.charlie).get(url).status_code == 404
    assert client_of(cast.sam).get(url).status_code == 403
    assert client_of(cast.alice).get(url).status_code in (200, 302)


def test_the_dialog_asks_and_the_post_moves(own, cast, stages, client_of):
    client = client_of(cast.alice)
    url = f"/deals/{own.deal.pk}/move"
    dialog = client.get(f"{url}?to={stages[3].pk}", **HTMX)
    assert (dialog.status_code, b'id="dlg"' in dialog.content, b"<html" in dialog.content) == (200, True, False)
    page = client.get(f"{url}?to={stages[3].pk}")
    assert (page.status_code, b'id="dlg"' in page.content, b"<html" in page.content) == (200, False, True)
    missing = post(client, url, to=stages[3].pk, **{"from": stages[1].pk})
    assert missing.status_code == 422
    done = post(client, url, to=stages[3].pk, key_action="确认需求", **{"from": stages[1].pk})
    assert done.status_code == 200
    html = done.content.decode()
    for part in (
        f'id="card-{own.deal.pk}"',
        f'hx-swap-oob="beforeend:#col-{stages[3].pk}"',
        'id="nums"',
        'id="flow"',
        f'id="colhead-{stages[1].pk}"',
        f'id="colhead-{stages[3].pk}"',
        "#toast",
        "/undo/",
    ):
        assert part in html, part
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[3]


@pytest.mark.proves("R54")
def test_a_move_lies_neither_ahead_nor_before_the_stay_it_ends(own, cast, stages, client_of, now):
    """A day that makes no sense is said where it was typed, its fold opened; none is changed in silence."""
    deal, url, client = own.deal, f"/deals/{own.deal.pk}/move", client_of(cast.mia)
    since = periods.today(deal.entered_at)
    said = {"to": stages[3].pk, "from": stages[1].pk, "key_action": "确认需求", "late_reason": "出差"}
    for day, sentence in (
        (since - dt.timedelta(days=1), "It is in its stage since"),
        (periods.today(now) + dt.timedelta(days=1), "cannot lie in the future"),
    ):
        told = post(client, url, entered_on=day.isoformat(), **said)
        html = told.content.decode()
        assert (told.status_code, sentence in html) == (422, True), html
        assert '<details class="more" open>' in html
    deal.refresh_from_db()
    assert deal.stage == stages[1]
    assert post(client, url, entered_on=since.isoformat(), **said).status_code == 200


@pytest.mark.proves("B15")
def test_a_day_of_the_year_9999_breaks_no_form(own, cast, stages, client_of):
    deal, client = own.deal, client_of(cast.mia)
    move = {"to": stages[3].pk, "from": stages[1].pk, "key_action": "确认需求"}
    cell = {"field": "expected_close", "version": deal.version}
    for url, said in ((f"/deals/{deal.pk}/move", move), (f"/deals/{deal.pk}/field", cell)):
        for far in ("9999-12-31", "0001-01-01"):
            told = post(client, url, expected_close=far, **said)
            assert (told.status_code, "1990" in told.content.decode()) == (422, True), url
    lost = post(client, f"/deals/{deal.pk}/lost", back_on="9999-12-31", lost_reason=LossReason.objects.first().pk)
    assert (lost.status_code, "1990" in lost.content.decode()) == (422, True)
    Deal.objects.filter(pk=deal.pk).update(expected_close=dt.date.max)  # from an older version
    assert client.get(f"/deals/{deal.pk}/move?to={stages[3].pk}", **HTMX).status_code == 200


def test_without_scripts_the_move_is_post_redirect_get(own, cast, stages, client_of):
    done = post(
        client_of(cast.alice),
        f"/deals/{own.deal.pk}/move",
        htmx=False,
        to=stages[2].pk,
        key_action="已联系",
        next="/pipeline",
    )
    assert (done.status_code, done["Location"]) == (302, "/pipeline")
    away = post(
        client_of(cast.alice),
        f"/deals/{own.deal.pk}/move",
        htmx=False,
        to=stages[3].pk,
        key_action="已联系",
        next="https://elsewhere.example/",
    )
    assert away["Location"] == f"/deals/{own.deal.pk}"


def test_a_stale_move_is_409_and_writes_nothing(own, cast, stages, client_of, now):
    move_to(own.deal, stages[2], by=cast.mia, now=now)
    answer = post(
        client_of(cast.alice),
        f"/deals/{own.deal.pk}/move",
        to=stages[4].pk,
        key_action="发方案",
        **{"from": stages[1].pk},
    )
    assert answer.status_code == 409
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[2]


@pytest.mark.proves("REL2")
def test_twenty_presses_move_once(own, cast, stages, client_of):
    client, once = client_of(cast.alice), key()
    data = {"key": once, "to": stages[2].pk, "key_action": "已联系", "from": stages[1].pk}
    assert {client.post(f"/deals/{own.deal.pk}/move", data).status_code for _ in range(20)} == {302}
    assert StageProgress.objects.filter(deal=own.deal).count() == 2


def test_lost_by_the_dialog(own, cast, stages, price, client_of):
    client = client_of(cast.alice)
    assert post(client, f"/deals/{own.deal.pk}/lost").status_code == 422
    done = post(client, f"/deals/{own.deal.pk}/lost", lost_reason=price.pk, back_on="2031-03-05")
    assert (done.status_code, f'id="card-{own.deal.pk}" hx-swap-oob="delete"' in done.content.decode()) == (200, True)
    own.deal.refresh_from_db()
    assert own.deal.stage == stages["lost"]
    assert own.customer.steps.get().due_on == dt.date(2031, 3, 5)


def test_a_gated_stage_is_asked_for(own, cast, stages, client_of, now, monkeypatch):
    def ask(deal, stage, *, by, now, files=()):
        notes.place_note(
            deal, "hold", "合同审批中 · 法务", "In contract approval · Legal", source="request 1", now=now, stage=stage
        )
        return True

    monkeypatch.setattr(entering, "_functions", [ask])
    own.customer.refresh_from_db()
    steps.plan(own.customer, by=cast.alice, now=now, due_on=periods.today(now) + dt.timedelta(days=2), text="等合同")
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    client, url = client_of(cast.alice), f"/deals/{own.deal.pk}/move"
    assert "Ask for contract approval" in client.get(f"{url}?to={stages[6].pk}", **HTMX).content.decode()
    assert post(client, url, to=stages[6].pk).status_code == 200
    own.deal.refresh_from_db()
    assert (own.deal.stage, own.deal.notes.get().kind) == (stages[5], "hold")
    assert post(client, url, to=stages[6].pk).status_code == 409
    assert "In contract approval" in client.get("/pipeline").content.decode()
    notes.lift_notes("request 1", now=now)
    notes.place_note(own.deal, "good", "通过", "Given", source="request 1", now=now, stage=stages[6])
    asked = client.get(f"{url}?to={stages[6].pk}", **HTMX).content.decode()
    assert ('name="signed_on"' in asked, 'name="contract_amount"' in asked) == (True, True)
    assert (
        post(
            client,
            url,
            to=stages[6].pk,
            key_action="已签",
            signed_on=periods.today(now).isoformat(),
            contract_amount="480000",
            **{"from": stages[5].pk},
        ).status_code
        == 200
    )
    own.deal.refresh_from_db()
    assert (own.deal.stage, own.deal.contract_amount) == (stages[6], Decimal(480_000))


def test_undo_by_post(own, cast, stages, client_of, now):
    client = client_of(cast.alice)
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    event = Event.objects.get(verb="pipeline.moved")
    assert client.get(f"/undo/{event.pk}").status_code == 405
    assert post(client, f"/undo/{event.pk}").status_code in (200, 204, 302)
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[1]


def test_a_cell_is_edited_in_place(own, cast, client_of):
    client, url = client_of(cast.alice), f"/deals/{own.deal.pk}/field"
    own.deal.refresh_from_db()
    done = post(client, url, field="amount", amount="480000", version=own.deal.version)
    assert (done.status_code, "¥480K" in done.content.decode()) == (200, True)
    assert post(client, url, field="amount", amount="-1", version=own.deal.version + 1).status_code == 422
    own.deal.refresh_from_db()
    own.customer.refresh_from_db()
    assert (own.deal.amount, own.customer.open_amount) == (Decimal(480_000), Decimal(480_000))
    assert client.get(f"{url}?field=stage").status_code == 404


@pytest.mark.proves("REL1")
@pytest.mark.parametrize("field", ["amount", "expected_close", "key_action", "risk", "rep", "owner"])
def test_a_cell_without_scripts_is_a_page(own, cast, client_of, field):
    client, url = client_of(cast.mia), f"/deals/{own.deal.pk}/field"
    page = client.get(f"{url}?field={field}").content.decode()
    assert "<html" in page and own.customer.name in page.partition("<h1")[2].partition("</h1>")[0]
    wrong = post(client, url, htmx=False, field="amount", amount="abc", version=own.deal.version)
    assert (wrong.status_code, "<html" in wrong.content.decode()) == (422, True)


def test_two_people_in_one_cell_is_409_and_in_two_cells_both_stay(own, cast, client_of):
    alice, mia, url = client_of(cast.alice), client_of(cast.mia), f"/deals/{own.deal.pk}/field"
    own.deal.refresh_from_db()
    seen = own.deal.version
    assert post(alice, url, field="amount", amount="100", version=seen).status_code == 200
    assert post(mia, url, field="amount", amount="200", version=seen).status_code == 409
    assert post(mia, url, field="expected_close", expected_close="2031-01-01", version=seen).status_code == 200
    own.deal.refresh_from_db()
    assert (own.deal.amount, own.deal.expected_close) == (Decimal(100), dt.date(2031, 1, 1))


def test_the_table_has_the_columns_of_the_second_template_and_subtotals_that_add_up(cast, stages, client_of, now):
    for n, owner in enumerate([cast.alice, cast.alice, cast.bob]):
        make_customer(owner, name=f"客户{n}", now=now, deal={"stage": stages[4], "amount": Decimal(100_000 * (n + 1))})
    html = client_of(cast.mia).get("/pipeline/table").content.decode()
    assert ("李强: 2 open ¥300K · likely ¥150K" in html, "王敏: 1 open ¥300K · likely ¥150K" in html) == (True, True)
    assert "Σ 3 open ¥600K · likely ¥300K" in html
    assert "Interested (Proposal)" in html
    cast.mia.language = "zh-hans"
    cast.mia.save(update_fields=["language"])
    assert "意向客户（方案提交）" in client_of(cast.mia).get("/pipeline/table").content.decode()


def test_won_rows_show_a_dash_for_the_expected_close(own, cast, stages, client_of, now, approve):
    approve(own.deal)
    move_to(own.deal, stages[6], by=cast.alice, now=now, signed_on=periods.today(now), contract_amount=5)
    html = client_of(cast.alice).get("/pipeline/table").content.decode()
    assert '<span title="Signed on">-</span>' in html


@pytest.mark.parametrize(
    "query", ["?rep=x", "?stage=99999", "?tag=nothing", "?sort=pk;drop", "?page=9999", "?team=1&stale=1"]
)
def test_odd_filters_are_dropped_not_errors(own, cast, client_of, query):
    for url in ("/pipeline", "/pipeline/table"):
        assert client_of(cast.mia).get(url + query).status_code == 200


@pytest.mark.parametrize("url", ["/pipeline", "/pipeline/table"])
def test_the_same_queries_with_one_and_thirty(cast, stages, client_of, now, url):
    client = client_of(cast.mia)

    def count():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    make_customer(cast.alice, name="第一家", now=now)
    count()
    one = count()
    for n in range(30):
        make_customer((cast.alice, cast.bob)[n % 2], name=f"客户{n}", now=now)
    assert (one, count()) == (one, one)


@override_settings(SETUP_SECONDS=60)
def test_the_board_stays_under_twelve_queries_and_forty_kilobytes(cast, stages, client_of, now):
    for n in range(210):
        make_customer(
            (cast.alice, cast.bob)[n % 2],
            name=f"客户{n:03d}股份有限公司",
            now=now,
            deal={
                "stage": stages[1 + n % 5],
                "amount": Decimal(1000 * (n + 1)),
                "expected_close": periods.today(now) + dt.timedelta(days=n % 60),
            },
        )
    client = client_of(cast.mia)
    client.get("/pipeline")
    with CaptureQueriesContext(connection) as caught:
        page = client.get("/pipeline")
    assert len(gzip.compress(page.content)) <= 40_000
    assert len(caught) <= 12, "\n".join(query["sql"][:160] for query in caught)


def test_the_next_cards_of_a_column(cast, stages, client_of, now):
    for n in range(34):
        make_customer(cast.alice, name=f"客户{n}", now=now)
    client = client_of(cast.alice)
    more = client.get(f"/pipeline/column/{stages[1].pk}?from=30", **HTMX).content.decode()
    assert more.count('<li class="card') == 4
    assert client.get(f"/pipeline/column/{stages[1].pk}?from=30")["Location"] == f"/pipeline/table?stage={stages[1].pk}"


def test_the_poll_says_nothing_or_sends_what_changed(own, cast, stages, client_of, now):
    client = client_of(cast.alice)
    later = (now + dt.timedelta(seconds=5)).isoformat()
    assert client.get("/pipeline", {"since": later}, **HTMX).status_code == 204
    move_to(own.deal, stages[2], by=cast.mia, now=now)
    changed = client.get("/pipeline", {"since": (now - dt.timedelta(seconds=5)).isoformat()}, **HTMX)
    assert (changed.status_code, f'id="card-{own.deal.pk}"' in changed.content.decode()) == (200, True)
    stranger = client_of(cast.charlie).get("/pipeline", {"since": (now - dt.timedelta(seconds=5)).isoformat()}, **HTMX)
    assert stranger.status_code == 204
    assert client.get("/pipeline", {"since": "soon"}, **HTMX).status_code == 204


@pytest.mark.proves("R26")
def test_the_days_update_closes_in_five_interactions(cast, stages, client_of, now):
    on = periods.today(now)
    for n in range(25):
        customer = make_customer(cast.alice, name=f"客户{n}", now=now)
        if n >= 3:
            steps.plan(customer, by=cast.alice, now=now, due_on=on + dt.timedelta(days=3), text="回访")
    client = client_of(cast.alice)
    assert client.get("/today/update").status_code == 200
    look = list(Deal.objects.filter(customer__next_step_on=None))
    assert len(look) == 3
    assert post(client, "/today/update").status_code == 200
    assert post(client, f"/today/update/{look[0].pk}", same="1").status_code == 200
    assert post(client, f"/today/update/{look[1].pk}", key_action="等客户回电").status_code == 200
    assert DayClose.objects.count() == 0
    assert post(client, f"/today/update/{look[2].pk}", same="1").status_code == 200
    closed = DayClose.objects.get()
    assert (closed.user, closed.day, closed.open_deals, closed.left_over) == (cast.alice, on, 25, 0)
    assert Counter(DayMark.objects.values_list("how", flat=True)) == {"bulk": 22, "same": 2, "action": 1}


def test_panel_edit_and_new_deal(own, cast, client_of):
    client = client_of(cast.alice)
    assert client.get(f"/customers/{own.customer.pk}/deals").status_code == 200
    assert client_of(cast.charlie).get(f"/customers/{own.customer.pk}/deals").status_code == 404
    own.deal.refresh_from_db()
    done = post(
        client,
        f"/deals/{own.deal.pk}/edit",
        htmx=False,
        version=own.deal.version,
        amount="480000",
        key_action="等预算",
        risk="预批延迟",
        expected_close="2031-03-20",
        rep=cast.alice.pk,
        owner=cast.alice.pk,
    )
    assert done.status_code == 302
    own.deal.refresh_from_db()
    assert (own.deal.amount, own.deal.key_action, own.deal.risk) == (Decimal(480_000), "等预算", "预批延迟")
    made = post(
        client,
        f"/customers/{own.customer.pk}/deals/new",
        htmx=False,
        name="二期扩容",
        amount="1000",
        rep=cast.alice.pk,
        owner=cast.alice.pk,
    )
    assert made.status_code == 302
    assert own.customer.deals.count() == 2
    panel = client.get(f"/customers/{own.customer.pk}/deals").content.decode()
    assert "二期扩容" in panel
