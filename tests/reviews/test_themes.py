"""Themes that rise in a week (M8): beyond chance or not at all, with what is behind them, kept when it closed."""

import datetime as dt
import html
import random
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_now
from core.periods import period_of, today
from customers.dictionary import implied
from customers.models import FollowUp, Need, Topic, TopicWord
from pipeline.models import StageProgress
from reviews.closing import close_period
from reviews.mining import Theme, mine, mine_due
from reviews.models import Themes
from reviews.rising import ENOUGH, Said, rising
from tests.cast import key, make_customer
from tests.gate.office import count, within

pytestmark = pytest.mark.proves("M8")
DAY = dt.timedelta(days=1)
DULL = ["例行回访，一切正常", "发了资料", "约下周见面", "routine check, all well", "聊了行业情况", "样品在路上"]
SAID = [
    "客户问仓库调拨怎么管", "仓库调拨总出错，月底对账难", "提到仓库调拨要记账", "wants landed cost per shipment",
    "landed cost is what they need", "asked for a landed cost sheet",
]


def said(phrase, week, before, customers=9):
    return Said(phrase, frozenset(range(week)), customers, frozenset(range(1000, 1000 + before)))


def names(phrases, week, before):
    return [rise.said.phrase for rise in rising(phrases, week=week, before=before)]


def test_silent_before_there_is_enough_and_below_every_floor():
    loud = said("多仓", 12, 0)
    assert names([loud], 60, 140) == ["多仓"]
    assert names([loud], 60, ENOUGH - 61) == [] and names([loud], 150, 50) == []  # too little, too little before
    assert names([said("多仓", 4, 0)], 60, 400) == [] and names([said("多仓", 12, 0, customers=2)], 60, 400) == []
    assert names([said("多仓", 400, 2400)], 1000, 8000) == []  # beyond chance, but less than half as much again
    assert names([said("多仓", 8, 40)], 60, 400) == []  # as often as before


def test_one_theme_is_named_once():
    same, other = [said(phrase, 15, 0) for phrase in ("数据同步", "同步")], said("分期", 12, 1)
    apart = Said("落地价", frozenset(range(500, 514)), 9, frozenset())
    assert names([*same, other, apart], 100, 800) == ["数据同步", "落地价"]


def test_a_week_in_which_nothing_happened_names_one_in_twenty_at_most():
    """400 quiet weeks of 60 phrases: each conversation holds a phrase with the same chance in every week."""
    rng, named = random.Random(11), 0  # noqa: S311
    for _week in range(400):
        phrases = []
        for n in range(60):
            share = rng.choice([0.02, 0.05, 0.1, 0.2])
            week = frozenset(m for m in range(100) if rng.random() < share)
            phrases.append(Said(f"词{n}", week, len(week), frozenset(m for m in range(800) if rng.random() < share)))
        named += bool(rising(phrases, week=100, before=800))
    assert named <= 400 * 0.05


class Weeks:
    """Nine weeks of conversations of 华东一组, and a theme of each language in the last."""

    def __init__(self, cast):
        self.now, rng = timezone.now(), random.Random(5)  # noqa: S311
        self.week = period_of("week", today(self.now)).previous()
        self.cast, start = cast, self.week.starts_at
        made = start - 70 * DAY
        self.customers = [
            make_customer(cast.alice, now=made, name=f"客户{n}", deal={"amount": 1_000 * (n + 1)}) for n in range(8)
        ]
        self.other = make_customer(cast.charlie, now=made, name="华南秘密客户")
        rows = [(rng.choice(self.customers), start - rng.randrange(1, 1300) * dt.timedelta(hours=1), rng.choice(DULL))
                for _n in range(220)]
        rows += [(self.customers[n % 8], start + dt.timedelta(hours=9 + n), text) for n, text in enumerate(SAID * 4)]
        rows += [(self.customers[n % 8], start + dt.timedelta(hours=40 + n), DULL[n % 6]) for n in range(30)]
        rows += [(self.customers[0], start - 20 * DAY, SAID[0]), (self.other, start + DAY, SAID[0])]
        FollowUp.objects.bulk_create([
            FollowUp(customer=customer, happened_at=at, entered_at=at, talked_by=customer.owner,
                     entered_by=customer.owner, text=text) for customer, at, text in rows
        ])
        self.win(self.customers[0], "won")
        self.win(self.customers[1], "lost")

    def win(self, customer, kind):
        """Its deal ends two days after the week began, after the theme was said."""
        deal, at = customer.deals.get(), self.week.starts_at + 2 * DAY
        stage = deal.playbook.stages.filter(kind=kind).first()
        StageProgress.objects.filter(deal=deal, left_at=None).update(left_at=at, left_recorded_at=at)
        StageProgress.objects.create(
            deal=deal, stage=stage, stage_version=stage.versions.last(), entered_at=at, recorded_at=at
        )

    def mine(self, **more):
        mine(self.week, **{"as_of": self.now, "final": False} | more)

    def found(self, scope="team", pk=None):
        pk = self.cast.east.pk if pk is None else pk
        return self.found_of(Themes.objects.get(scope=scope, scope_id=pk, period=self.week.code))

    def found_of(self, row):
        return {theme.phrase: theme for theme in (Theme(**one) for one in row.found)}

    @property
    def page(self):
        return reverse("reviews:week", args=[self.week.code])


