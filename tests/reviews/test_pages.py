"""The pages of reviews: who reads what, what is behind each number, what freezes, what is edited."""

import datetime as dt
import io
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Leave
from activity.models import Event
from core.kept import forget
from core.periods import period_of, read_period, today
from customers.models import FollowUp
from pipeline.models import Deal, Playbook, StageProgress
from reviews.closing import close_period, figures_of
from reviews.models import Review
from reviews.reading import read_review
from tests.cast import key
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH, W10 = "2024-03", "2024-W10"
NOW = moment(dt.date(2024, 4, 1), 0, 40)


def numbers(page):
    """[(url, number as shown)] of every number that leads to a list."""
    found = re.findall(r'<a class="num" href="(/reviews/rows[^"]+)"[^>]*>([^<]+)</a>', page)
    return [(url.replace("&amp;", "&"), text) for url, text in found]


@pytest.fixture
def world(cast):
    return World(cast, 3, customers=24)


@pytest.mark.proves("R36", "R37")
@pytest.mark.parametrize(
    ("path", "who"),
    [(f"/reviews/month/{MARCH}", "ada"), (f"/reviews/month/{MARCH}", "mia"), (f"/reviews/week/{W10}", "grace"),
     (f"/reviews/week/{W10}", "alice")],
)
def test_every_number_opens_a_list_of_exactly_so_many(cast, world, client_of, path, who):
    client = client_of(getattr(cast, who))
    page = client.get(path).content.decode()
    counted = 0
    for url, text in numbers(page):
        answer = client.get(url)
        assert answer.status_code == 200, url
        if re.fullmatch(r"[\d,]+", text):
            assert answer.context["total"] == int(text.replace(",", "")), url
            assert len(answer.context["rows"]) == min(int(text.replace(",", "")), 50)
            counted += 1
    assert counted > 15


def test_a_line_the_reader_may_not_open_has_no_name(cast, world, client_of):
    """Somebody helps with a customer of another team: his manager sees that there is a deal, not whose."""
    deal = next(d for c in world.customers for d in c.deals.all() if c.team_id == cast.south.pk)
    type(deal).objects.filter(pk=deal.pk).update(rep=cast.alice)
    url = f"/reviews/rows?period={MARCH}&scope=person-{cast.alice.pk}&of=closing"
    answer = client_of(cast.mia).get(url)
    hidden = [row for row in answer.context["rows"] if row["obj"] is None]
    assert answer.context["total"] == len(answer.context["rows"])
    for row in answer.context["rows"]:
        if row["obj"] is not None:
            assert row["obj"].customer.team_id == cast.east.pk or row["obj"].customer.owner_id == cast.mia.pk
    assert b"Not visible to you" in answer.content if hidden else True


@pytest.mark.proves("INV-3")
def test_scopes_that_are_not_yours_do_not_exist(cast, client_of):
    places = {
        "company": "company", "sales": f"department-{cast.sales.pk}", "east": f"team-{cast.east.pk}",
        "south": f"team-{cast.south.pk}", "alice": f"person-{cast.alice.pk}", "bob": f"person-{cast.bob.pk}",
        "charlie": f"person-{cast.charlie.pk}", "legal": f"department-{cast.legal.pk}", "no": "team-99999",
    }
    may = {
        "ada": set(places) - {"no"}, "grace": {"company", "sales", "east", "south", "alice", "bob", "charlie"},
        "mia": {"east", "alice", "bob"}, "nadia": {"south", "charlie"}, "alice": {"alice"}, "charlie": {"charlie"},
        "sam": {"legal"}, "tess": set(),
    }
    for login, allowed in may.items():
        client = client_of(getattr(cast, login))
        seen = set()
        for name, code in places.items():
            paths = [f"/reviews/week/{W10}"]
            if name not in allowed:
                paths += [f"/reviews/month/{MARCH}", f"/reviews/file/{MARCH}", "/reviews/rows"]
            answers = {client.get(path, {"scope": code, "period": MARCH, "of": "won"}).status_code for path in paths}
            assert answers in ({200}, {404}), (login, name)
            if answers == {200}:
                seen.add(name)
        assert seen == allowed, login


