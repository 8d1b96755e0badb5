"""What waiting costs (M11): walked minute by minute over random histories, each figure against its list."""

import datetime as dt
import random
import re
from collections import defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.calendar import Calendar
from accounts.models import CompanyDay
from collaboration.models import CollaborationRequest, RequestInterval, RequestKind
from collaboration.waiting import Counted, cost_of, told
from core.periods import read_period
from pipeline.models import Deal, Stage, StageProgress
from reviews.scopes import COMPANY, Scope
from reviews.waits import Waits, by_deal, narrowed
from tests.cast import make_customer
from tests.lanes import shared
from tests.reviews.world import MINUTE, moment

pytestmark = pytest.mark.django_db
MARCH = read_period("2024-03")
NOW = moment(dt.date(2024, 3, 8), 15) + dt.timedelta(seconds=31)
FIRST = moment(dt.date(2024, 2, 28), 8)
HELD = ["submitted", "countered", "waiting", "accepted", "delivered", "refused"]
HOLDER = {"submitted": "department", "accepted": "department", "done": "nobody"}
LENGTH = 9 * 24 * 60  # minutes of the random histories


def some_time(pick):
    """A moment to the second, as people make them."""
    return FIRST + pick.randrange(LENGTH) * MINUTE + dt.timedelta(seconds=pick.randrange(60))


def make_history(cast, seed):
    """Deals that came, were won, lost and opened again, with requests handed from one to another department."""
    pick = random.Random(seed)
    CompanyDay.objects.get_or_create(day=dt.date(2024, 3, 4), defaults={"works": False, "name": "盘点"})
    kinds = list(RequestKind.objects.filter(code__in=["technical", "contract", "delivery"]))
    usual = Stage.objects.filter(playbook__is_default=True)
    stages = {kind: usual.filter(kind=kind).first() for kind in ("open", "won", "lost")}
    number = CollaborationRequest.objects.count()
    for _deal in range(5):
        owner = pick.choice([cast.alice, cast.bob, cast.charlie])
        deal = make_customer(owner, name=f"客户{seed}{_deal}", now=FIRST).deals.get()
        StageProgress.objects.filter(deal=deal).delete()
        Deal.objects.filter(pk=deal.pk).update(amount=pick.choice([None, 120000, 55000]))
        cuts = sorted(some_time(pick) for _ in range(pick.randrange(4)))
        for begins, ends, kind in zip([FIRST, *cuts], [*cuts, None], ["open", "won", "open", "lost"], strict=False):
            stage = stages[kind]
            StageProgress.objects.create(
                deal=deal, stage=stage, stage_version=stage.versions.latest("since"), entered_at=begins, left_at=ends,
                recorded_at=begins,
            )
        for _request in range(pick.randrange(4)):
            number += 1
            make_stretches(cast, pick, deal, number, pick.choice(kinds))


def make_stretches(cast, pick, deal, number, kind):
    cuts = sorted(some_time(pick) for _ in range(pick.randrange(1, 6)))
    ends = [*cuts[1:], None if pick.random() < 0.6 else cuts[-1] + 5 * MINUTE]
    request = CollaborationRequest.objects.create(
        number=number, kind=kind, title=f"评估{number}", description="x", asker=cast.alice, department=cast.tech,
        customer=deal.customer, deal=pick.choice([deal, deal, deal, None]), asked_at=cuts[0], imported=True,
    )
    for begins, end in zip(cuts, ends, strict=True):
        state = pick.choice([*HELD, "done"])
        RequestInterval.objects.create(
            request=request, state=state, holder=HOLDER.get(state, "asker"), started_at=begins, ended_at=end,
            department=pick.choice([cast.tech, cast.legal]),
        )


def walk(rows, period, *, scope=None, at_end=NOW):
    """{deal: (minutes with a department, minutes with the asker alone)}: every minute of the period asked in turn."""
    calendar, found = Calendar.load(), defaultdict(lambda: [0, 0])
    open_at = {}
    for stay in StageProgress.objects.filter(voided_at=None, stage__kind="open"):
        open_at.setdefault(stay.deal_id, []).append((stay.entered_at, stay.left_at or at_end))
    minute, end = max(period.starts_at, FIRST), min(period.ends_at, at_end).replace(second=0)
    while minute < end:
        if calendar.is_working_time(minute):
            for deal, mine in rows.items():
                inside = [i for i in mine if whole(i.started_at) <= minute < whole(i.ended_at or at_end)]
                # the parts of a minute that a stretch shares with a stay are cut as the stretch is
                inside = [i for i in inside if any(covers(i, stay, minute, at_end) for stay in open_at.get(deal, []))]
                if inside:
                    found[deal][all(i.holder == "asker" for i in inside)] += 1
        minute += MINUTE
    return {deal: tuple(both) for deal, both in found.items() if sum(both)}


def covers(interval, stay, minute, at_end):
    start, end = max(interval.started_at, stay[0]), min(interval.ended_at or at_end, stay[1])
    return start < end and whole(start) <= minute < whole(end)


def whole(moment):
    return moment.replace(second=0, microsecond=0)


def rows_by_deal(**fields):
    found = defaultdict(list)
    rows = RequestInterval.objects.filter(request__deal__isnull=False, **fields).exclude(holder="nobody")
    for interval in rows.select_related("request"):
        found[interval.request.deal_id].append(interval)
    return found


