"""A period closes once for everybody, catches up what was missed, and tells its readers once."""

import datetime as dt
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from activity.models import Notification
from core.periods import period_of, read_period, today
from reviews import tasks  # noqa: F401
from reviews.closing import StillOpen, close_missed, close_period, missed
from reviews.models import OpeningDeal, Review
from reviews.opening import take_opening
from tests.reviews.world import World, moment

MARCH = "2024-03"
NOW = moment(dt.date(2024, 4, 1), 0, 40)


@pytest.mark.django_db
@pytest.mark.proves("R63")
def test_closing_twice_is_closing_once(cast):
    World(cast, 1)
    first = close_period("month", MARCH, now=NOW)
    rows = list(Review.objects.order_by("pk").values("pk", "figures", "as_of", "version", "scope", "scope_id"))
    again = close_period("month", MARCH, now=NOW + dt.timedelta(hours=2))
    assert list(Review.objects.order_by("pk").values("pk", "figures", "as_of", "version", "scope", "scope_id")) == rows
    assert (first["frozen"], again["frozen"]) == (len(rows), 0)
    scopes = {(row["scope"], row["scope_id"]) for row in rows}
    sellers = [cast.alice, cast.bob, cast.charlie, cast.mia, cast.nadia, cast.grace, cast.dora]
    places = [cast.sales, cast.legal, cast.tech, cast.finance, cast.production]
    assert scopes == {
        ("company", 0), ("team", cast.east.pk), ("team", cast.south.pk), *(("person", p.pk) for p in sellers),
        *(("department", d.pk) for d in places),
    }


@pytest.mark.django_db
@pytest.mark.proves("REL18")
def test_readers_hear_once_about_the_review_they_open(cast):
    World(cast, 2)
    for _ in range(3):
        told = close_period("month", MARCH, now=NOW)["told"]
    notices = {n.recipient: n.subject for n in Notification.objects.filter(kind="reviews.closed")}
    assert Notification.objects.filter(kind="reviews.closed").count() == len(notices) == told
    assert (notices[cast.alice].scope, notices[cast.alice].scope_id) == ("person", cast.alice.pk)
    assert (notices[cast.mia].scope, notices[cast.mia].scope_id) == ("team", cast.east.pk)
    assert (notices[cast.grace].scope, notices[cast.grace].scope_id) == ("department", cast.sales.pk)
    assert (notices[cast.sam].scope, notices[cast.sam].scope_id) == ("department", cast.legal.pk)
    assert cast.ada not in notices and cast.ian not in notices
    for person, review in notices.items():
        assert Review.objects.visible_to(person).filter(pk=review.pk).exists(), person


@pytest.mark.django_db
def test_an_open_period_or_a_wrong_code_is_refused(cast):
    with pytest.raises(StillOpen):
        close_period("month", MARCH, now=NOW - dt.timedelta(hours=2))
    with pytest.raises(ValueError, match="is not a week"):
        close_period("week", MARCH, now=NOW)
    assert Review.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.proves("REL5")
def test_what_was_missed_is_made_up_for(cast):
    assert close_missed("week", now=NOW) == {"closed": [], "frozen": 0, "told": 0}  # an empty house
    World(cast, 3, customers=3, first=dt.date(2024, 3, 12), last=dt.date(2024, 3, 28))
    assert [p.code for p in missed("month", NOW)] == ["2024-03"]
    closed = close_missed("week", now=NOW)["closed"]
    assert closed[-1] == "2024-W13"
    assert closed == sorted(closed)
    assert len(closed) <= 8
    assert close_missed("week", now=NOW)["frozen"] == 0
    later = moment(dt.date(2024, 4, 22), 0, 30)
    assert close_missed("week", now=later)["closed"] == ["2024-W14", "2024-W15", "2024-W16"]
    newest = {n.data["period"] for n in Notification.objects.filter(kind="reviews.closed")}
    assert newest == {"2024-W13", "2024-W16"}


@pytest.mark.django_db
def test_the_version_after_sixty_days_is_frozen_then(cast):
    World(cast, 4)
    close_period("month", "2024-02", now=moment(dt.date(2024, 3, 1), 0, 40))
    close_period("month", MARCH, now=NOW)
    assert set(Review.objects.values_list("matured", flat=True)) == {None}
    close_period("month", "2024-04", now=moment(dt.date(2024, 5, 1), 0, 40))
    sales = Review.objects.exclude(scope="department")
    assert {r.period for r in sales if r.matured} == {"2024-02"}
    kept = {r.pk: r.matured for r in Review.objects.all()}
    assert all(r.matured["period"] == "2024-02" for r in sales if r.matured)
    close_period("month", "2024-04", now=moment(dt.date(2024, 5, 2)))
    assert {r.pk: r.matured for r in Review.objects.all()} == kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.proves("REL4")
def test_two_workers_at_once_make_one_review(cast):
    World(cast, 5, customers=3)
    start, errors = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            close_period("month", MARCH, now=NOW)
        except Exception as problem:  # noqa: BLE001  (any failure of a worker fails the test)
            errors.append(problem)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    keys = list(Review.objects.values_list("scope", "scope_id"))
    assert len(keys) == len(set(keys)) > 8
    assert not Review.objects.filter(as_of=None).exists()
    assert {r.version for r in Review.objects.all()} == {2}


@pytest.mark.django_db
def test_the_commands_do_the_same(cast):
    World(cast, 6, customers=3)
    out = StringIO()
    call_command("build_weekly_review", week="2024-W10", stdout=out)
    assert '"period": "2024-W10"' in out.getvalue()
    call_command("build_monthly_review", month=MARCH, stdout=out)
    assert Review.objects.filter(kind="month", period=MARCH, as_of__isnull=False).exists()
    for name, option in (("build_weekly_review", {"week": "x"}), ("build_monthly_review", {"month": "2024-W10"})):
        with pytest.raises(CommandError):
            call_command(name, **option, stdout=StringIO())
    running = period_of("month", today(timezone.now())).code
    with pytest.raises(CommandError):
        call_command("build_monthly_review", month=running, stdout=StringIO())


@pytest.mark.django_db
@pytest.mark.proves("R36")
def test_the_opening_of_a_month_is_taken_once(cast):
    World(cast, 8)
    first = take_opening(now=NOW)
    rows = list(OpeningDeal.objects.order_by("deal_id").values_list("deal_id", "stage_id", "amount"))
    assert first == {"period": "2024-04", "taken": len(rows)}
    assert rows
    starts = read_period("2024-04").starts_at
    for deal, stage, _amount in rows:
        stay = OpeningDeal.objects.get(deal=deal).deal.stays.filter(stage=stage, entered_at__lt=starts)
        assert stay.exists()
    assert take_opening(now=NOW + dt.timedelta(days=9)) == {"period": "2024-04", "taken": 0}
    assert OpeningDeal.objects.count() == len(rows)
