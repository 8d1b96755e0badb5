"""A lead without an owner or without a word near its 24 hours is a hand-over with a clock and a holder (R4, R11)."""

import datetime as dt

import pytest

from activity import topics
from activity.models import Notification
from collaboration import firstcontact, verbs
from collaboration.firstcontact import waiting
from customers.models import Customer
from salesflow.teamhome import team_home
from tests.cast import make_customer, make_log
from tests.collaboration.world import FRIDAY, TUESDAY, WEDNESDAY, ask

pytestmark = pytest.mark.django_db
NOON = TUESDAY + dt.timedelta(hours=3)  # Tuesday 12:00: the 24 hours are over on Wednesday at 12
HOUR = dt.timedelta(hours=1)


def told():
    rows = Notification.objects.filter(kind=firstcontact.KIND).order_by("pk")
    return [(row.recipient.username, row.key.split(" → ")[0].split()[-1]) for row in rows]


@pytest.mark.proves("R4", "R11")
def test_the_owner_hears_four_hours_before_and_his_manager_two(cast):
    make_customer(cast.alice, now=NOON)
    assert firstcontact.remind(now=NOON + 3 * HOUR) == 0, "more than four working hours are left"
    for _twice in range(2):
        firstcontact.remind(now=NOON + 5 * HOUR)
    assert told() == [("alice", "4h")]
    firstcontact.remind(now=WEDNESDAY + HOUR)
    assert told()[1:] == [("alice", "2h"), ("mia", "2h")]
    firstcontact.remind(now=WEDNESDAY + 6 * HOUR)
    assert told()[3:] == [("alice", "late"), ("mia", "late")]
    assert firstcontact.remind(now=WEDNESDAY.replace(hour=23)) == 0, "in working hours only"


@pytest.mark.proves("R4", "R11")
def test_without_an_owner_it_lies_with_the_manager_of_its_team(cast, client_of):
    customer = make_customer(cast.alice, now=NOON)
    Customer.objects.filter(pk=customer.pk).update(owner=None)
    (lead,) = waiting(Customer.objects.all(), now=WEDNESDAY + HOUR)
    assert (lead.holder, lead.is_late, lead.minutes) == (cast.mia, False, 120)
    firstcontact.remind(now=WEDNESDAY + HOUR)
    assert told() == [("mia", "2h")]
    lines = [line for line in team_home(cast.mia, WEDNESDAY + HOUR).decisions if line.kind == "unassigned"]
    assert [(line.customer, line.late) for line in lines] == [(customer, False)], "once, with its clock"
    assert "2" in lines[0].words
    assert not team_home(cast.nadia, WEDNESDAY + HOUR).decisions


def test_a_word_ends_it_and_takes_the_message_back(cast):
    customer = make_customer(cast.alice, now=NOON)
    firstcontact.remind(now=WEDNESDAY + HOUR)
    make_log(customer, by=cast.alice, now=WEDNESDAY + HOUR)
    assert waiting(Customer.objects.all(), now=WEDNESDAY + 2 * HOUR) == []
    assert topics.withdraw_over(now=WEDNESDAY + 2 * HOUR) == 2


def test_a_lead_of_friday_is_said_on_friday_and_an_old_or_imported_one_never(cast):
    make_customer(cast.alice, now=FRIDAY + 5 * HOUR)
    make_customer(cast.alice, now=FRIDAY - dt.timedelta(days=9), name="远洋制造")
    assert firstcontact.remind(now=FRIDAY + 6 * HOUR) == 1
    assert told() == [("alice", "4h")]


def test_a_lead_marketing_handed_over_runs_from_when_it_was_asked_for(cast):
    request = ask(cast.tess, cast.sales, code="lead", now=TUESDAY, customer_name="星澜科技")
    verbs.accept(request, by=cast.mia, person=cast.alice, now=TUESDAY + 6 * HOUR)
    (lead,) = waiting(Customer.objects.all(), now=WEDNESDAY + HOUR)
    assert (lead.due, lead.is_late) == (TUESDAY + dt.timedelta(days=1), True)
