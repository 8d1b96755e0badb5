"""Every list filters and counts by tag in one click (R22).

LISTS names each list of customers, deals or things about a customer, once. A list is read as the browser reads it: the
rows that are there, the customers each names, the chips over them. What a chip says is counted again from the rows, and
a press leaves exactly those. A template with rows that stands in neither LISTS nor NONE fails.

No list to work through, and without chips: the agenda of a meeting (one frozen order), the tries of rules in Setup, the
few a merge is offered, the palette (it leads on to /search), the panels of one customer's page.
"""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts import switches
from collaboration.models import CollaborationRequest
from core.periods import period_of, today
from customers import owing, pooling, rowkeeping
from customers.models import Customer, CustomerPair, Topic
from exchange import defining
from pipeline.models import LossReason, Stage
from reviews.models import MethodGoal
from reviews.opening import take_opening
from tests.cast import build_cast, key, make_customer, make_log, make_request, make_step

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent
DAY = dt.timedelta(days=1)
TAGS = ("prospect", "interested", "hot", "won", "lost")
NAMES = {  # no name is part of another
    "甲木科技": "prospect", "乙水机械": "prospect", "丙火科技": "prospect", "丁土医药": "interested",
    "戊金科技": "interested", "己日食品": "hot", "庚月科技": "hot", "辛星物流": "won", "壬云科技": "lost",
    "子鼠玩具": "prospect", "丑牛食品": "hot", "寅虎电子": "hot", "卯兔乐器": "lost", "辰龙船舶": "prospect",
}  # fmt: skip
POOLED = ("子鼠玩具", "丑牛食品", "寅虎电子")
ROW = re.compile(r"<(tr|li)\b[^>]*\bdata-row\b.*?</\1>", re.S)
CARD = re.compile(r'<li class="card[^"]*" id="card-\d+".*?</li>', re.S)
LINE = re.compile(r'<li class="upd".*?</li>', re.S)
HIT = re.compile(r'<a href="/customers/\d+">.*?</a>', re.S)


@dataclass(frozen=True)
class Listed:
    """One list: where, for whom, what a row looks like, and the templates that draw its rows."""

    name: str
    url: str
    templates: tuple
    row: re.Pattern = ROW
    who: str = "alice"
    least: int = 2  # tags with rows in the office below


