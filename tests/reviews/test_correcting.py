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
from tests.cast import key
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