@pytest.mark.proves("M11")
@pytest.mark.parametrize("seed", shared(range(6)))
def test_every_minute_walked(cast, seed):
    make_history(cast, seed)
    for period in (MARCH, MARCH.previous()):
        waits = Waits.read(COMPANY, period, now=NOW)
        shown = {pk: (line, one) for pk, line, one in by_deal(waits, waits.inside())}
        walked = walk(rows_by_deal(), period)
        costs = {pk: waits.cost([s for s in waits.inside() if s.deal == pk]) for pk in shown}
        assert {pk: (c.department, c.asker) for pk, c in costs.items() if c.minutes} == walked
        total = waits.cost(waits.inside())
        assert total.department == sum(department for department, _asker in walked.values())
        assert total.asker == sum(asker for _department, asker in walked.values())
        for place in (cast.tech, cast.legal):  # a department that takes requests: its own stretches, whosever deals
            own = Waits.read(Scope("department", place.pk, serves=True, sells=False), period, now=NOW)
            cost, mine = own.cost(own.inside()), walk(rows_by_deal(department=place), period)
            assert cost.department == sum(department for department, _asker in mine.values())
            assert cost.asker == sum(asker for _department, asker in mine.values())
            of_place = waits.cost(narrowed(waits.inside(), {"department": place.pk}))
            assert (of_place.department, of_place.asker) == (cost.department, cost.asker)


@pytest.mark.proves("M11")
def test_two_requests_at_once_count_once(cast):
    """A control beside it: each alone counts whole, both together no more than the clock."""
    for seed in range(4):
        make_history(cast, seed)
    waits = Waits.read(COMPANY, MARCH, now=NOW)
    total = waits.cost(waits.inside())
    apart = sum(waits.cost([s for s in waits.inside() if s.request == one]).minutes
                for one in {s.request for s in waits.inside()})
    assert 0 < total.minutes < apart


@pytest.mark.proves("M11")
@pytest.mark.parametrize("who", ["mia", "alice", "ada", "sam", "tess"])
def test_every_number_opens_its_deals(cast, client_of, who, time_machine):
    time_machine.move_to(NOW, tick=False)
    make_history(cast, 5)
    client = client_of(getattr(cast, who))
    text = client.get(reverse("reviews:waiting", args=["2024-03"])).content.decode()
    links = re.findall(r'href="(/reviews/waiting/[^"]+/rows[^"]*)">(\d+)</a>', text)
    assert links or who in ("sam", "tess")
    for link, number in links:
        rows = client.get(link.replace("&amp;", "&")).content.decode()
        assert (rows.count("<tr data-row"), f'id="count">{number}<' in rows) == (int(number), True), link


def test_who_reads_what(cast, client_of):
    """A department reads its own, not another's and no team's; a rep his own."""
    page = reverse("reviews:waiting", args=["2024-03"])
    for who, scope, status in (
        ("sam", "", 200), ("sam", f"department-{cast.tech.pk}", 404), ("sam", f"team-{cast.east.pk}", 404),
        ("alice", "", 200), ("alice", f"person-{cast.bob.pk}", 404), ("mia", f"team-{cast.east.pk}", 200),
        ("mia", "company", 404), ("ada", "company", 200), ("ada", f"department-{cast.tech.pk}", 200),
    ):
        assert client_of(getattr(cast, who)).get(page, {"scope": scope}).status_code == status, (who, scope)
    rows = reverse("reviews:waiting_rows", args=["2024-03"])
    for odd in ("department=x", "cause=nothing", "kind=99999999999999999999"):
        assert client_of(cast.ada).get(f"{rows}?{odd}").status_code == 404, odd


def test_the_month_shows_it_and_the_queries_do_not_grow(cast, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    counts, client = [], client_of(cast.mia)
    make_history(cast, 1)
    client.get(reverse("reviews:waiting", args=["2024-03"]))
    for seed in (2, 3):
        make_history(cast, seed)
        with CaptureQueriesContext(connection) as seen:
            text = client.get(reverse("reviews:waiting", args=["2024-03"])).content.decode()
        counts.append(len(seen.captured_queries))
    assert counts[0] == counts[1] and text
    month = client_of(cast.mia).get(reverse("reviews:month", args=["2024-03"])).content.decode()
    part = month.partition('id="part-waits"')[2]
    waits = Waits.read(Scope("team", cast.east.pk), MARCH, now=NOW, months=1)
    for line in waits.departments():
        assert f">{line.deals}</a>" in part


@pytest.mark.proves("M11")
def test_the_page_of_the_customer_tells_it(cast, client_of, time_machine):
    """All the life of a deal, in the words of the panel: the same minutes as the walk."""
    time_machine.move_to(NOW, tick=False)
    make_history(cast, 4)
    minutes = Counted(Calendar.load())
    life = read_period("2024-Q1")
    with translation.override("en"):
        found = told(CollaborationRequest.objects.all(), now=NOW)
    assert found
    for one in found:
        stretches = [s for s in Waits.read(COMPANY, MARCH, now=NOW).year if s.deal == one.deal.pk]
        walked = walk({one.deal.pk: rows_by_deal()[one.deal.pk]}, life)
        assert cost_of(stretches, minutes).minutes == sum(walked.get(one.deal.pk, (0, 0)))
        panel = reverse("collaboration:customer_panel", args=[one.deal.customer_id])
        assert one.words in client_of(cast.ada).get(panel).content.decode()