LISTS = [
    Listed("customers", "/customers", ("customers/_list",), least=5),
    Listed("customers of a search", "/customers?q=科技", ("customers/_list",), least=4),
    Listed("quiet customers", "/customers?show=quiet", ("customers/_list",)),
    Listed("a manager's customers", "/customers?owner={alice}", ("customers/_list",), who="mia"),
    Listed("pipeline", "/pipeline", (), row=CARD, least=4),
    Listed("pipeline, quiet too long", "/pipeline?stale=1", (), row=CARD),
    Listed("pipeline table", "/pipeline/table", ("pipeline/_table",), least=4),
    Listed("pipeline table, all", "/pipeline/table?state=all&group=stage", ("pipeline/_table",), least=4),
    Listed("end-of-day update", "/today/update", ("pipeline/_update", "pipeline/_update_row"), row=LINE, least=4),
    Listed("today", "/today",
           ("today/today", "today/_asked", "today/_due", "today/_owed", "today/_quiet", "today/_tidy",
            "today/_waiting"),
           least=4),
    Listed("pool", "/pool", ("customers/_pool",)),
    Listed("pairs", "/customers/pairs", ("customers/pairs",), who="mia"),
    Listed("requests", "/requests?tab=asked", ("collaboration/_queue",)),
    Listed("found by search", "/search?q=科技", (), row=HIT, least=4),
    Listed("team decisions", "/team", ("team/_decisions",), who="mia"),
    Listed("deals behind a figure", "/reviews/rows?of=closing&period={month}&scope=person-{alice}",
           ("reviews/_rows",), least=4),
    Listed("customers behind a figure", "/reviews/rows?of=quiet&period={week}&scope=person-{alice}",
           ("reviews/_rows",)),
    Listed("talks behind a figure", "/reviews/rows?of=talks&period={week}&scope=person-{alice}", ("reviews/_rows",)),
    Listed("needs behind a figure", "/reviews/rows?of=need&period={week}&scope=person-{alice}", ("reviews/_rows",)),
    Listed("requests as cards", "/requests?as=board", ("collaboration/_board",), who="ada"),
    Listed("requests behind a figure", "/reviews/rows?of=asked&period={week}&scope=department-{tech}",
           ("reviews/_rows",), who="ada"),
    Listed("new customers of a target", "/targets/{begun}/rows?of=new_customers&scope=person-{alice}",
           ("reviews/_rows",), least=1),
    Listed("leads behind first response", "/targets/{begun}/response/rows?of=elapsed-late&scope=person-{alice}",
           ("reviews/speed_rows",), least=1),
    Listed("lines of the forecast", "/forecast/lines?month=all&scope=person-{alice}", ("reviews/lines",), least=4),
    Listed("decided deals behind a chance", "/setup/stages/{stage}/chance", ("pipeline/decided",), who="ada"),
    Listed("conversations behind an objection", 
           "/reviews/answers/{objection}/rows?of=talks&version=0&scope=person-{alice}", ("reviews/_rows",)),
    Listed("cases behind a month", "/reviews/trends/rows?of=response_elapsed&month={begun}&scope=person-{alice}",
           ("reviews/_rows",)),
    Listed("cases behind a goal", "/reviews/goals/{goal}/rows?side=before&scope=person-{alice}", ("reviews/_rows",)),
    Listed("deals that waited", "/reviews/waiting/{month}/rows?scope=person-{alice}", ("reviews/waiting_rows",)),
    Listed("lines of the contract", "/targets/{month}/lines?of=open&scope=person-{alice}", ("reviews/lines",), least=4),
    Listed("rows of an own table", "/tables/{table}", ("customers/_table",), least=4),
]  # fmt: skip
NONE = {  # rows that are about no customer
    "accounts/_people": "accounts", "accounts/_person_row": "accounts", "accounts/departments": "departments",
    "accounts/teams": "teams", "ui/table": "the frame of a table",
    "exchange/fields": "custom fields", "collaboration/kinds": "kinds of requests", "team/_rep": "people",
    "team/_rep_rows": "what one number of a person counts, in a dialog over the team's page",
    "pipeline/_meeting_rows": "what one figure of a person's part counts, in a dialog over the meeting",
    "team/week": "people",
    "setup/_audit": "deeds of every kind; most are about no customer",
    "team/_unowned": "work of every kind, stages among it; it ought to be empty",
    "activity/_messages": "a person's own messages, answered one by one",
    "activity/_line": "one such message",
    "exchange/useless": "fields of a form", "reviews/quarter": "fields", "reviews/_quarter_place": "fields",
}  # fmt: skip


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker):
    """The cast and the office, built once; every test has a savepoint of its own in them."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = build_cast()
        yield cast, furnish(cast)
        transaction.set_rollback(True)


@pytest.fixture
def cast(standing, db):
    return standing[0]


@pytest.fixture
def office(standing, db):
    return standing[1]


def furnish(cast):
    """alice's customers with every tag, quiet, due, owed and asked about; three in the pool, two pairs."""
    now = timezone.now()
    on, before = today(now), now - 40 * DAY
    last = (on.replace(day=28) + 4 * DAY).replace(day=1) - DAY  # of this month
    objection = Topic.objects.filter(kind="objection").order_by("pk").first()
    found = {
        name: make_customer(cast.alice, now=before, name=name, deal={"amount": 10_000, "expected_close": last})
        for name in NAMES
    }
    take_opening(now=now)
    for name in ("甲木科技", "丁土医药", "己日食品", "辛星物流"):
        make_log(found[name], happened_at=now - 9 * DAY, now=now - 9 * DAY, needs=[("objection", objection, "")])
    for name in ("乙水机械", "戊金科技", "壬云科技"):
        make_log(found[name], happened_at=now, now=now, needs=[("need", None, "要降本")])
        make_step(found[name], on)
    for name in ("丙火科技", "庚月科技"):
        owing.tap(cast.alice, found[name], "phone", now=now)
        make_request(cast.alice, cast.tech, now=now, customer=found[name], deal=found[name].deals.get())
    make_request(cast.alice, cast.tech, now=now, customer_name="还不是客户")
    switches.set("pool", True, by=cast.ada, now=now)
    switches.set("calibration", True, by=cast.ada, now=now)
    for name in ("卯兔乐器", "辰龙船舶"):
        found[name].deals.get().lose(LossReason.objects.first(), by=cast.alice, now=now)
    pooling.put_many([found[name] for name in POOLED], by=cast.mia, now=now)
    for first, second in (("甲木科技", "乙水机械"), ("丁土医药", "己日食品")):
        CustomerPair.objects.create(first=found[first], second=found[second], why="phone", found_at=now)
    for name, tag in NAMES.items():
        Customer.objects.filter(name=name).update(tag=tag)
    week, month = (period_of(kind, on).code for kind in ("week", "month"))
    begun = period_of("month", today(before)).code  # when they were made
    stage = Stage.objects.filter(playbook__is_default=True).order_by("position").first()
    goal = MethodGoal.objects.create(
        metric="response_elapsed", direction="up", kind="points", size=15, scope="person", scope_id=cast.alice.pk,
        before_first=today(before) - DAY, before_last=today(before) + DAY, since=on, ends_on=on, owner=cast.alice,
        made_by=cast.mia, made_at=now,
    )
    table, _event = defining.add_table(
        {"label": "样品"}, by=cast.ada, now=now, fields=[{"label": "型号", "kind": "text"}]
    )
    slug = table.fields.get().slug
    rowkeeping.add_rows(table, [(each, {slug: "K3"}) for each in found.values()], by=cast.alice, now=now)
    places = {"table": table.slug, "stage": stage.pk, "alice": cast.alice.pk, "tech": cast.tech.pk}
    return places | {"goal": goal.pk, "objection": objection.pk} | {"week": week, "month": month, "begun": begun}