@pytest.fixture
def weeks(cast):
    return Weeks(cast)


@pytest.mark.django_db
def test_it_is_found_with_the_deals_behind_it(weeks):
    weeks.mine()
    team = weeks.found()
    assert set(team) == {"仓库调拨", "landed cost"}
    theme = team["仓库调拨"]
    wanted = FollowUp.objects.filter(text__contains="仓库调拨", happened_at__gte=weeks.week.starts_at)
    mine_only = wanted.exclude(customer=weeks.other).order_by("happened_at", "pk")
    assert theme.logs == list(mine_only.values_list("pk", flat=True)) and len(theme.logs) == 12
    assert (theme.before, theme.customers) == (1, mine_only.values("customer").distinct().count())
    deals = [customer.deals.get() for customer in weeks.customers]
    assert (theme.won, theme.lost) == ([deals[0].pk], [deals[1].pk])
    talked = set(mine_only.values_list("customer", flat=True))
    still = [deal for deal in deals[2:] if deal.customer_id in talked]
    assert theme.open == [[deal.pk, f"{deal.amount:.2f}"] for deal in still] and theme.amount == sum(
        deal.amount for deal in still)
    assert len(weeks.found("company", 0)["仓库调拨"].logs) == 13  # with the one of 华南
    assert weeks.found("team", weeks.cast.south.pk) == {}  # one conversation is no theme
    assert not Themes.objects.filter(scope="person").exists()


@pytest.mark.django_db
def test_each_number_opens_its_rows_within_the_readers_gate(weeks, client_of):
    weeks.mine()
    mia, director = client_of(weeks.cast.mia), client_of(weeks.cast.grace)
    page = mia.get(weeks.page).content.decode()
    part = page[page.index('id="part-themes"'):]
    part = part[:part.index("</section>")]
    links = [html.unescape(found) for found in re.findall(r'href="([^"]+/theme\?[^"]+)"', part)]
    assert len(links) >= 7
    for link in links:
        rows = mia.get(link)
        number = int(re.search(r'id="count">(\d+)<', rows.content.decode())[1])
        assert number == rows.content.decode().count("<tr data-row") > 0
    whole = director.get(weeks.page, {"scope": "company"}).content.decode()
    assert "仓库调拨" in whole
    logs = f"{reverse('reviews:theme', args=[weeks.week.code])}?scope=company&theme=仓库调拨&of=logs"
    assert "华南秘密客户" in director.get(logs).content.decode()
    assert mia.get(logs).status_code == 404  # the company is not hers
    assert client_of(weeks.cast.alice).get(weeks.page).content.decode().count("part-themes") == 0
    assert mia.get(logs.replace("company", weeks_team(weeks)).replace("logs", "else")).status_code == 404
    text = page[page.index('id="review-text"'):]
    assert "landed cost: 12 ·" in text  # the text to paste, and the workbook by the same sections


