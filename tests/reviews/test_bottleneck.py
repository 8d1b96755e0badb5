"""The bottleneck (M5): the arithmetic against known values, its error rate simulated, and the page over real months."""

import datetime as dt
import random
import re
from math import comb

import pytest
from django.urls import reverse

from core.periods import read_period
from customers.models import Customer
from pipeline.models import Deal, StageProgress
from reviews.bottleneck import Line, judged
from reviews.chance import Count, chi_squared, fisher, holm, missing, scattered, worse
from reviews.closing import freeze, row_of
from reviews.models import Review
from reviews.scopes import COMPANY, Scope, survey
from tests.reviews.world import default_stages, loss_reasons, moment

DAY = dt.timedelta(days=1)
SHARES = {4: 0.45, 3: 0.7, 2: 0.6, 1: 0.55, 0: 0.5}  # of five stages


# --- the arithmetic ---
def test_fisher_is_the_tail_of_the_hypergeometric():
    assert fisher(Count(4, 1), Count(4, 3)) == pytest.approx(17 / 70)  # the lady tasting tea: 0.2429
    for now, before in ((Count(10, 2), Count(30, 20)), (Count(7, 7), Count(3, 0)), (Count(5, 0), Count(9, 9))):
        moved, total = now.on + before.on, now.entered + before.entered
        chances = [
            comb(moved, k) * comb(total - moved, now.entered - k) / comb(total, now.entered)
            for k in range(max(0, now.entered - total + moved), min(now.entered, moved) + 1)
        ]
        low = max(0, now.entered - total + moved)
        assert fisher(now, before) == pytest.approx(sum(chances[: now.on - low + 1]))


def test_students_t_matches_its_table():
    """Twelve months with a scatter of their own; now is put where t is 2.201: 2.5 % below on 11 degrees."""
    earlier = [Count(1000, 400 + 20 * (n % 3)) for n in range(12)]
    before = Count(12_000, sum(one.on for one in earlier))
    excess = chi_squared(earlier) / 11
    assert excess > 1
    spread = (before.share * (1 - before.share) * (1 / 10_000_000 + 1 / 12_000)) ** 0.5 * excess**0.5
    share = before.share - 2.201 * spread
    found = scattered(Count(10_000_000, round(10_000_000 * share)), earlier)
    pooled = (before.on + 10_000_000 * share) / 10_012_000  # the pooled share is what the spread is taken at
    ratio = (pooled * (1 - pooled) / (before.share * (1 - before.share))) ** 0.5
    assert found == pytest.approx(0.025, abs=0.001 + abs(1 - ratio) * 0.1)


def test_holm_stops_at_the_first_that_does_not_stand():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}, error=0.05) == {"a", "d"}  # Holm (1979)
    assert holm({"a": 0.02, "b": 0.021, "c": 0.9}, error=0.05) == set()
    assert holm({}) == set()


def test_how_many_more_would_show_a_fall():
    """With as many entries as it says, the fall is found four times out of five."""
    before = [Count(60, 36) for _ in range(12)]
    needed = missing(Count(0, 0), before, 0.2, 5)
    dice = random.Random(4)
    found = sum(
        worse(Count(needed, sum(dice.random() < 0.4 for _ in range(needed))), before) <= 0.04 / 5 for _ in range(400)
    )
    assert 0.7 < found / 400 < 0.95
    assert missing(Count(needed, 0), before, 0.2, 5) == 0
    assert missing(Count(5, 3), [Count(1, 1), Count(1, 0)] * 3, 0.2, 5) is None  # the months before are too thin
    assert missing(Count(5, 3), [], 0.2, 5) is None


# --- the stated error rate ---
def month_of_chance(dice, entered, *, scatter, fallen=None):
    """A Verdict over five stages whose shares stay what they are, but `fallen`, which is half of it now."""
    lines = []
    for stage, share in SHARES.items():
        def draw(share, entered=entered):
            share = dice.betavariate(share * scatter, (1 - share) * scatter) if scatter else share
            n = max(1, round(dice.gauss(entered, entered / 4)))
            return Count(n, sum(dice.random() < share for _ in range(n)))

        earlier = tuple(draw(share) for _month in range(12))
        lines.append(Line(stage, draw(share / 2 if stage == fallen else share), (), earlier))
    return judged(lines, ["2024-01"] * 12)


@pytest.mark.proves("M5", "R38")
@pytest.mark.parametrize("scatter", [None, 40, 15])
@pytest.mark.parametrize("entered", [8, 40])
def test_where_nothing_changed_a_stage_is_named_at_most_once_in_twenty(entered, scatter):
    """400 companies a case; three standard errors of 5 % are 3.3 points."""
    dice = random.Random(entered)
    named = sum(month_of_chance(dice, entered, scatter=scatter).named is not None for _company in range(400))
    assert named / 400 <= 0.05 + 0.033


@pytest.mark.proves("M5")
def test_a_stage_that_halved_is_found_and_it_is_that_stage():
    dice = random.Random(7)
    named = [month_of_chance(dice, 70, scatter=None, fallen=3).named for _company in range(100)]
    assert sum(one is not None and one.stage == 3 for one in named) >= 90


