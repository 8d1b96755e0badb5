"""The table twin (S8): groups whose subtotals add up, a block that goes out and comes back, several deals at once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from activity.models import Event
from activity.undoing import undo
from core.periods import today
from customers.models import Need
from pipeline import actions, risks
from pipeline.asking import Asked
from pipeline.drawing import cell_html
from pipeline.models import Deal
from pipeline.pasting import read_block, write_block
from pipeline.table import GROUPS, read_table
from tests.cast import key, make_customer, make_log

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def many(cast, now, stages):
    """Twelve deals over people, tags, stages and months; some without a day to close."""
    on = today(now)
    for n in range(12):
        tag = ("prospect", "hot", "interested")[n % 3]
        owner = (cast.alice, cast.bob)[n % 2]
        deal = make_customer(owner, name=f"客户{n:02}", tag=tag).deals.get()
        close = None if n % 4 == 0 else on + dt.timedelta(days=31 * (n % 5))
        said = {"amount": 1000 * n, "expected_close": close, "stage": stages[1 + n % 3], "owner": (owner, None)[n == 5]}
        Deal.objects.bulk_update([Deal(pk=deal.pk, **said)], list(said))


@pytest.mark.parametrize("group", GROUPS)
def test_subtotals_add_up_and_are_those_of_their_rows(cast, client_of, many, group):
    table = read_table(Asked(cast.mia, {"group": group}, timezone.localdate()))
    assert (table.total, sum(len(cards) for _sum, cards in table.grouped)) == (12, 12)
    assert len(table.grouped) == len(table.subtotals) > 1  # nothing of a group stands apart from it
    for subtotal, cards in table.grouped:
        assert subtotal.count == len(cards)
        assert subtotal.amount == sum(card.deal.amount for card in cards)
    assert sum(one.amount for one in table.subtotals.values()) == table.sum.amount == Decimal(66_000)
    assert sum(one.likely for one in table.subtotals.values()) == table.sum.likely
    html = client_of(cast.mia).get(f"/pipeline/table?group={group}").content.decode()
    assert html.count('<tr class="sum">') == len(table.grouped)
    if group == "month":
        keys = [subtotal.key for subtotal, _cards in table.grouped]
        assert keys == sorted(keys, key=lambda pair: (pair[0] is None, pair)) and "No closing date:" in html


def test_a_block_copied_out_and_pasted_back_changes_nothing(cast, many, now):
    """As static/js/lists.js copies it (tests/browser/test_table.py copies for true): whole days, dates before key
    actions, formulas kept from running."""
    first, second = Deal.objects.filter(owner=cast.alice).order_by("pk")[1:3]
    actions.add_line(first, "=HYPERLINK(1)", by=cast.alice, now=now, on=today(now))
    actions.add_line(second, "样品已寄送", by=cast.alice, now=now, on=today(now))
    risks.set_risk(first, text="+竞品  介入", by=cast.alice, now=now)
    risks.set_risk(second, text="@" + "长" * 150, by=cast.alice, now=now)
    closes = [(first, today(now) - 40 * DAY), (second, today(now) + 500 * DAY)]
    Deal.objects.bulk_update([Deal(pk=one.pk, expected_close=day) for one, day in closes], ["expected_close"])
    rows = read_table(Asked(cast.mia, {"group": "none"}, today(now))).rows
    keys = [card.deal.pk for card in rows]
    found = Deal.objects.select_related("customer", "stage", "rep", "owner", "key_action_kind").in_bulk(keys)
    lines = []
    for card in rows:
        deal, shown = card.deal, []
        for name in ("amount", "expected_close", "key_action", "risk", "owner"):
            text = cell_html(card, name)
            words = "".join(part.partition(">")[2] for part in str(text).split("<")).strip()
            whole = {"amount": deal.amount, "expected_close": deal.expected_close}.get(name)
            shown.append(str(whole) if whole is not None else words)
        shown.insert(1, "")  # entered
        lines.append("\t".join(f"'{one}" if one[:1] in "=+-@" and len(one) > 1 else one for one in shown))
    assert "'+竞品" in "\n".join(lines) and "'@长" in "\n".join(lines)
    cells = read_block("\n".join(lines), [found[pk] for pk in keys], "amount", user=cast.mia, on=today(now))
    assert [(cell.field, cell.before, cell.after, cell.error) for cell in cells] == []
    changed = read_block("'=1+1", [found[first.pk]], "risk", user=cast.mia, on=today(now))
    assert [(cell.after, cell.error) for cell in changed] == [("=1+1", "")]  # what was kept from running is text again


def test_the_preview_names_each_column_and_what_finds_no_row(cast, client_of, many):
    """A day to be emptied reads "2026-12-17 → –": which column that is stands beside it; rows too many are said."""
    Deal.objects.update(amount=5, expected_close=today())
    last = read_table(Asked(cast.mia, {"group": "none"}, timezone.localdate())).rows[-1].deal
    said = {"start": last.pk, "first": "amount", "query": "?group=none", "key": key()}
    shown = client_of(cast.mia).post("/pipeline/table/paste", said | {"text": "7\t\t\n8\t\t\n9\t\t\n"})
    html = shown.content.decode()
    assert "<td>Amount</td>" in html and "<td>Expected close</td>" in html
    assert "2 rows of the block find no row" in html
    shown = client_of(cast.mia).post("/pipeline/table/paste", said | {"text": "7\t\t\n", "key": key()})
    assert "find" not in shown.content.decode().partition("<main")[2].partition("</main")[0]


def test_an_undone_block_takes_its_slip_back(own, cast, now):
    on = today(now)
    Deal.objects.bulk_update([Deal(pk=own.deal.pk, expected_close=on + 5 * DAY)], ["expected_close"])
    deal = Deal.objects.select_related("customer", "stage").get(pk=own.deal.pk)
    cells = [(deal, "expected_close", (on + 20 * DAY).isoformat(), deal.version)]
    _n, event = write_block(cells, by=cast.alice, now=now)
    assert Deal.objects.get(pk=deal.pk).slips == 1
    undo(Event.objects.get(pk=event.pk), by=cast.alice, now=now)
    deal = Deal.objects.get(pk=deal.pk)
    assert (deal.slips, deal.expected_close) == (0, on + 5 * DAY)


def test_a_slip_of_somebody_else_since_stays(own, cast, now):
    on = today(now)
    Deal.objects.bulk_update([Deal(pk=own.deal.pk, expected_close=on + 5 * DAY)], ["expected_close"])

    def paste(days, by):
        deal = Deal.objects.select_related("customer", "stage").get(pk=own.deal.pk)
        return write_block([(deal, "expected_close", (on + days * DAY).isoformat(), deal.version)], by=by, now=now)[1]

    event = paste(20, cast.alice)
    paste(30, cast.mia)
    paste(20, cast.mia)  # the same day again, one slip further
    undo(Event.objects.get(pk=event.pk), by=cast.alice, now=now)
    deal = Deal.objects.get(pk=own.deal.pk)
    assert (deal.slips, deal.expected_close) == (2, on + 5 * DAY)


@pytest.mark.proves("R2")
def test_several_deals_that_move_on_list_their_open_needs(cast, client_of, stages, now):
    deals = []
    for name, need in (("启明", "月付"), ("星澜", "数据同步"), ("远洋", "")):
        customer = make_customer(cast.alice, name=name)
        log = make_log(customer)
        if need:
            Need.objects.create(customer=customer, follow_up=log, text=need)
        deals.append(customer.deals.get())
    ids = "&".join(f"ids={deal.pk}" for deal in deals)
    alice = client_of(cast.alice)
    asked = alice.get(f"/deals/many?do=move&{ids}").content.decode()
    assert "启明 · 月付" in asked and "星澜 · 数据同步" in asked
    first = Need.objects.get(text="月付")
    said = {"do": "move", "ids": [deal.pk for deal in deals], "to": stages[4].pk, "needs": first.pk, "key": key()}
    assert alice.post("/deals/many", said).status_code == 302
    assert dict(Need.objects.values_list("text", "status")) == {"月付": "answered", "数据同步": "open"}
    second = Need.objects.get(text="数据同步")
    back = said | {"to": stages[2].pk, "needs": second.pk, "reason": "重新了解需求", "key": key()}
    assert alice.post("/deals/many", back).status_code == 302
    assert Need.objects.get(pk=second.pk).status == "open"  # a step back answers nothing
    foreign = make_customer(cast.charlie, name="南方")
    other = Need.objects.create(customer=foreign, follow_up=make_log(foreign), text="别人的")
    assert alice.post("/deals/many", said | {"to": stages[3].pk, "needs": other.pk, "key": key()}).status_code == 422
