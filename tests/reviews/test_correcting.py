"""Frozen figures never change: a correction is a new version beside them, and its readers hear of it."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse

from activity.mailing import deliver_all
from activity.models import Notification
from pipeline.models import StageProgress
from reviews.closing import close_period
from reviews.models import Edition, Review
from tests.cast import key, make_request
from tests.reviews.test_pages import numbers
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH, NOW = "2024-03", moment(dt.date(2024, 4, 1), 0, 40)
LATER = moment(dt.date(2024, 4, 8), 10)
PAGE = f"/reviews/month/{MARCH}"


def recount(client, scope, seen=1, reason="上海的赢单记错了"):
    said = {"scope": scope, "reason": reason, "seen": seen, "key": key()}
    return client.post(reverse("reviews:recount", args=[MARCH]), said)


def lists_match(client, page):
    counted = 0
    for url, text in numbers(page):
        if re.fullmatch(r"[\d,]+", text):
            assert client.get(url).context["total"] == int(text.replace(",", "")), url
            counted += 1
    return counted


@pytest.mark.proves("D31", "REL4")
def test_a_correction_stands_beside_what_was_frozen(cast, client_of, time_machine):
    World(cast, 3, customers=24)
    time_machine.move_to(LATER, tick=False)
    close_period("month", MARCH, now=NOW)
    scope = f"team-{cast.east.pk}"
    mia, frozen = client_of(cast.mia), list(Review.objects.order_by("pk").values_list("figures", "as_of"))
    assert recount(mia, scope).status_code == 409  # nothing has changed since
    first = mia.get(f"{PAGE}?scope={scope}").content.decode()
    StageProgress.objects.filter(stage__kind="won", voided_at=None).update(voided_at=LATER - dt.timedelta(hours=1))
    assert mia.get(f"{PAGE}?scope={scope}").content.decode().count('class="num"') == first.count('class="num"')
    assert recount(client_of(cast.nadia), scope).status_code == 404
    assert recount(client_of(cast.alice), f"person-{cast.alice.pk}").status_code == 403
    assert recount(mia, scope, reason="").status_code == 422
    assert recount(mia, scope).status_code == 302
    assert recount(mia, scope).status_code == 409  # he had seen version 1
    edition = Edition.objects.get()
    assert (edition.number, edition.made_by, edition.review.scope_id) == (2, cast.mia, cast.east.pk)
    close_period("month", MARCH, now=LATER + dt.timedelta(days=1))
    assert list(Review.objects.order_by("pk").values_list("figures", "as_of")) == frozen
    new, old = (mia.get(f"{PAGE}?scope={scope}{more}").content.decode() for more in ("", "&edition=1"))
    assert [text for _url, text in numbers(old)] == [text for _url, text in numbers(first)]
    assert [text for _url, text in numbers(new)] != [text for _url, text in numbers(old)]
    assert all(("edition=1" in url) for url, _text in numbers(old))
    assert lists_match(mia, new) > 15
    assert lists_match(mia, old) > 15
    assert "version 2 of 2" in new
    assert "上海的赢单记错了" in new
    assert "version 1 of 2" in old
    for more in ("&edition=3", "&edition=0", "&edition=x"):
        assert mia.get(f"{PAGE}?scope={scope}{more}").status_code == 404


@pytest.mark.proves("D31", "REL4")
def test_the_reports_that_contain_it_are_counted_again_with_it(cast, client_of, time_machine):
    """As far as whoever does it may correct them; each is a version of its own, and one that is the same stays."""
    World(cast, 3, customers=24)
    time_machine.move_to(LATER, tick=False)
    close_period("month", MARCH, now=NOW)
    deal = StageProgress.objects.filter(stage__kind="won", voided_at=None, deal__customer__team=cast.east).first()
    StageProgress.objects.filter(pk=deal.pk).update(voided_at=LATER - dt.timedelta(hours=1))
    scope, ada = f"team-{cast.east.pk}", client_of(cast.ada)
    page = ada.get(f"{PAGE}?scope={scope}").content.decode()
    assert "Count Sales, Company again as well" in page
    assert 'name="also"' not in client_of(cast.mia).get(f"{PAGE}?scope={scope}").content.decode()
    said = {"scope": scope, "reason": "x", "seen": 1, "also": "on", "key": key()}
    assert ada.post(reverse("reviews:recount", args=[MARCH]), said).status_code == 302
    made = {(one.review.scope, one.review.scope_id): one for one in Edition.objects.select_related("review")}
    assert set(made) == {("team", cast.east.pk), ("department", cast.sales.pk), ("company", 0)}
    assert {one.number for one in made.values()} == {2}
    won = {kind: one.figures["won"]["count"] for (kind, _pk), one in made.items()}
    south = Review.objects.get(scope="team", scope_id=cast.south.pk, period=MARCH).figures["won"]["count"]
    assert won["company"] == won["department"] == won["team"] + south  # they add up
    seen = 2
    assert recount(ada, scope, seen=seen).status_code == 409  # nothing new
    assert Edition.objects.count() == 3


@pytest.mark.proves("D31", "M10")
def test_what_was_asked_of_a_department_is_counted_again_by_its_head(cast, client_of, time_machine):
    World(cast, 3, customers=24)
    time_machine.move_to(LATER, tick=False)
    close_period("month", MARCH, now=NOW)
    scope, sam = f"department-{cast.legal.pk}", client_of(cast.sam)
    before = numbers(sam.get(f"{PAGE}?scope={scope}").content.decode())
    request = make_request(cast.alice, cast.legal, now=moment(dt.date(2024, 3, 20), 10))
    assert 'id="recount"' in sam.get(f"{PAGE}?scope={scope}").content.decode()
    tess = client_of(cast.tess)
    assert recount(tess, f"department-{cast.tech.pk}").status_code == 403  # she does not head hers
    assert 'id="recount"' not in tess.get(f"{PAGE}?scope=department-{cast.tech.pk}").content.decode()
    assert recount(tess, scope).status_code == 404
    assert recount(sam, scope).status_code == 302
    edition = Edition.objects.get()
    old = Review.objects.get(pk=edition.review_id).figures["requests"]["asked"]
    assert edition.made_by == cast.sam and edition.figures["requests"]["asked"] == old + 1
    new, first = (sam.get(f"{PAGE}?scope={scope}{more}").content.decode() for more in ("", "&edition=1"))
    assert [text for _url, text in numbers(first)] == [text for _url, text in before]
    assert lists_match(sam, new) and lists_match(sam, first)
    assert request.asked_at < NOW and recount(client_of(cast.ada), scope, seen=2).status_code == 409


@pytest.mark.proves("REL18")
def test_its_readers_are_told_once_with_the_new_text(cast, client_of, time_machine):
    World(cast, 3, customers=24)
    time_machine.move_to(LATER, tick=False)
    close_period("month", MARCH, now=NOW)
    deliver_all(now=moment(dt.date(2024, 4, 1), 9))
    mail.outbox.clear()
    StageProgress.objects.filter(stage__kind="won", voided_at=None).update(voided_at=LATER - dt.timedelta(hours=1))
    assert recount(client_of(cast.ada), f"team-{cast.east.pk}").status_code == 302
    notice = Notification.objects.get(kind="reviews.corrected")
    assert notice.recipient == cast.mia
    for _ in range(2):
        deliver_all(now=LATER + dt.timedelta(days=1))
    assert [letter.to for letter in mail.outbox] == [[cast.mia.email]]
    body = mail.outbox[0].body
    assert "The monthly review March 2024 was corrected: version 2" in mail.outbox[0].subject
    assert "version 2 of 2\nCounted again: 上海的赢单记错了" in body
    assert f"{PAGE}?scope=team-{cast.east.pk}&edition=1" in body
    assert "Deals won 0" in body