def test_pages_that_are_none(cast, client_of):
    client = client_of(cast.mia)
    soon = period_of("week", today()).next().code
    for path in (f"week/{soon}", "week/2024-W60", "week/2024-W1", "month/2024-13", "month/2024-W10", "week/2024-03",
                 "month/2024-Q1", "month/x"):
        assert client.get(f"/reviews/{path}").status_code == 404, path
    for query in ("", "period=2024-03&of=nothing", "period=2024-03&of=entered&stage=x", "period=no&of=won",
                  "period=2024-03&of=won&stage=99999999999999999999"):
        assert client.get(f"/reviews/rows?{query}").status_code == 404, query


def test_home_is_the_running_week(cast, client_of):
    answer = client_of(cast.alice).get("/reviews")
    assert (answer.status_code, answer["Location"]) == (302, f"/reviews/week/{period_of('week', today()).code}")


@pytest.mark.parametrize("path", [f"/reviews/month/{MARCH}", f"/reviews/week/{W10}"])
@pytest.mark.parametrize("frozen", [True, False])
def test_at_most_twelve_queries_however_much_there_is(
    cast, client_of, path, frozen, settings, django_assert_max_num_queries, monkeypatch
):
    settings.SETUP_SECONDS = 60  # what setup says is remembered, as in the product: switches and the calendar
    begun = timezone.now()
    monkeypatch.setattr("reviews.reading.minute_end", lambda _now: begun)  # one minute for all
    counts = []
    for seeds in ((11,), (12, 13, 14)):
        for seed in seeds:
            World(cast, seed)
        if frozen:
            Review.objects.all().delete()
            close_period(path.split("/")[2], path.rsplit("/", 1)[1], now=NOW)
        for who in (cast.mia, cast.ada):
            client = client_of(who)
            client.get(path)
            # Who leads teams costs two queries more (teams led, departments headed), and his department one.
            with django_assert_max_num_queries(12 if who.is_admin else 15) as used:
                assert client.get(path).status_code == 200
            counts.append(len(used))
    assert counts[:2] == counts[2:]


@pytest.mark.parametrize("path", [f"month/{MARCH}", f"week/{W10}"])
def test_figures_that_are_not_frozen_are_kept_until_something_is_written(cast, world, settings, path, monkeypatch):
    """Read again they are the same and cost no question of theirs; after a write they are those counted anew."""
    settings.SETUP_SECONDS = 60
    kind, code = path.split("/")
    monkeypatch.setattr("reviews.reading.minute_end", lambda now, moment=NOW: moment)

    def read():
        return read_review(cast.ada, kind, code, "company", now=NOW)

    first = read()
    asked, more = [], {"settings": first.settings} if kind == "week" else {}

    def counting(*given, **named):
        asked.append(1)
        return figures_of(*given, **named)

    monkeypatch.setattr("reviews.reading.figures_of", counting)
    assert read().figures == first.figures and not asked
    span = (first.period.starts_at, first.period.ends_at)
    stays = StageProgress.objects.filter(voided_at=None, entered_at__range=span)
    talks = FollowUp.objects.filter(happened_at__range=span)
    deeds = [lambda: stays.update(voided_at=NOW - dt.timedelta(seconds=1)), lambda: Deal.objects.update(amount=77)]
    if kind == "week":  # a month reads no conversations
        deeds.append(lambda: talks.update(voided_at=NOW - dt.timedelta(seconds=1)))
    for deed in deeds:
        deed()
        counted = figures_of(first.period, first.scope, as_of=NOW, known=first.known, **more)
        asked.clear()
        assert read().figures == json.loads(json.dumps(counted)) and asked
    assert read().figures != first.figures


