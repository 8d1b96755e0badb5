"""The time machine (M13): a year is replayed, and every day is asked again what was shown on it."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from accounts import switches
from collaboration import verbs
from core.kept import forget
from core.past import Past
from core.periods import at, day_before_end, day_end, period_of, today
from customers.listing import with_first_step
from customers.listing_then import read_then as list_then
from customers.models import Customer
from customers.showing import read as columns
from customers.tagging import set_tags
from pipeline.asking import Asked
from pipeline.asof import AskedThen, read_board_then
from pipeline.board import read_board
from pipeline.changes import changed_between
from pipeline.models import Deal, StageProgress
from pipeline.playbooks import Playbooks
from pipeline.table import read_table
from reviews.contract import Ends, is_inside, pieces
from reviews.figures import monthly, weekly
from reviews.likely import worth
from reviews.opening import take
from reviews.past import read_then, stages_at
from reviews.scopes import COMPANY, Scope
from tests.cast import make_customer, make_request
from tests.lanes import BOTH, POSTGRES
from tests.reviews.test_pages import numbers
from tests.reviews.year import Year

QUERIES = [
    {}, {"group": "stage", "state": "all", "sort": "-amount"}, {"tag": ["hot", "won"]}, {"closing": "1"},
    {"group": "tag", "state": "all"},
]


def facts(card):
    """What a card or row says of a deal; alarms, phone and the order by urgency are of today alone."""
    deal = card.deal
    return (
        deal.pk, card.name, deal.customer.tag, card.stage.pk, card.stage.label, card.money, deal.amount, card.closes,
        deal.expected_close, deal.rep_id, deal.owner_id, deal.entered_at, deal.key_action, deal.key_action_on,
        deal.risk, card.step_on, card.step_text,
    )


def board_of(board):
    return {
        "columns": [
            (c.stage.pk, c.stage.label, c.count, c.amount, {card.pk: facts(card) for card in c.cards})
            for c in board.columns
        ],
        "sums": (board.count, board.amount, board.likely, board.signed),
        "tags": {chip.tag: chip.n for chip in board.bar.chips} if board.bar.chosen else {},
        "chips": {name: n for name, n in board.chips.items() if name != "stale"},
    }


def table_of(table):
    return {
        "rows": [facts(card) for card in table.rows], "total": table.total,
        "subtotals": {key: (s.count, s.amount, s.likely) for key, s in table.subtotals.items()},
        "sum": (table.sum.count, table.sum.amount, table.sum.likely),
        "tags": {c.tag: c.n for c in table.bar.chips} if table.group == "tag" or table.bar.chosen else {},
    }


def customers_of(user):
    """The list as it is: {customer: name, tag, owner, open money, last contact, first step}."""
    rows = with_first_step(Customer.objects.visible_to(user).live())
    return {
        row.pk: (row.name, row.tag, row.owner_id, row.open_amount or Decimal(0), row.last_contact_on,
                 row.first_step and (row.first_step["kind"], row.first_step["due_on"], row.first_step["text"]))
        for row in rows
    }


def customers_then(user, past):
    request = RequestFactory().get("/customers", {"per_page": "200"})
    request.user = user
    page = list_then(request, past, columns(QueryDict()))
    assert page.total == len(page.rows)
    return {
        row.customer.pk: (
            row.customer.name, row.customer.tag, row.customer.owner_id, row.money or Decimal(0),
            None if row.ago is None else past.day - dt.timedelta(days=row.ago),
            row.step and (row.step["kind"], row.step["due"], row.step["text"]),
        )
        for row in page.rows
    }


def of_week(period, scope, **ready):
    """The weekly figures without the quiet customers, who are not kept by day."""
    return weekly(period, scope, settings=switches.DEFAULTS, **ready) | {"stale": None}


class Shown:
    """What one person was shown at the end of each day: the board, and in turn a table, the customers and a month."""

    def __init__(self, cast):
        self.user = cast.grace
        self.scopes = [COMPANY, Scope("team", cast.east.pk), Scope("person", cast.alice.pk)]

    def query(self, day):
        return QUERIES[day.toordinal() % len(QUERIES)]  # five: every one meets every kind of page

    def scope(self, day):
        return self.scopes[day.toordinal() // 3 % len(self.scopes)]

    def now(self, day):
        asked = Asked(self.user, self.query(day), day)
        seen = {"board": board_of(read_board(self.user, asked.GET, day, asked=asked))}
        if day.toordinal() % 3 == 0:
            return seen | {"table": table_of(read_table(asked))}
        if day.toordinal() % 3 == 1:
            return seen | {"list": customers_of(self.user)}
        month, week, now = period_of("month", day), period_of("week", day), timezone.now()
        return seen | {
            "month": monthly(month, self.scope(day), as_of=now), "week": of_week(week, self.scope(day), as_of=now),
        }

    def then(self, day, on):
        past = Past(day, on)
        asked = AskedThen(self.user, self.query(day), past)
        seen = {"board": board_of(read_board_then(asked))}
        if day.toordinal() % 3 == 0:
            return seen | {"table": table_of(read_table(asked))}
        if day.toordinal() % 3 == 1:
            return seen | {"list": customers_then(self.user, past)}
        scope, moment = self.scope(day), past.moment
        then, stages = read_then(scope, moment), stages_at(moment)
        ready = {"as_of": moment, "stages": stages, "then": then}
        return seen | {
            "month": monthly(period_of("month", day), scope, **ready),
            "week": of_week(period_of("week", day), scope, **ready),
        }


def replay(cast, *, step):
    """Play the year; every `step`-th day is looked at when it ends and again from the end of the year."""
    shown = Shown(cast)
    days = {day: shown.now(day) for n, day in enumerate(Year(cast, 7).play()) if n % step == 0}
    for day, seen in days.items():
        again = shown.then(day, max(days) + dt.timedelta(days=1))
        for what in seen:
            assert again[what] == seen[what], f"the {what} of {day}"
    return days


@pytest.mark.proves("M13")
def test_every_day_of_a_year_is_shown_again_as_it_was(cast, settings):
    settings.SETUP_SECONDS = 60  # setup changes here through forget() alone, as on a page
    step = 4 if BOTH and POSTGRES else 1  # the other database looks at every day; 4 meets every kind of page
    days = replay(cast, step=step)
    forget()
    assert len(days) == -(-365 // step)
    assert Deal.objects.count() >= 20
    assert StageProgress.objects.filter(back_dated=True).exists()
    assert StageProgress.objects.exclude(voided_at=None).exists()


@pytest.mark.proves("M13")
def test_what_changed_adds_up_over_any_stretch(cast):
    """Between any two days: before + new + grown − shrunk − won − lost − archived = after, in deals and to the cent."""
    days = list(Year(cast, 11, days=80, acts=120).play())
    for first, last in ((0, 79), (10, 30), (29, 30), (40, 79), (5, 60)):
        start, end = day_end(days[first]), day_end(days[last])
        found = changed_between(cast.grace, start, end, Playbooks.load().stages)
        lines = {kind: (n, value) for kind, _words, n, value, _moves in found.lines}
        gone = sum(1 for c in found.found if c.before and c.before.is_open and not c.after.is_open)
        assert found.before[0] + lines["new"][0] - gone == found.after[0]
        moved = sum(lines[kind][1] for kind in ("new", "grown", "shrunk", "won", "lost", "gone") if kind in lines)
        assert found.before[1] + moved == found.after[1]


@pytest.mark.proves("M13")
def test_what_changed_since_day_one_says_what_the_contract_says(cast):
    """Of the deals the contract tells of, each is called the same here, and what it was and is likely is the same."""
    month = period_of("month", dt.date(2025, 2, 1))
    year = Year(cast, 5, days=54, acts=130)
    year.archive = lambda now: None  # an archived customer leaves the board, not the contract
    days = list(year.play())
    assert today(month.ends_at) > days[-1]
    with time_machine.travel(at(days[-1], dt.time(23, 59)), tick=False):
        now = timezone.now()
        take(month, now=now)
        ends = Ends(COMPANY, month, stages_at(now), as_of=now)
        told = pieces(ends, is_inside(COMPANY))
        found = changed_between(cast.grace, day_before_end(month.first), now, Playbooks.load().stages)
    changes = {change.deal: change for change in found.found}
    same = {"new", "grown", "shrunk", "advanced", "back", "won", "lost", "slipped"}
    counted = 0
    for piece in told:
        if piece.part in same:
            counted += 1
            assert piece.part in changes[piece.deal].kinds, piece
            before = changes[piece.deal].before
            if before and before.is_open and piece.part in ("won", "lost", "slipped"):
                due = before.close is not None and before.close <= month.last
                chance = ends.before[piece.deal].chance
                assert piece.before == (worth(before.amount, chance) if due else Decimal(0))
    assert counted >= 5


@pytest.mark.proves("M13")
def test_every_number_of_a_day_gone_by_opens_as_many_rows(cast, client_of):
    """Of months and weeks as they were known on a day in them, after customers have changed hands and moves were
    taken back; the way back leads to the same day."""
    days = list(Year(cast, 13, days=75, acts=400).play())
    counted, few = 0, BOTH and POSTGRES  # the other database opens all of them
    for who, scope in ((cast.ada, "company"), (cast.grace, f"department-{cast.sales.pk}"),
                       (cast.mia, f"team-{cast.east.pk}"), (cast.alice, "")):
        client = client_of(who)
        for kind, place in (("month", 38), ("month", 52), ("week", 38))[2 * few :]:
            day, period = days[place], period_of(kind, days[place])
            path = f"/reviews/{kind}/{period.code}?scope={scope}&as_of={day.isoformat()}"
            page = client.get(path).content.decode()
            for url, text in numbers(page):
                assert f"as_of={day.isoformat()}" in url
                answer = client.get(url)
                assert answer.status_code == 200, url
                assert f"as_of={day.isoformat()}" in answer.context["back"]
                if re.fullmatch(r"[\d,]+", text):
                    assert answer.context["total"] == int(text.replace(",", "")), url
                    counted += 1
            assert "of=quiet" not in page  # who was quiet is not kept by day
            assert client.get(f"/reviews/rows?period={period.code}&of=quiet&as_of={day}").status_code == 404
    assert counted > (30 if few else 120)


def test_a_department_reads_its_requests_as_they_stood(cast, client_of):
    """What was accepted since is not accepted on the day before; the list behind a state is that of the day."""
    then = timezone.now() - dt.timedelta(days=2)
    with time_machine.travel(then, tick=False):
        request = make_request(cast.alice, cast.legal)
    with time_machine.travel(then + dt.timedelta(days=1), tick=False):
        verbs.accept(request, by=cast.sam, now=timezone.now())
    code, day = period_of("month", today(then)).code, today(then).isoformat()
    sam = client_of(cast.sam)
    for asked, state in ((f"&as_of={day}", "submitted"), ("", "accepted")):
        page = sam.get(f"/reviews/month/{code}?scope=department-{cast.legal.pk}{asked}")
        assert page.context["reading"].requests["states"] == {state: 1}
        url = f"/reviews/rows?period={code}&scope=department-{cast.legal.pk}&of=asked&word={state}{asked}"
        assert sam.get(url).context["total"] == 1
        assert sam.get(url.replace(state, "closed")).context["total"] == 0


def test_a_manager_sees_of_the_past_what_is_his_now(cast, client_of):
    """What came to him brings its past along; what left him is gone from his past too."""
    then = timezone.now() - dt.timedelta(days=9)
    with time_machine.travel(then, tick=False):
        mine, other = make_customer(cast.alice, name="留下的"), make_customer(cast.charlie, name="别组的")
    day = today(then).isoformat()
    for path in ("/pipeline", "/pipeline/table", "/customers"):
        page = client_of(cast.mia).get(path, {"as_of": day}).content.decode()
        assert mine.name in page and other.name not in page
        assert "data-deal=" not in page and "data-cell" not in page and "/move" not in page
    before = (today(then) - dt.timedelta(days=1)).isoformat()
    page = client_of(cast.mia).get("/pipeline", {"as_of": before}).content.decode()
    assert mine.name not in page and "There are records from" in page


@pytest.mark.parametrize(
    "path", ["/pipeline", "/pipeline/table", "/customers", "/reviews/month/2026-01", "/reviews/week/2026-W03"]
)
@pytest.mark.parametrize(
    ("asked", "said"),
    [("2026-13-01", "is not a day"), ("yesterday", "is not a day"), ("9999-12-31", "has not come yet"),
     ("0001-01-01", "Nothing was recorded in the year 1"), ("２０２６-01-01", "is not a day")],
)
@pytest.mark.proves("B30")
def test_a_day_that_makes_no_sense_is_named_and_left_out(cast, client_of, path, asked, said):
    page = client_of(cast.mia).get(path, {"as_of": asked})
    assert page.status_code == 200
    text = page.content.decode()
    assert said in text and 'class="past"' not in text


def test_days_in_the_wrong_order_are_named(cast, client_of):
    page = client_of(cast.mia).get("/pipeline/changes", {"since": "2026-03-09", "as_of": "2026-03-02"})
    assert "The first day is after the last one" in page.content.decode()
    page = client_of(cast.mia).get("/reviews/month/2026-03", {"as_of": "2026-02-02"})
    assert "The month had not begun on that day" in page.content.decode()
    page = client_of(cast.mia).get("/reviews/week/2026-W10", {"as_of": "2026-02-02"})
    assert "The week had not begun on that day" in page.content.decode()


def test_rows_of_a_day_gone_by_are_grouped_and_counted_by_the_tags_of_then(cast, client_of):
    """The tag has changed since; the panel counts, the page of a chosen tag counts, the table has a sum for each."""
    then = timezone.now() - dt.timedelta(days=6)
    with time_machine.travel(then, tick=False):
        made = [make_customer(cast.alice, name=name, deal={"amount": 1000}) for name in ("甲", "乙", "丙")]
        set_tags([(made[0], "hot")], by=cast.mia, now=then)
    set_tags([(made[1], "interested")], by=cast.mia, now=timezone.now())
    day, mia = today(then).isoformat(), client_of(cast.mia)
    table = mia.get(f"/pipeline/table?group=tag&as_of={day}").context["table"]
    assert [(subtotal.key, len(rows)) for subtotal, rows in table.grouped] == [(("prospect",), 2), (("hot",), 1)]
    assert {chip.tag: chip.n for chip in table.bar.chips} == {"prospect": 2, "hot": 1}
    panel = mia.get(f"/pipeline/filters?as_of={day}").content.decode()
    assert re.findall(r'name="tag" value="(\w+)".*?<b>(\d+)</b>', panel) == [("prospect", "2"), ("hot", "1")]
    assert 'name="lanes"' not in panel and f"?as_of={day}" in panel
    board = mia.get(f"/pipeline?tag=hot&as_of={day}")
    assert (board.context["board"].count, {c.tag: c.n for c in board.context["bar"].chips}) == (
        1, {"prospect": 2, "hot": 1}
    )
