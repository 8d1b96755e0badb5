"""Entry discipline (M2, R24, D25): true to the minute, nobody accused wrongly. Walked through a rep's own form."""

import datetime as dt
import uuid
from statistics import median

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.arranging import add_leave
from accounts.models import CompanyDay, Leave
from activity.models import Event
from core.periods import period_of, today, zone
from customers import owing, steps
from customers.correcting import correct, edit
from customers.models import FollowUp, Owed
from customers.promptness import Judge, with_leave
from reviews.pace import pace_of
from reviews.scopes import Scope
from tests.cast import key, make_customer, make_log
from tests.customers.moments import MARCH_1, at

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """clock(moment): the product's views now live at that moment; nothing of ours is replaced, only the clock."""

    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return set_to


def pace(person, now):
    return pace_of(Scope("person", person.pk), now=now)


def counts(found):
    return {band.name: band.count for band in found.bands}


def lag(talk):
    return Judge.load().lag_of(with_leave(FollowUp.objects.filter(pk=talk.pk)).get())


def post(client, customer, **more):
    data = {"customer": customer.pk, "text": "谈了方案", "methods": "visit", "outcome": "talked", "time": "now",
            "next": "none", "reason": "other", "key": key()} | more
    response = client.post(reverse("customers:log"), data)
    assert response.status_code == 302, response.content.decode()[:3000]
    return FollowUp.objects.latest("pk")


@pytest.mark.proves("M2", "R24")
def test_a_two_hour_visit_is_late_only_half_an_hour_after_its_end(cast, client_of, clock):
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    steps.plan(customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4), due_time=dt.time(14), is_visit=True)
    assert owing.owe_visits(now=at(2024, 3, 4, 15, 59), hours=2) == []  # still there: nothing is owed
    owing.owe_visits(now=at(2024, 3, 4, 16, 10), hours=2)
    owed = Owed.objects.get()
    assert (owed.started_at, owed.ended_at) == (at(2024, 3, 4, 14), at(2024, 3, 4, 16))
    clock(at(2024, 3, 4, 16, 25))
    talk = post(client, customer, owed=owed.pk)
    assert (talk.happened_at, lag(talk)) == (at(2024, 3, 4, 16), 25 * MINUTE)
    assert counts(pace(cast.alice, at(2024, 3, 4, 18))) == {"in_time": 1, "two_hours": 0, "same_day": 0, "later": 0}


@pytest.mark.proves("M2", "R24")
def test_a_visit_that_ran_longer_is_said_to_have_just_ended(cast, client_of, clock):
    """Planned two hours, took three and a half: 刚结束 is true, the planned end is not."""
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    steps.plan(customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4), due_time=dt.time(14), is_visit=True)
    owing.owe_visits(now=at(2024, 3, 4, 16, 10), hours=2)
    clock(at(2024, 3, 4, 17, 35))
    talk = post(client, customer, owed=Owed.objects.get().pk, time="pick", at="2024-03-04T17:30")
    assert (talk.happened_at, lag(talk)) == (at(2024, 3, 4, 17, 30), 5 * MINUTE)


@pytest.mark.proves("M2", "R24")
def test_five_visits_logged_on_the_way_home(cast, client_of, clock):
    """Each has its own end; only what is later than half an hour is late, by exactly so much."""
    client = client_of(cast.alice)
    for number, hour in enumerate((8, 10, 12, 14, 16)):
        customer = make_customer(cast.alice, now=MARCH_1, name=f"客户{number}")
        steps.plan(
            customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4), due_time=dt.time(hour), is_visit=True
        )
    now = clock(at(2024, 3, 4, 18, 20))
    owing.owe_visits(now=now, hours=2)
    for owed in Owed.objects.order_by("started_at"):
        late = now - owed.ended_at > 30 * MINUTE
        post(client, owed.customer, owed=owed.pk, time="tap" if late else "now")
    lags = [lag(talk) for talk in FollowUp.objects.order_by("happened_at")]
    assert lags == [now - at(2024, 3, 4, hour) for hour in (10, 12, 14, 16, 18)]
    found = pace(cast.alice, now)
    assert counts(found) == {"in_time": 1, "two_hours": 0, "same_day": 4, "later": 0}
    assert (found.timed, found.share, found.median) == (5, 0.2, 260.0)
    assert not Owed.objects.open().exists()
    assert FollowUp.objects.filter(customer__last_contact_on=dt.date(2024, 3, 4)).count() == 5


