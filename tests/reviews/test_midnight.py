"""Half past midnight on the first belongs to the new month, whatever the server's clock says (B50, REL10)."""

import datetime as dt
import re

import pytest

from core.periods import at, read_period
from customers.flagging import flag_stale
from customers.models import Customer
from pipeline.moving import move_to
from reviews.figures import monthly, weekly
from reviews.scopes import COMPANY
from salesflow.teamhome import team_home
from tests.cast import make_customer, make_log

FIRST = dt.date(2026, 3, 1)  # a Sunday
HALF_PAST = at(FIRST, dt.time(0, 30))  # 28 February, 16:30 in UTC
DAY = dt.timedelta(days=1)


@pytest.mark.proves("B50")
@pytest.mark.django_db
def test_half_past_midnight_on_the_first_is_the_new_month_everywhere(cast, client_of, time_machine):
    time_machine.move_to(HALF_PAST, tick=False)
    assert HALF_PAST.astimezone(dt.UTC).date() == FIRST - DAY
    customer = make_customer(cast.alice, now=HALF_PAST, name="子夜科技")
    deal = customer.deals.get()
    make_log(customer, happened_at=HALF_PAST - dt.timedelta(minutes=5), now=HALF_PAST)
    move_to(deal, deal.playbook.stages.filter(kind="open").order_by("position")[1], by=cast.alice, now=HALF_PAST)
    customer.refresh_from_db()
    assert (customer.last_contact_on, customer.quiet_since) == (FIRST, FIRST)

    march, february = (
        monthly(read_period(code), COMPANY, as_of=HALF_PAST + DAY) for code in ("2026-03", "2026-02")
    )
    assert (march["balance"]["total"]["new"], february["balance"]["total"]["new"]) == (1, 0)
    assert (march["new_customers"]["value"], february["new_customers"]["value"]) == (1, 0)
    assert [line["entered"] for line in march["rates"]][:2] == [1, 1]
    assert sum(line["entered"] for line in february["rates"]) == 0
    week = weekly(read_period("2026-W09"), COMPANY, as_of=HALF_PAST + DAY)
    assert (week["talks"]["total"], week["moves"]["new"]) == (1, 1)

    time_machine.move_to(HALF_PAST + dt.timedelta(hours=1), tick=False)
    mia = client_of(cast.mia)
    rows = {
        code: mia.get(f"/reviews/rows?of=new&period={code}&scope=team-{cast.east.pk}").content.decode()
        for code in ("2026-03", "2026-02")
    }
    assert ["子夜科技" in page for page in rows.values()] == [True, False]
    assert re.search(r'of=logged"[^>]*>1<', mia.get("/team").content.decode())  # logged today
    assert next(row.logged for row in team_home(cast.mia, HALF_PAST).reps if row.person == cast.alice) == 1

    for day, is_stale in ((3, False), (4, True)):  # spoken to on the 1st: not yet on 4 March, quiet on 5 March (REL10)
        moment = at(FIRST + day * DAY, dt.time(0, 30))
        time_machine.move_to(moment, tick=False)
        flag_stale(now=moment)
        listed = Customer.objects.visible_to(cast.mia).filter(pk=customer.pk, flagged_on__isnull=False).exists()
        assert listed == is_stale, day