@pytest.mark.proves("REL4")
def test_frozen_figures_stay_as_they_were(cast, world, client_of):
    close_period("month", MARCH, now=NOW)
    client = client_of(cast.mia)
    before = numbers(client.get(f"/reviews/month/{MARCH}").content.decode())
    figures = list(Review.objects.order_by("pk").values_list("figures", flat=True))
    world.cast.sales.refresh_from_db()
    for customer in world.customers:
        for deal in customer.deals.all():
            type(deal).objects.filter(pk=deal.pk).update(amount=1, contract_amount=2)
            deal.stays.filter(voided_at=None).update(voided_at=timezone.now())
    close_period("month", MARCH, now=NOW + dt.timedelta(days=3))
    assert list(Review.objects.order_by("pk").values_list("figures", flat=True)) == figures
    assert numbers(client.get(f"/reviews/month/{MARCH}").content.decode()) == before
    for url, text in before:
        if re.fullmatch(r"[\d,]+", text):
            assert client.get(url).context["total"] == int(text.replace(",", "")), url


def test_texts_are_kept_by_managers_with_a_version(cast, client_of):
    mia, url = client_of(cast.mia), reverse("reviews:texts", args=[MARCH])
    scope = f"team-{cast.east.pk}"
    post = {"scope": scope, "version": 0, "causes": "竞品降价", "plan": "", "support": ""}
    once = key()
    for _ in range(3):
        assert mia.post(url, post | {"key": once}).status_code == 302
    review = Review.objects.get()
    assert (review.causes, review.figures, review.period) == ("竞品降价", None, MARCH)
    assert Event.objects.filter(verb="reviews.written").count() == 1
    assert "竞品降价" in mia.get(f"/reviews/month/{MARCH}?scope={scope}").content.decode()
    stale = post | {"version": 1, "causes": "另一个原因", "key": key()}
    assert mia.post(url, stale).status_code == 409
    merged = post | {"version": 1, "causes": "竞品降价", "plan": "拜访前十", "key": key()}
    assert mia.post(url, merged).status_code == 302
    review.refresh_from_db()
    assert (review.causes, review.plan) == ("竞品降价", "拜访前十")
    fresh = mia.post(url, post | {"version": review.version, "causes": "新", "plan": "拜访前十", "key": key()},
                     headers={"HX-Request": "true"})
    assert fresh.status_code == 200
    assert 'id="review-texts"' in fresh.content.decode()
    close_period("month", MARCH, now=NOW)
    review.refresh_from_db()
    assert (review.causes, review.is_frozen) == ("新", True)


def test_texts_by_others(cast, client_of):
    url = reverse("reviews:texts", args=[MARCH])
    post = {"version": 0, "causes": "x", "plan": "", "support": "", "key": key()}
    team = {"scope": f"team-{cast.east.pk}"}
    assert client_of(cast.nadia).post(url, post | team).status_code == 404
    assert client_of(cast.alice).post(url, post | team).status_code == 404
    assert client_of(cast.alice).post(url, post).status_code == 403
    assert client_of(cast.sam).post(url, post).status_code == 403
    assert client_of(cast.mia).get(url).status_code == 405
    assert Review.objects.count() == 0


@pytest.mark.proves("B24")
def test_the_workbook_has_numbers_and_text_that_is_no_formula(cast, world, client_of):
    type(cast.east).objects.filter(pk=cast.east.pk).update(name_en="=1+1")
    client = client_of(cast.ada)
    asked = client.post(reverse("reviews:export", args=[MARCH]), {"scope": "company", "key": key()})
    assert asked.status_code == 302
    assert Event.objects.filter(verb="reviews.exported", by=cast.ada).count() == 1
    answer = client.get(asked["Location"])
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=1+1" in [cell.value for cell in cells]
    assert len([cell for cell in cells if cell.data_type == "n"]) > 40


