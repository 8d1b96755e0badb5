"""The two clocks counted again by other means: minute by minute, over random lives, calendars and leaves (M10)."""

import datetime as dt
import random

import pytest

from accounts.models import CompanyDay, Leave
from collaboration import clocks
from collaboration.life import HOLDER
from collaboration.models import CollaborationRequest, RequestInterval
from core.periods import zone
from tests.collaboration.world import MONDAY, ask
from tests.lanes import shared

MINUTE = dt.timedelta(minutes=1)
# 2024: 4–6 April holiday, 7 April made up; 1–5 May holiday, 28 April and 11 May made up (State Council notice).
HOLIDAYS = {dt.date(2024, 4, d) for d in (4, 5, 6)} | {dt.date(2024, 5, d) for d in (1, 2, 3, 4, 5)}
MADE_UP = {dt.date(2024, 4, 7), dt.date(2024, 4, 28), dt.date(2024, 5, 11)}
FIRST = dt.date(2024, 4, 1)


def works(day, own):
    if day in own:
        return own[day]
    return day in MADE_UP or (day not in HOLIDAYS and day.isoweekday() <= 5)


def out(user, day):
    """On leave, and whoever he named is so too (or nobody is named)."""
    leave = next((row for row in Leave.objects.filter(user=user) if row.first <= day <= row.last), None)
    if leave is None:
        return False
    return leave.substitute is None or out(leave.substitute, day)


def counted(start, end, own, holder):
    """Minutes of 9–12 and 13–18 on working days, one after the other."""
    total, moment, day, on = 0, start.astimezone(zone()), None, False
    while moment < end:
        if moment.date() != day:
            day = moment.date()
            on = works(day, own) and not (holder and out(holder, day))
        if on and (9 <= moment.hour < 12 or 13 <= moment.hour < 18):
            total += 1
        moment += MINUTE
    return total


def random_life(request, dice, people):
    """Stretches end to end, of random length, state and person; the last one runs."""
    RequestInterval.objects.filter(request=request).delete()
    at = MONDAY.replace(month=4, day=1) + dice.randrange(3 * 24 * 60) * MINUTE
    rows = []
    for _n in range(dice.randint(2, 6)):
        state = dice.choice([name for name, side in HOLDER.items() if side != "nobody"])
        end = at + dice.randrange(1, 6 * 24 * 60) * MINUTE
        person = dice.choice([None, *people]) if HOLDER[state] == "department" else None
        rows.append(RequestInterval(request=request, state=state, holder=HOLDER[state], department=request.department,
                                    person=person, started_at=at, ended_at=end))  # fmt: skip
        at = end
    rows[-1].ended_at = None
    RequestInterval.objects.bulk_create(rows)
    return rows, at


@pytest.mark.parametrize("seed", shared(range(12)))
def test_both_clocks_agree_to_the_minute(cast, seed):
    dice = random.Random(seed)
    request = ask(cast.alice, cast.tech)
    own = {FIRST + dt.timedelta(days=n): dice.random() < 0.5 for n in dice.sample(range(40), 4)}
    CompanyDay.objects.bulk_create([CompanyDay(day=day, works=at) for day, at in own.items()])
    for user, substitute in ((cast.alice, dice.choice([None, cast.bob])), (cast.tess, dice.choice([None, cast.sam])),
                             (cast.bob, None)):  # fmt: skip
        first = FIRST + dt.timedelta(days=dice.randrange(25))
        Leave.objects.create(
            user=user, first=first, last=first + dt.timedelta(days=dice.randrange(5)), substitute=substitute
        )
    rows, now = random_life(request, dice, [cast.tess, cast.sam])
    lines = clocks.explain(CollaborationRequest.objects.get(pk=request.pk), now)
    expected = []
    for row in rows:
        holder = cast.alice if row.holder == "asker" else row.person
        expected.append((row.holder, counted(row.started_at, row.ended_at or now, own, holder)))
    assert [(line.holder, line.minutes) for line in lines] == expected
    sums = {side: minutes for side, _its, minutes in clocks.sums(lines)}
    assert sums == {
        side: sum(minutes for whose, minutes in expected if whose == side) for side in ("department", "asker")
    }


def test_a_leave_nobody_stands_in_for_stops_the_askers_day(cast):
    from collaboration import sweeping, verbs  # noqa: PLC0415

    tuesday = MONDAY.date() + dt.timedelta(days=1)
    away = Leave.objects.create(user=cast.alice, first=tuesday, last=tuesday)
    request = ask(cast.alice, cast.tech)
    noon = MONDAY.replace(hour=15)
    verbs.counter(request, by=cast.tess, now=noon, on=tuesday + dt.timedelta(days=9), reason="出差")
    assert request.due_at == noon + dt.timedelta(days=2)  # Wednesday 15:00: Tuesday does not count
    lines = clocks.explain(request, request.due_at)
    assert [(day, "李强" in why) for day, why in lines[-1].rest] == [(tuesday, True)] and lines[-1].minutes == 480
    away.substitute = cast.bob
    away.save()
    assert clocks.explain(request, request.due_at)[-1].minutes == 960
    # leave that is entered later counts as well: silence does not agree in his name while he is away
    away.substitute = None
    away.last = tuesday + dt.timedelta(days=1)
    away.save()
    assert sweeping.settle(now=request.due_at)["agreed"] == 0
    fresh = CollaborationRequest.objects.get(pk=request.pk)
    assert (fresh.state, fresh.due_at) == ("countered", noon + dt.timedelta(days=3))
