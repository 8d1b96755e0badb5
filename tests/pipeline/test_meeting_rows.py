"""Every figure of a person's part in a meeting opens the list behind it, exactly as many rows, for whoever may read the
part, and without what is not his to read (S11, M4, D2)."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from core.changing import change
from core.periods import today
from customers.models import FollowUp
from pipeline import agenda, partrows
from pipeline import meeting as verbs
from pipeline.models import Meeting
from pipeline.playbooks import Playbooks
from tests.cast import key, make_customer, make_deal, make_log
from tests.pipeline.test_meeting import DAY

HOUR = dt.timedelta(hours=1)
FIGURE = re.compile(r'href="(/team/meeting/[^"]+/rows[^"]+)" data-dialog>(?:&yen;|¥)?(\d+)')


@pytest.fixture
def busy(cast, now, stages, approve):
    """alice logged three conversations, moved two deals and won one this week; 53 quiet deals of hers wait."""
    made = {}
    for name in ("平静", "推进", "已签"):
        customer = made[name] = make_customer(cast.alice, now=now - 2 * DAY, name=name)
        make_log(customer, happened_at=now - DAY, now=now - DAY, text=f"谈了{name}")
    deals = {name: customer.deals.select_related("customer", "stage").get() for name, customer in made.items()}
    for name in ("推进", "已签"):
        deals[name].move_to(stages[2], by=cast.alice, now=now - 3 * HOUR, key_action="约好")
    approve(deals["已签"])
    deals["已签"].move_to(
        stages[6], by=cast.alice, now=now - HOUR, key_action="签约", contract_amount=90, signed_on=today(now)
    )
    return made


@pytest.fixture
def begun(cast, busy, now, week):
    meeting = verbs.meeting_of(cast.east, week)
    return verbs.start(meeting, by=cast.mia, now=now, attendees=[cast.alice, cast.bob])


def part_place(meeting, person):
    items = meeting.agenda["items"]
    return next(n for n, item in enumerate(items) if item["kind"] == "rep" and item["user"] == person.pk)


def opened(client, page):
    """{figure: (what it says, rows of its list)} of every figure on a page."""
    found = {}
    for url, number in FIGURE.findall(page):
        listed = client.get(url.replace("&amp;", "&"))
        assert listed.status_code == 200, url
        found[url.rpartition("of=")[2]] = (int(number), listed.content.decode().count("data-row"))
    return found


@pytest.mark.proves("M4")
def test_every_figure_opens_exactly_its_rows(cast, begun, client_of, week):
    mia = client_of(cast.mia)
    page = mia.get(f"/team/meeting/{week}?team={cast.east.pk}&item={part_place(begun, cast.alice)}").content.decode()
    assert opened(mia, page) == {"logs": (3, 3), "moves": (2, 2), "won": (1, 1)}
    own = client_of(cast.alice)
    assert opened(own, own.get(f"/team/meeting/{week}/rep/{cast.alice.pk}").content.decode())["logs"] == (3, 3)


def test_before_it_begins_the_figures_of_the_own_part_open_too(cast, busy, client_of, week):
    own = client_of(cast.alice)
    found = opened(own, own.get(f"/team/meeting/{week}/rep/{cast.alice.pk}").content.decode())
    assert found == {"logs": (3, 3), "moves": (2, 2), "won": (1, 1)}
    url = f"/team/meeting/{week}/rep/{cast.alice.pk}/rows?of=logs"
    assert client_of(cast.bob).get(url).status_code == 404


@pytest.mark.proves("R30")
def test_the_list_stays_as_the_figure_was_frozen(cast, busy, begun, client_of, week):
    make_log(busy["平静"], text="会后")
    talk = FollowUp.objects.filter(customer=busy["推进"]).get()
    FollowUp.objects.filter(pk=talk.pk).update(voided_at=timezone.now())
    page = client_of(cast.mia).get(f"/team/meeting/{week}/rep/{cast.alice.pk}/rows?of=logs&team={cast.east.pk}")
    words = page.content.decode()
    assert words.count("data-row") == 3 and "会后" not in words and "谈了推进" in words


@pytest.mark.proves("M4", "D2")
def test_who_reads_the_list_of_another(cast, busy, begun, client_of, week):
    """bob reads alice's list once her part was on the screen, without links, and no longer when the meeting is over;
    what belongs to another team by then has no name."""
    url, bob = f"/team/meeting/{week}/rep/{cast.alice.pk}/rows?of=logs", client_of(cast.bob)
    assert bob.get(url).status_code == 404
    place = part_place(begun, cast.alice)
    said = {"item": place, "team": cast.east.pk, "key": key()}
    assert client_of(cast.mia).post(f"/team/meeting/{week}/show", said).status_code == 302
    words = bob.get(url).content.decode()
    assert words.count("data-row") == 3 and "谈了平静" in words
    assert f'"/customers/{busy["平静"].pk}"' not in words
    change(busy["平静"], by=cast.ada, owner=cast.charlie, team=cast.south)
    words = bob.get(url).content.decode()
    assert words.count("data-row") == 3 and "平静" not in words and "谈了推进" in words
    assert client_of(cast.charlie).get(f"{url}&team={cast.east.pk}").status_code == 404
    verbs.end(begun, by=cast.mia, now=timezone.now())
    assert bob.get(url).status_code == 404
    own = client_of(cast.alice).get(url).content.decode()
    assert own.count("data-row") == 3 and "平静" not in own  # her own part, of it what is still hers


def test_a_figure_that_is_none_and_a_meeting_from_before_have_no_list(cast, begun, client_of, week):
    mia, url = client_of(cast.mia), f"/team/meeting/{week}/rep/{cast.alice.pk}/rows?team={cast.east.pk}&of="
    assert mia.get(url + "plan").status_code == mia.get(url).status_code == 404
    for item in begun.agenda["items"]:
        item.pop("rows", None)
    Meeting.objects.filter(pk=begun.pk).update(agenda=begun.agenda)
    page = mia.get(f"/team/meeting/{week}?team={cast.east.pk}&item={part_place(begun, cast.alice)}")
    assert page.status_code == 200 and not FIGURE.findall(page.content.decode())
    assert mia.get(url + "logs").status_code == 404


def test_deals_beyond_the_twelfth_are_listed_and_pages_hold_fifty(cast, now, week, django_assert_max_num_queries):
    for n in range(agenda.MOST + 53):
        make_deal(make_customer(cast.alice, now=now - 20 * DAY, name=f"静{n}"), amount=n)
    meeting = verbs.start(verbs.meeting_of(cast.east, week), by=cast.mia, now=now, attendees=[])
    part = meeting.agenda["items"][part_place(meeting, cast.alice)]
    deals = [item["deal"] for item in meeting.agenda["items"] if item["kind"] == "deal"]
    assert part["more"] == len(part["rows"]["more"]) > 50 and not set(deals) & set(part["rows"]["more"])
    Playbooks.load()
    with django_assert_max_num_queries(4):
        assert len(partrows.rows_behind(cast.mia, meeting, "more", part["rows"]["more"][:50])) == 50
