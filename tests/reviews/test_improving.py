"""Improvements (R42): owner, day and figure; what became of it is read from the months, never typed."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from core.periods import period_of, today
from reviews.closing import freeze, row_of
from reviews.improving import count_in, courses
from reviews.models import Improvement, Review
from reviews.scopes import Scope, survey
from tests.cast import key
from tests.reviews.test_bottleneck import CODES, Months, close

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def east(cast):
    return Scope("team", cast.east.pk)


@pytest.fixture
def made(cast, east):
    """Seven months in which 27 of 40 moved on; closed."""
    found = Months(cast.alice)
    for code in CODES[:6]:
        found.fill(code, 40, 27)
    found.fill(CODES[6], 40, 12, lost=9)
    close(CODES[:7], east)
    return found


def form(cast, made, **other):
    return {
        "scope": f"team-{cast.east.pk}", "text": "报价前先和技术部沟通方案", "measure": f"rate-{made.proposal.pk}",
        "owner": cast.alice.pk, "due_on": (today() + 20 * DAY).isoformat(), "key": key(),
    } | other


def plan(client, cast, made, **other):
    return client.post(reverse("reviews:improve", args=[CODES[6]]), form(cast, made, **other), follow=True)


@pytest.mark.proves("R42")
def test_it_has_an_owner_a_day_and_a_figure_and_its_owner_hears(cast, made, client_of):
    page = plan(client_of(cast.mia), cast, made).content.decode()
    one = Improvement.objects.get()
    assert (one.owner, one.made_by, one.metric, one.detail) == (cast.alice, cast.mia, "rate", str(made.proposal.pk))
    assert "报价前先和技术部沟通方案" in page and "30%" in page
    notice = Notification.objects.get(kind="reviews.planned")
    assert (notice.recipient, notice.subject, notice.group) == (cast.alice, one, "act")
    assert client_of(cast.alice).get(one.get_absolute_url()).status_code == 200
    assert Event.objects.filter(verb="reviews.planned", by=cast.mia).count() == 1
    assert one.history.get().history_user == cast.mia


@pytest.mark.proves("R42")
@pytest.mark.parametrize("missing", ["text", "measure", "owner", "due_on"])
def test_none_is_saved_without_one_of_the_four(cast, made, client_of, missing):
    answer = plan(client_of(cast.mia), cast, made, **{missing: ""})
    assert (answer.status_code, Improvement.objects.count()) == (422, 0)
    if missing != "text":
        assert "报价前先和技术部沟通方案" in answer.content.decode()  # nothing typed is lost


def test_a_day_gone_by_a_stranger_and_a_made_up_figure_are_refused(cast, made, client_of):
    client = client_of(cast.mia)
    wrong = [{"due_on": "2020-01-01"}, {"owner": cast.charlie.pk}, {"owner": cast.sam.pk}, {"measure": "rate-99999"},
             {"measure": "tag-won"}]
    for other in wrong:
        assert plan(client, cast, made, **other).status_code == 422, other
    assert plan(client_of(cast.alice), cast, made).status_code == 404  # the team's figures are not hers
    assert plan(client_of(cast.alice), cast, made, scope=f"person-{cast.alice.pk}").status_code == 403
    running = reverse("reviews:improve", args=[period_of("month", today()).code])
    assert client.post(running, form(cast, made)).status_code == 409
    assert Improvement.objects.count() == 0


@pytest.mark.proves("R42")
def test_the_months_since_say_what_became_of_it(cast, made, east, client_of):
    """Before is the month it was found in; after are all that closed since, each as its own report froze it."""
    client = client_of(cast.mia)
    plan(client, cast, made)
    one = Improvement.objects.get()
    told = courses([one])[0]
    assert (told.before.on, told.before.entered, told.since, told.beyond) == (12, 40, [], "")
    made.fill(CODES[7], 40, 28)
    close(CODES[7:8], east)
    told = courses([one])[0]
    assert (told.after.on, told.after.entered, told.beyond) == (28, 40, "better")
    rows = Review.objects.of(east).frozen().order_by("period").values_list("period", "figures")
    counted = {code: count_in(figures, one) for code, figures in rows}
    assert [(CODES[7], counted[CODES[7]])] == told.since
    page = client.get(one.get_absolute_url()).content.decode()
    lists = re.findall(r'<a class="num" href="(/reviews/rows[^"]+)"[^>]*>(\d+)</a>', page)
    assert len(lists) == 4
    for url, shown in lists:
        assert client.get(url.replace("&amp;", "&")).context["total"] == int(shown)
    next_month = client.get(f"{reverse('reviews:bottleneck', args=[CODES[7]])}?scope={east.code}").content.decode()
    assert "Better, beyond chance" in next_month
    assert "/reviews/rows" not in client_of(cast.alice).get(one.get_absolute_url()).content.decode()  # not her lists


def test_a_small_change_is_within_chance(cast, made, east):
    improvement = Improvement.objects.create(
        period=CODES[6], scope="team", scope_id=cast.east.pk, metric="rate", detail=str(made.proposal.pk), text="x",
        owner=cast.alice, due_on=today(), made_by=cast.mia, made_at=timezone.now(),
    )
    made.fill(CODES[7], 40, 15)
    close(CODES[7:8], east)
    assert courses([improvement])[0].beyond == ""


@pytest.mark.proves("R42")
def test_its_owner_says_what_became_of_it_once(cast, made, client_of):
    plan(client_of(cast.mia), cast, made)
    one = Improvement.objects.get()
    alice, url = client_of(cast.alice), one.get_absolute_url()
    said = {"state": "done", "outcome": "提前一周沟通，退回少了", "version": one.version}
    assert alice.post(url, said | {"outcome": "", "key": key()}).status_code == 422
    assert alice.post(url, said | {"key": key()}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.outcome, one.closed_at is not None) == ("done", "提前一周沟通，退回少了", True)
    assert Notification.objects.filter(kind="reviews.improved", recipient=cast.mia).count() == 1
    late = said | {"state": "dropped", "outcome": "没有用", "key": key()}
    assert client_of(cast.mia).post(url, late).status_code == 409  # she had it open before
    assert client_of(cast.bob).get(url).status_code == 404


def test_the_measure_by_tag_reads_the_months_too(cast, made, east):
    period = period_of("month", dt.date(2024, 7, 1))
    review = row_of(period, east)
    freeze(review, east, period, survey(), period.ends_at)
    review.refresh_from_db()
    line = next(line for line in review.figures["tags"] if line["from"] == "prospect")
    one = Improvement(period=period.code, scope="team", scope_id=cast.east.pk, metric="tag", detail="prospect")
    assert count_in(review.figures, one).entered == line["entered"]