@pytest.mark.proves("R8")
def test_the_workbook_holds_the_playbook_the_page_shows(cast, world, client_of):
    """The file has the stages of the page it was asked from, and says which; so do the lists and the way back."""
    book = Playbook.objects.get(code="repurchase")
    Playbook.objects.filter(pk=book.pk).update(is_active=True)
    forget()
    mia = client_of(cast.mia)
    own = list(book.stages.filter(retired_at=None, kind="open").values_list("label_en", flat=True))
    found = {}
    for code in ("", "repurchase"):
        query = {"scope": f"team-{cast.east.pk}"} | ({"playbook": code} if code else {})
        page = mia.get(f"/reviews/month/{MARCH}", query).content.decode()
        form = re.search(r'<form[^>]*action="/reviews/export.*?</form>', page, re.S)[0]
        assert ('name="playbook" value="repurchase"' in form) == bool(code)
        assert all(("playbook=repurchase" in url) == bool(code) for url, _text in numbers(page))
        answer = mia.post(f"/reviews/export/{MARCH}", query | {"key": key()})
        assert answer.status_code == 302 and ("playbook=repurchase" in answer.url) == bool(code)
        sheet = load_workbook(io.BytesIO(mia.get(answer.url).content)).active
        found[code] = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert not any("Repeat" in cell and "this playbook" in cell for cell in found[""])
    assert any("this playbook" in cell for cell in found["repurchase"])
    assert all(label in found["repurchase"] for label in own) and "Negotiation" not in found["repurchase"]
    assert any("Negotiation" in cell for cell in found[""])


def test_the_share_of_a_person_is_his_own(cast, world, client_of):
    """The rep sees his, his manager the team's; a person's only by a switch (D25)."""
    scope = f"?scope=person-{cast.alice.pk}"
    assert "Within 30 min" in client_of(cast.alice).get(f"/reviews/week/{W10}").content.decode()
    mia = client_of(cast.mia)
    assert mia.get(f"/reviews/week/{W10}").content.decode().count("Within 30 min") == 2  # its head and the copied text
    assert "Within 30 min" not in mia.get(f"/reviews/week/{W10}{scope}").content.decode()
    assert mia.get(f"/reviews/rows{scope}&period={W10}&of=in_time").status_code == 404


def test_few_and_no_logs_are_said(cast, client_of):
    client = client_of(cast.alice)
    assert "Nothing was logged in this week." in client.get(f"/reviews/week/{W10}").content.decode()
    World(cast, 1, customers=1)
    page = client_of(cast.ada).get(f"/reviews/month/{MARCH}").content.decode()
    assert "Top ten open deals" in page


def test_both_languages(cast, world, client_of):
    type(cast.ada).objects.filter(pk=cast.ada.pk).update(language="zh-hans")
    client = client_of(cast.ada)
    month = client.get(f"/reviews/month/{MARCH}").content.decode()
    for word in ("完成率", "时间进度", "环比", "转化率", "原因分析", "下月计划", "需要支持", "2024年3月", "月复盘"):
        assert word in month, word
    week = client.get(f"/reviews/week/{W10}").content.decode()
    for word in ("3月4日–10日（第 10 周）", "需求", "异议", "30 分钟内", "周复盘"):
        assert word in week, word


def test_support_reads_its_department(cast, client_of):
    page = client_of(cast.sam).get(f"/reviews/week/{W10}")
    assert page.status_code == 200
    assert "Accepted in time" in page.content.decode()
    assert "Needs support" not in page.content.decode()
    assert read_period(W10).code == W10


def test_the_table_of_people_says_what_to_know_before_they_are_compared(cast, client_of):
    """Who was on leave in the month, and that it is no ranking; not under one person's own month."""
    World(cast, 11)
    Leave.objects.create(user=cast.alice, first=dt.date(2024, 3, 4), last=dt.date(2024, 3, 6))
    mia = client_of(cast.mia)
    page = mia.get("/reviews/month/2024-03").content.decode()
    part = page.split('id="part-by-person"')[1].split("</section>")[0]
    assert "Not a ranking" in part and "李强: 3 of 21 working days on leave." in part
    assert "Not a ranking" not in client_of(cast.alice).get("/reviews/month/2024-03").content.decode()