@pytest.mark.proves("M2")
def test_a_part_of_the_day_is_neither_in_time_nor_late(cast, client_of, clock):
    client = client_of(cast.alice)
    now = clock(at(2024, 3, 5, 19))
    for number, word in enumerate(("morning", "afternoon", "yesterday")):
        post(client, make_customer(cast.alice, now=MARCH_1, name=f"客户{number}"), time=word)
    found = pace(cast.alice, now)
    assert (found.timed, found.share, found.day_only) == (0, None, 3)


@pytest.mark.proves("M2", "R24")
def test_a_call_never_answered_accuses_nobody(cast, client_of, clock):
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    owing.tap(cast.alice, customer, "phone", now=at(2024, 3, 4, 10))
    owing.end(cast.alice, customer, now=at(2024, 3, 4, 10, 1))
    now = clock(at(2024, 3, 4, 17))
    talk = post(client, customer, owed=Owed.objects.get().pk, time="tap", outcome="no_answer", text="")
    assert (talk.happened_at, lag(talk)) == (at(2024, 3, 4, 10, 1), None)
    assert pace(cast.alice, now).has_any is False
    customer.refresh_from_db()
    assert (customer.tries, customer.last_contact_on) == (1, None)


@pytest.mark.proves("M2")
def test_a_tapped_call_ends_when_the_page_is_seen_again(cast, client_of, clock):
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    owing.tap(cast.alice, customer, "phone", now=at(2024, 3, 4, 10))
    owing.end(cast.alice, customer, now=at(2024, 3, 4, 10, 50))  # a call of fifty minutes
    clock(at(2024, 3, 4, 11, 5))
    talk = post(client, customer, owed=Owed.objects.get().pk)
    assert (talk.happened_at, lag(talk)) == (at(2024, 3, 4, 10, 50), 15 * MINUTE)


@pytest.mark.proves("M2")
def test_a_week_of_holidays(cast):
    """National Day 2024: 1 to 7 October. A customer rings in the holidays; it is written down after them."""
    customer = make_customer(cast.alice, now=at(2024, 9, 27))
    talk = make_log(customer, happened_at=at(2024, 10, 3, 20), now=at(2024, 10, 8, 9, 30))
    assert lag(talk) is None
    found = pace(cast.alice, at(2024, 10, 8, 18))
    assert (found.timed, found.share, found.before) == (0, None, None)  # no share of nothing, not 0 %
    own = make_log(customer, happened_at=at(2024, 10, 8, 9), now=at(2024, 10, 8, 9, 40))
    assert lag(own) == 40 * MINUTE
    CompanyDay.objects.create(day=dt.date(2024, 10, 8), works=False, name="厂休")
    assert lag(own) is None