def rows_of(html, listed):
    """The tags of the customers each row names."""
    rows = (match[0] for match in listed.row.finditer(html))
    return [{tag for name, tag in NAMES.items() if name in row} for row in rows]


def chips_of(html):
    """{tag: (what a press asks for, how many, pressed)} of the chips over the list."""
    bar = re.search(r'<nav class="filters tag-bar".*?</nav>', html, re.S)
    chip = r'<a class="chip" href="([^"]*)"[^>]*aria-pressed="(\w+)".*?#(g-\w+).*?<b>(\d+)</b></a>'
    chips = re.findall(chip, bar[0], re.S) if bar else []
    return {tag[2:]: (unescape(href), int(n), pressed == "true") for href, pressed, tag, n in chips}


def read(client, listed, url):
    answer = client.get(url)
    assert answer.status_code == 200, (listed.name, url, answer.status_code)
    html = answer.content.decode()
    return rows_of(html, listed), chips_of(html)


@pytest.mark.proves("R22")
@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.name)
def test_a_list_counts_and_filters_by_tag_in_one_click(cast, client_of, office, listed):
    client, url = client_of(getattr(cast, listed.who)), listed.url.format(**office)
    path = url.partition("?")[0]
    rows, chips = read(client, listed, url)
    counted = Counter(tag for tags in rows for tag in tags)
    assert {tag: n for tag, (_href, n, _on) in chips.items()} == counted, listed.name
    assert len(counted) >= listed.least
    for tag, (href, n, on) in chips.items():
        kept, after = read(client, listed, path + href)
        assert (on, len(kept), all(tag in tags for tags in kept)) == (False, n, True), (listed.name, tag)
        assert {one: m for one, (_h, m, _o) in after.items()} == counted  # counted without the tag's own filter
        assert [one for one, (_h, _n, pressed) in after.items() if pressed] == [tag]
    one, two = list(chips)[:2]
    _rows, after = read(client, listed, path + chips[one][0])
    both, last = read(client, listed, path + after[two][0])  # a second press adds
    assert len(both) == sum(1 for tags in rows if tags & {one, two})
    alone, _chips = read(client, listed, path + last[one][0])  # the first again takes it off
    assert len(alone) == counted[two]


@pytest.mark.proves("R22")
@pytest.mark.parametrize("sheet", ["customers", "follow-ups", "stage-progress", "requests"])
def test_what_is_exported_is_the_list_with_its_tags(cast, client_of, office, sheet):
    client = client_of(cast.alice)
    for tag in ("hot", "interested", "prospect"):
        answer = client.post("/exports", {"sheet": sheet, "query": f"?tag={tag}", "key": key()}, follow=True)
        names = {cell for row in load_workbook(BytesIO(answer.content)).active.values for cell in row if cell in NAMES}
        mine = {name for name, its in NAMES.items() if its == tag and name not in POOLED}
        if sheet == "requests":
            mine &= set(CollaborationRequest.objects.values_list("customer_name", flat=True))
        if sheet == "follow-ups":
            mine -= {"丙火科技", "庚月科技", "辰龙船舶"}  # never talked to
        assert names == mine, (sheet, tag)


def test_a_department_sees_no_tags_and_cannot_ask_for_them(cast, client_of, office):
    """D3: what a department sees of a customer is in the request."""
    for query in ("", "?tag=hot"):
        html = client_of(cast.tess).get(f"/requests{query}").content.decode()
        assert (chips_of(html), len(ROW.findall(html))) == ({}, 3)
    assert "tag-bar" not in client_of(cast.tess).get("/search?q=科技&tag=hot").content.decode()


def test_of_a_customer_somebody_else_has_now_the_tag_is_not_told(cast, client_of, office):
    Customer.objects.filter(name="庚月科技").update(owner=cast.charlie, team=cast.south)
    _rows, chips = read(client_of(cast.alice), LISTS[12], "/requests?tab=asked")
    assert "hot" not in chips


def test_end_of_day_confirms_only_what_is_shown(cast, client_of, office):
    for name in ("乙水机械", "戊金科技"):
        customer = Customer.objects.get(name=name)
        customer.steps.all().delete()
        make_step(customer, today() + 3 * DAY)
    Customer.objects.exclude(name__in=("乙水机械", "戊金科技")).update(next_step_on=None)
    from pipeline.models import DayMark  # noqa: PLC0415

    DayMark.objects.all().delete()
    client_of(cast.alice).post("/today/update?tag=interested", {"key": key()})
    marked = set(DayMark.objects.values_list("deal__customer__name", flat=True))
    assert marked == {"戊金科技"}


def test_no_list_is_forgotten():
    drawn = {
        str(path.relative_to(ROOT / "templates")).removesuffix(".html")
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\bdata-(row|list)\b", path.read_text(encoding="utf-8"))
    }
    known = {template for listed in LISTS for template in listed.templates}
    assert drawn == known | set(NONE)