@pytest.mark.proves("R33", "R34")
@pytest.mark.django_db
def test_behind_each_need_and_objection_stand_the_deals_of_who_said_it(weeks, client_of):
    """Won and lost of nine weeks, open with their money of this week; each number opens its rows."""
    need, objection = (Topic.objects.filter(kind=kind).first() for kind in ("need", "objection"))
    deals = [customer.deals.get() for customer in weeks.customers]

    def note(customer, at, topic):
        log = FollowUp.objects.create(customer=customer, happened_at=at, entered_at=at, talked_by=customer.owner,
                                      entered_by=customer.owner, text="记下")  # fmt: skip
        Need.objects.create(customer=customer, follow_up=log, kind=topic.kind, topic=topic, text="记下")

    monday = weeks.week.starts_at
    for n in (0, 1, 2, 3):  # the first is won on Wednesday, the second lost
        note(weeks.customers[n], monday + dt.timedelta(hours=9 + n), need)
    note(weeks.customers[4], monday - 20 * DAY, need)  # before: its deal is open, so it stands behind nothing
    note(weeks.customers[0], monday + 3 * DAY, objection)  # after it was won
    note(weeks.other, monday + DAY, objection)
    weeks.mine()
    row = Themes.objects.get(scope="team", scope_id=weeks.cast.east.pk, period=weeks.week.code)
    found = {int(pk): Theme(**one) for pk, one in row.topics.items()}
    assert (found[need.pk].won, found[need.pk].lost) == ([deals[0].pk], [deals[1].pk])
    assert found[need.pk].amount == deals[2].amount + deals[3].amount
    assert (found[objection.pk].won, found[objection.pk].open) == ([], [])
    mia = client_of(weeks.cast.mia)
    page = html.unescape(mia.get(weeks.page).content.decode())
    links = re.findall(rf'href="([^"]+/theme\?[^"]*topic={need.pk}&[^"]+)"', page)
    assert len(links) == 3
    for link, number in zip(links, (1, 1, 2), strict=True):
        rows = mia.get(link).content.decode()
        assert int(re.search(r'id="count">(\d+)<', rows)[1]) == number == rows.count("<tr data-row")
        assert need.words in rows
    assert "华南秘密客户" not in "".join(mia.get(link).content.decode() for link in links)
    assert mia.get(links[0].replace(f"topic={need.pk}", "topic=999999")).status_code == 404


def weeks_team(weeks):
    return f"team-{weeks.cast.east.pk}"


@pytest.mark.django_db
def test_one_press_puts_it_under_a_label_or_out_of_the_way(weeks, client_of):
    weeks.mine()
    mia, label = client_of(weeks.cast.mia), Topic.objects.get(code="integrate")
    page = mia.get(weeks.page).content.decode()
    assert page.count("theme-do") == 2 and 'name="topic" value="none"' in page
    back = weeks.page + "#part-themes"
    said = {"text": "仓库调拨", "topic": label.pk, "next": back, "key": key()}
    assert mia.post(reverse("reviews:words"), said)["Location"] == back
    assert implied("他们的仓库调拨") == [label.pk]
    mia.post(reverse("reviews:words"), {"text": "landed cost", "topic": "none", "key": key()})
    page = mia.get(weeks.page).content.decode()
    assert page.count("theme-do") == 0 and "means Fit existing systems" in page and "left out from now on" in page
    weeks.mine()
    assert set(weeks.found()) == {"仓库调拨"}  # what was left out is no longer looked at
    assert TopicWord.objects.in_use().get(key="landed cost").topic is None


@pytest.mark.django_db
def test_a_closed_week_keeps_its_themes(weeks, client_of):
    weeks.mine()
    before = weeks.found()
    close_period("week", weeks.week.code, now=weeks.now)
    assert run_now("mine_themes")["weeks"] == [weeks.week.next().code, weeks.week.code]
    row = Themes.objects.get(scope="team", scope_id=weeks.cast.east.pk, period=weeks.week.code)
    assert row.is_final and row.as_of == weeks.now and weeks.found_of(row) == before
    FollowUp.objects.filter(text__contains="landed").update(text="改过了")
    StageProgress.objects.all().update(voided_at=weeks.now)
    again = mine_due(now=timezone.now())
    assert again["weeks"] == [weeks.week.next().code]  # the closed one is done
    mine(weeks.week, as_of=timezone.now(), final=True)  # and cannot be written over
    row.refresh_from_db()
    assert weeks.found_of(row) == before and row.as_of == weeks.now
    assert "landed cost" in client_of(weeks.cast.mia).get(weeks.page).content.decode()


@pytest.mark.django_db
def test_a_page_with_themes_costs_no_more_than_promised(weeks, client_of):
    weeks.mine()
    queries, _size, response = count(client_of(weeks.cast.mia), weeks.page)
    assert "part-themes" in response.content.decode()
    within("weekly review with themes", queries, 12)