@pytest.mark.proves("M2")
def test_leave_is_respected(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    add_leave(Leave(user=cast.alice, first=dt.date(2024, 3, 5), last=dt.date(2024, 3, 6)), by=cast.alice, now=MARCH_1)
    away = make_log(customer, happened_at=at(2024, 3, 5, 23, 30), now=at(2024, 3, 7, 9))
    back = make_log(customer, happened_at=at(2024, 3, 7, 0, 10), now=at(2024, 3, 7, 9))
    assert (lag(away), lag(back)) == (None, 530 * MINUTE)
    assert Judge.load().lag_of(away) is None  # the same without the annotation
    assert counts(pace(cast.alice, at(2024, 3, 7, 10))) == {"in_time": 0, "two_hours": 0, "same_day": 1, "later": 0}


@pytest.mark.proves("M2")
def test_imports_are_not_late_entries(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    talk = make_log(customer, happened_at=at(2024, 3, 4), now=at(2024, 3, 6), source="import")
    assert lag(talk) is None
    assert pace(cast.alice, at(2024, 3, 6, 18)).has_any is False


@pytest.mark.proves("M2")
def test_a_correction_is_not_a_late_entry(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    talk = make_log(customer, happened_at=at(2024, 3, 4, 10), now=at(2024, 3, 4, 10, 5))
    fixed = correct(talk, by=cast.alice, now=at(2024, 3, 6), text="更正")
    assert (lag(talk), lag(fixed)) == (5 * MINUTE, None)
    assert counts(pace(cast.alice, at(2024, 3, 6, 18)))["in_time"] == 1


@pytest.mark.proves("M2", "R24")
def test_back_dating_is_visible_and_not_punished(cast, client_of):
    """The end of the conversation may be set right for a day; both times stay in the audit, the figure follows."""
    customer = make_customer(cast.alice, now=MARCH_1)
    talk = make_log(customer, happened_at=at(2024, 3, 4, 10), now=at(2024, 3, 4, 15))
    edit(talk, by=cast.alice, now=at(2024, 3, 4, 16), expect=1, happened_at=at(2024, 3, 4, 14, 50))
    event = customer_events(customer, "customers.edited_log").get()
    times = [dt.datetime.fromisoformat(event.data[name]) for name in ("from", "to")]
    assert (event.by, times) == (cast.alice, [at(2024, 3, 4, 10), at(2024, 3, 4, 14, 50)])
    talk.refresh_from_db()
    assert (talk.edited_at, lag(talk)) == (at(2024, 3, 4, 16), 10 * MINUTE)
    page = client_of(cast.alice).get(reverse("customer", args=[customer.pk])).content.decode()
    assert "edited" in page
    assert "Logged within 30 min" in page


def customer_events(customer, verb):
    return Event.objects.about_customer(customer).filter(verb=verb)


@pytest.mark.proves("M2")
def test_a_kept_text_carries_its_own_time(cast, client_of, clock):
    """Typed on Monday at 10:05, found again on Tuesday: "just now" was said on Monday."""
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    now = clock(at(2024, 3, 5, 9))
    talk = post(client, customer, kept_at="2024-03-04T02:05:00.000Z")
    typed = at(2024, 3, 4, 10, 5)
    assert (talk.happened_at, talk.draft_started_at, talk.source) == (typed, typed, "form")
    assert counts(pace(cast.alice, now))["later"] == 1  # kept is not yet written down
    customer.refresh_from_db()
    assert customer.last_contact_on == dt.date(2024, 3, 4)


def device(person, customer, now, pressed, **more):
    """What a device sends of a log it kept; its own clock says when Save was pressed and when it was sent."""
    clock = {name: round(moment.timestamp() * 1000) for name, moment in (("pressed_at", pressed), ("sent_at", now))}
    return {"customer": customer.pk, "text": "谈了方案", "methods": "phone", "next": "none", "reason": "other",
            "time": "now", "kept_for": person.pk, "client_uuid": str(uuid.uuid4()), "key": key()} | clock | more


@pytest.mark.proves("M2")
def test_a_log_pressed_without_a_net_counts_from_its_press(cast, client_of, clock):
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    now = clock(at(2024, 3, 4, 18))
    sent = device(cast.alice, customer, now, at(2024, 3, 4, 10, 20), time="pick", at="2024-03-04T10:00")
    assert client.post(reverse("customers:log_kept"), sent).status_code == 200
    talk = FollowUp.objects.get()
    assert (talk.source, talk.entered_at, lag(talk)) == ("offline", now, 20 * MINUTE)
    assert counts(pace(cast.alice, now))["in_time"] == 1
    page = client.get(reverse("customer", args=[customer.pk])).content.decode()
    assert "saved offline at 10:20" in page  # visible
    switches.set("in_time_minutes", 15, by=cast.ada, now=now)
    assert counts(pace(cast.alice, now)) == {"in_time": 0, "two_hours": 1, "same_day": 0, "later": 0}


@pytest.mark.parametrize("pressed", ["gestern", "", "9" * 30])
def test_a_made_up_time_of_a_press_is_ignored(cast, client_of, clock, pressed):
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    now = clock(at(2024, 3, 4, 18))
    sent = device(cast.alice, customer, now, now) | {"pressed_at": pressed}
    assert client.post(reverse("customers:log_kept"), sent).status_code == 200
    talk = FollowUp.objects.get()
    assert (talk.happened_at, talk.source) == (now, "offline")


@pytest.mark.parametrize("kept", ["2024-03-04T10:30:00Z", "2024-02-20T00:00:00Z"])
def test_a_made_up_time_of_a_kept_text_is_ignored(cast, client_of, clock, kept):
    customer, client = make_customer(cast.alice, now=MARCH_1), client_of(cast.alice)
    now = clock(at(2024, 3, 4, 18))
    talk = post(client, customer, kept_at=kept, offline="1")  # a form may say what it likes: it is an ordinary log
    assert (talk.happened_at, talk.source, talk.draft_started_at) == (now, "form", None)


# --- the figure on the pages ------------------------------------------------------------------------------------------
def recount(talks, limit=30):
    """The bands by plain arithmetic over rows, without the product's own reading."""
    lags, bands = [], {"in_time": 0, "two_hours": 0, "same_day": 0, "later": 0}
    for talk in talks:
        minutes = (talk.entered_at - talk.happened_at).total_seconds() / 60
        same = talk.entered_at.astimezone(zone()).date() == talk.happened_at.astimezone(zone()).date()
        name = "in_time" if minutes <= limit else "two_hours" if minutes <= 120 else "same_day" if same else "later"
        bands[name] += 1
        lags.append(minutes)
    return bands, round(median(lags), 1) if lags else None


@pytest.mark.proves("M2", "R24")
def test_every_figure_is_recounted_and_leads_to_its_rows(cast, client_of, clock):
    now = clock(at(2024, 3, 8, 17))
    minutes = [1, 29, 30, 31, 90, 120, 121, 300, 1500, 4000]
    for person, take in ((cast.alice, minutes), (cast.bob, minutes[:4])):
        customer = make_customer(person, now=MARCH_1, name=f"客户{person.pk}")
        for number, lag_minutes in enumerate(take):
            happened = at(2024, 3, 4, 9, number)
            make_log(customer, by=person, happened_at=happened, now=happened + lag_minutes * MINUTE)
    start = at(2024, 3, 4, 0)
    for viewer, scope, talks in (
        (cast.alice, f"person-{cast.alice.pk}", FollowUp.objects.filter(talked_by=cast.alice)),
        (cast.mia, f"team-{cast.east.pk}", FollowUp.objects.filter(customer__team=cast.east)),
    ):
        bands, middle = recount(talks.filter(happened_at__gte=start))
        found = pace_of(Scope(*_split(scope)), now=now)
        assert (counts(found), found.median) == (bands, middle)
        client = client_of(viewer)
        page = client.get(reverse("reviews:pace"), {"scope": scope}, HTTP_HX_REQUEST="true")
        assert page.status_code == 200
        for band in found.bands:
            assert band.url.replace("&", "&amp;") in page.content.decode()
            rows = client.get(band.url)
            assert (rows.context["total"], rows.status_code) == (bands[band.name], 200)
    week = period_of("week", today(now)).code
    report = client_of(cast.alice).get(reverse("reviews:week", args=[week])).context["reading"].figures["talks"]
    mine = pace(cast.alice, now)
    assert (report["timed"], report["in_time"], report["share"]) == (10, 3, mine.share)  # one truth with the report


def _split(code):
    kind, pk = code.split("-")
    return kind, int(pk)


@pytest.mark.proves("M2", "R24")
def test_the_rep_sees_his_own_the_manager_the_teams(cast, client_of, clock):
    clock(at(2024, 3, 8, 17))
    address = reverse("reviews:pace")
    assert f"{address}?scope=person-{cast.alice.pk}" in client_of(cast.alice).get(reverse("today")).content.decode()
    assert address in client_of(cast.mia).get(reverse("team")).content.decode()
    alice = {"scope": f"person-{cast.alice.pk}"}
    mia = client_of(cast.mia)
    assert client_of(cast.alice).get(address, alice).status_code == 200
    assert mia.get(address, alice).status_code == 404
    assert client_of(cast.bob).get(address, alice).status_code == 404
    make_log(make_customer(cast.alice, now=MARCH_1), happened_at=at(2024, 3, 8, 10), now=at(2024, 3, 8, 10, 5))
    team = {"scope": f"team-{cast.east.pk}"}
    assert "李强" not in mia.get(address, team, HTTP_HX_REQUEST="true").content.decode()
    week = period_of("week", today(at(2024, 3, 8, 17))).code
    listed = f"{reverse('reviews:rows')}?period={week}&scope=team-{cast.east.pk}&of="
    one = f"in_time&person={cast.alice.pk}"
    assert (mia.get(f"{listed}in_time").status_code, mia.get(listed + one).status_code) == (200, 404)
    switches.set("rep_share_shown", True, by=cast.ada, now=MARCH_1)
    panel = mia.get(address, team, HTTP_HX_REQUEST="true").content.decode()
    assert "李强" in panel and f"&amp;person={cast.alice.pk}\"" in panel
    assert mia.get(listed + one).context["total"] == 1
    assert mia.get(f"{listed}timed&person={cast.alice.pk}").context["total"] == 1
    assert mia.get(address, alice).status_code == 200