# --- the months of a real company ---
class Months:
    """Months in which deals enter the stage of proposals, and a share of them is on before the month is over."""

    def __init__(self, owner):
        book, self.stages = default_stages()
        self.book, self.proposal, self.next = book, self.stages[3], self.stages[4]
        self.lost = next(stage for stage in self.stages if stage.kind == "lost")
        self.reason = loss_reasons()[0]
        self.customer = Customer.objects.create(
            name="甲木科技", name_key="甲木科技", owner=owner, team=owner.team, made_at=moment(dt.date(2023, 1, 2)),
            tag="prospect", quiet_since=dt.date(2023, 1, 2), opened_on=dt.date(2023, 1, 2), open_deals=1,
        )

    def fill(self, code, entered, on, lost=0, late=0):
        """`late` of those not on by the end are on five days into the next month."""
        first = read_period(code).first
        for n in range(entered):
            at = moment(first + (n % 14) * DAY, 9, n)
            fate = "on" if n < on else "lost" if n < on + lost else "late" if n < on + lost + late else "open"
            to = {"lost": self.lost, "open": self.proposal}.get(fate, self.next)
            left = {"on": at + 7 * DAY, "lost": at + 7 * DAY, "late": read_period(code).ends_at + 5 * DAY}.get(fate)
            deal = Deal.objects.create(
                customer=self.customer, playbook=self.book, stage=to, amount=1000, rep=self.customer.owner,
                entered_at=left or at, opened_at=at, lost_reason=self.reason if fate == "lost" else None,
            )
            self.stay(deal, self.proposal, at, left)
            if left:
                self.stay(deal, to, left, None, came_from=self.proposal)

    def stay(self, deal, stage, at, left, came_from=None):
        StageProgress.objects.create(
            deal=deal, stage=stage, stage_version=stage.versions.first(), came_from=came_from, entered_at=at,
            recorded_at=at, left_at=left, left_recorded_at=left,
        )


CODES = [f"2024-{month:02d}" for month in range(1, 9)]


@pytest.fixture
def months(cast):
    """Seven even months, and an eighth in which half as many move on."""
    made = Months(cast.alice)
    for code in CODES[:-1]:
        made.fill(code, 40, 27, lost=3)
    made.fill(CODES[-1], 40, 12, lost=9)
    return made


def close(codes, *scopes, **late):
    known = survey()
    for code in codes:
        period = read_period(code)
        for scope in scopes:
            freeze(row_of(period, scope), scope, period, known, period.ends_at + dt.timedelta(hours=1, **late))


def numbers(page):
    found = re.findall(r'<a class="num" href="(/reviews/rows[^"]+)"[^>]*>(\d+)</a>', page)
    return [(url.replace("&amp;", "&"), int(text)) for url, text in found]


@pytest.mark.django_db
@pytest.mark.proves("M5", "R38")
@pytest.mark.parametrize("who", ["mia", "alice", "ada"])
def test_the_month_names_it_and_every_number_opens_its_list(cast, months, client_of, who):
    place = {"mia": Scope("team", cast.east.pk), "alice": Scope("person", cast.alice.pk), "ada": COMPANY}[who]
    close(CODES, place)
    client, scope = client_of(getattr(cast, who)), place.code
    report = client.get(f"{reverse('reviews:month', args=[CODES[-1]])}?scope={scope}").content.decode()
    said = re.search(r'id="bottleneck".*?</p>', report, re.S)[0]
    assert "Proposal" in said and "30%" in said and "68%" in said  # 12 of 40, 27 of 40
    page = client.get(f"{reverse('reviews:bottleneck', args=[CODES[-1]])}?scope={scope}").content.decode()
    counted = numbers(page)
    assert len(counted) >= 2 + 2 * 7 + 1
    for url, shown in counted:
        assert client.get(url).context["total"] == shown, url
    assert any("lost_from" in url and "reason=" in url and shown == 9 for url, shown in counted)
    assert page.count("Worse, beyond chance") == 1


@pytest.mark.django_db
@pytest.mark.proves("M5")
def test_a_month_closed_late_says_what_one_closed_in_time_says(cast, months):
    """What moved on after the month's end is not counted for the old months either: all had the same time."""
    months.fill("2024-05", 20, 0, late=20)
    close(CODES[:5], COMPANY)
    in_time = list(Review.objects.order_by("period", "scope", "scope_id").values_list("figures__in_month", flat=True))
    rates = list(Review.objects.order_by("period", "scope", "scope_id").values_list("figures__rates", flat=True))
    Review.objects.all().delete()
    close(CODES[:5], COMPANY, days=150)
    again = Review.objects.order_by("period", "scope", "scope_id")
    assert list(again.values_list("figures__in_month", flat=True)) == in_time
    assert list(again.values_list("figures__rates", flat=True)) != rates  # those do look on


@pytest.mark.django_db
@pytest.mark.proves("M5")
def test_it_says_so_when_there_is_too_little(cast, client_of):
    made, client = Months(cast.alice), client_of(cast.mia)
    for code in CODES[:7]:
        made.fill(code, 40, 27)
    made.fill(CODES[7], 5, 3)
    page = reverse("reviews:bottleneck", args=[CODES[3]])
    east = Scope("team", cast.east.pk)
    close(CODES[:4], east)
    assert "3 more closed months are needed" in client.get(page).content.decode()
    close(CODES[4:8], east)
    page = client.get(reverse("reviews:bottleneck", args=[CODES[7]])).content.decode()
    assert re.search(r"about \d+ more deals in a stage", page)
    months_report = client.get(reverse("reviews:month", args=[CODES[7]])).content.decode()
    assert 'id="bottleneck"' in months_report


@pytest.mark.django_db
def test_a_running_month_is_not_judged(cast, client_of):
    from core.periods import period_of, today  # noqa: PLC0415

    running = period_of("month", today()).code
    answer = client_of(cast.mia).get(reverse("reviews:bottleneck", args=[running]))
    assert answer.status_code == 200 and answer.context["verdict"] is None
