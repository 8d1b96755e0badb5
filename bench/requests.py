"""10,000 open requests on whatever database the settings name: queue, page and sweep, in milliseconds and queries.

    DATABASE_URL=postgres://…/req10k python -m bench.requests [how many]

Run it on a copy: it fills the database and leaves what it wrote.
"""

import logging
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

import datetime as dt  # noqa: E402
from statistics import median  # noqa: E402

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Department, User  # noqa: E402
from collaboration import escalating, firstcontact, sweeping  # noqa: E402
from collaboration.life import HOLDER  # noqa: E402
from collaboration.models import CollaborationRequest, RequestInterval, RequestKind  # noqa: E402
from collaboration.raising import next_number  # noqa: E402
from pipeline.models import CardNote, Deal  # noqa: E402

STATES = ("submitted", "accepted", "waiting", "countered", "delivered")


def fill(many, *, now):
    """Open requests of every state, most of them about an open deal, half of them near or past their clocks."""
    rng = random.Random(5)  # noqa: S311  (the same requests each time)
    kinds = list(RequestKind.objects.filter(is_approval=False, makes_customer=False, retired_at=None))
    if not Department.objects.filter(serves=True).exists():
        for name in ("法务部", "技术部", "财务部", "生产部"):
            place = Department.objects.create(name=name, serves=True)
            Department.objects.filter(pk=place.pk).update(path=f"/{place.pk}/")
    places = list(Department.objects.filter(serves=True, is_active=True))
    for place in places:
        if not User.objects.in_department(place).filter(role="support").exists():
            User.objects.create_user(f"desk{place.pk}", name=f"{place.name}一", role="support", department=place)
    people = {place.pk: list(User.objects.in_department(place).filter(role="support")) for place in places}
    askers = list(User.objects.active().filter(role="rep").select_related("team"))
    deals = list(Deal.objects.filter(stage__kind="open").select_related("customer")[: many // 2])
    number, made = next_number(), []
    for n in range(many):
        state, place, asker = STATES[n % 5], rng.choice(places), rng.choice(askers)
        deal = deals[n % len(deals)] if n % 4 else None
        asked = now - dt.timedelta(hours=rng.randrange(1, 600))
        made.append(CollaborationRequest(
            number=number + n, kind=rng.choice(kinds), title=f"评估 {n}", description="实时同步", asker=asker,
            asker_team=asker.team, asker_department=asker.department, department=place, state=state, asked_at=asked,
            state_before="accepted" if state == "waiting" else "",
            person=rng.choice(people[place.pk]) if state != "submitted" else None, held_since=asked,
            promised_on=(asked + dt.timedelta(days=3)).date(), countered_on=(asked + dt.timedelta(days=5)).date(),
            due_at=now + dt.timedelta(hours=rng.randrange(-40, 400)), deal=deal, customer=deal and deal.customer,
            customer_name=deal.customer.name if deal else "", amount=deal.amount if deal else None,
        ))  # fmt: skip
    CollaborationRequest.objects.bulk_create(made, batch_size=1000)
    RequestInterval.objects.bulk_create([
        RequestInterval(request=one, state=one.state, holder=HOLDER[one.state], department=one.department,
                        person=one.person, started_at=one.asked_at)
        for one in made
    ], batch_size=1000)  # fmt: skip
    CardNote.objects.bulk_create([
        CardNote(deal=one.deal, kind="waiting", words="等", source=f"request {one.number}", since=now)
        for one in made if one.deal
    ], batch_size=1000)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def spent(name, do, *, times=1):
    took, busy, sql, asked = [], [], [], 0
    for _time in range(times):
        with CaptureQueriesContext(connection) as queries:
            start, cpu = time.perf_counter(), time.process_time()
            said = do()
            took.append(time.perf_counter() - start)
            busy.append(time.process_time() - cpu)
        asked = len(queries)
        sql.append(sum(float(query["time"]) for query in queries))
    figures = " ".join(f"{median(what) * 1000:8.1f}" for what in (took, busy, sql))
    print(f"{name:40} {figures} {asked:5}  {said}", flush=True)


def main():
    logging.disable(logging.CRITICAL)
    now, many = timezone.now(), int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    there = CollaborationRequest.objects.open().count()
    if there < many:
        fill(many - there, now=now)
    print(connection.vendor, CollaborationRequest.objects.open().count(), "open requests")
    print(f"{'ms, median':40} {'wall':>8} {'own CPU':>8} {'SQL':>8} queries")
    admin = User.objects.active().filter(role="admin").first() or User.objects.create_user(
        "bench", name="B", role="admin"
    )
    place = CollaborationRequest.objects.open().first().department
    support = User.objects.in_department(place).filter(role="support").first()
    rep = User.objects.active().filter(role="rep", requests_asked__isnull=False).first()
    for person, paths in (
        (support, ["/requests", "/requests?tab=mine", "/requests?tab=accept&sort=left", "/requests?as=board"]),
        (admin, ["/requests", "/requests?as=board"]), (rep, ["/requests?tab=asked", "/customers"]),
    ):  # fmt: skip
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(person)
        client.get(paths[0])
        for path in paths:
            spent(f"{person.role} {path}", lambda path=path, client=client: client.get(path).status_code, times=7)
    one = CollaborationRequest.objects.open().filter(department=place).first()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(support)
    spent(f"support {one.code}", lambda: client.get(one.get_absolute_url()).status_code, times=7)
    spent("escalating.remind, the first time", lambda: escalating.remind(now=working(now)))
    spent("escalating.remind again", lambda: escalating.remind(now=working(now)))
    spent("sweeping.refresh_cards, all words new", lambda: sweeping.refresh_cards(now=now))
    spent("sweeping.refresh_cards again", lambda: sweeping.refresh_cards(now=now))
    spent("sweeping.settle, 400 hours later", lambda: sweeping.settle(now=now + dt.timedelta(hours=400)))
    spent("firstcontact.remind", lambda: firstcontact.remind(now=working(now)))


def working(now):
    """A moment of the company's working time."""
    return now.replace(hour=2, minute=30)  # 10:30 in Shanghai


main()
