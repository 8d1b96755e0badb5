"""A made office of a few hundred customers, and what its busiest pages may cost (performance §4)."""

import datetime as dt
import gzip

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.models import Department, Team, User
from core.changing import told_at, write_history
from core.kept import forget
from core.periods import period_of, today
from customers import choices
from customers.models import Customer
from pipeline import agreement
from pipeline.models import Deal
from salesflow.making import world as making
from tests.cast import make_request, make_user

DAY = dt.timedelta(days=1)
FREE = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
SMALL = making.Size(260, 1_300, 195, 60, 4, 2)
HAMLET = making.Size(30, 240, 24, 6, 2, 2)


def made(size):
    """A made office: reps, a team's lead, an admin and a department with requests."""
    now = timezone.now()
    making.SIZES["gate"] = size
    made_world = making.World("gate", 1, now)
    made_world.make(lambda words: None)
    place = type("Place", (), {})()
    place.now = now
    place.lead = Team.objects.order_by("-pk").first().manager
    place.rep = User.objects.filter(role="rep").order_by("pk").first()
    place.admin = make_user("gatekeeper", "安达", "admin")
    with told_at(now - 3 * DAY):  # made data has no history of its own: pages of a day gone by read this
        for model in (Customer, Deal):
            write_history(list(model.objects.all()), by=None, made=True)
    legal = Department.objects.create(name="法务部", name_en="Legal", serves=True)
    Department.objects.filter(pk=legal.pk).update(path=f"/{legal.pk}/")
    legal.refresh_from_db()
    place.sam = make_user("clerk", "孙立", "support", department=legal)
    for customer in Customer.objects.filter(owner=place.rep).order_by("pk")[:60 if size.customers > 100 else 4]:
        make_request(place.rep, legal, now=now, customer=customer)
    spoken = Customer.objects.filter(open_deals__gt=0, last_contact_at__isnull=False).order_by("-last_contact_at", "pk")
    place.customer = spoken.filter(owner=place.rep).first()
    place.led = spoken.filter(team__manager=place.lead).first()
    switches.set("stage_agreement", True, by=place.admin, now=now)
    agreement.draw(now=now)
    # one that can go on both with its customer's tag and with a higher one, whatever day it is made on
    halfway = Deal.objects.filter(customer__owner=place.rep, customer__tag="interested", stage__kind="open")
    place.deal = halfway.filter(stage__position=3, customer__open_deals=1).order_by("pk").first()
    return place


def count(client, path, data=None, *, warm=None, **headers):
    """(queries less savepoints, bytes gzipped, answer) of a request as the second one of its minute: what setup says
    is remembered by then (core/kept.py)."""
    forget()
    choices.forget()
    ContentType.objects.get_for_models(*apps.get_models())
    with transaction.atomic(), override_settings(SETUP_SECONDS=60):
        client.get(warm or path)
        with CaptureQueriesContext(connection) as seen:
            response = client.get(path, headers=headers) if data is None else client.post(path, data, headers=headers)
        queries = [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(FREE)]
        transaction.set_rollback(True)
    forget()
    return queries, len(gzip.compress(response.content)), response


def within(name, queries, most):
    """At most as many as promised, with the list of them when it is more."""
    listed = "\n".join(f"{n:2} {sql[:160]}" for n, sql in enumerate(queries, 1))
    assert len(queries) <= most, f"{name}: {len(queries)} queries, {most} at most\n{listed}"


def pages(office):
    """name: (whose browser, address, most queries, most bytes)."""
    on = today(office.now)
    week, month = period_of("week", on).code, period_of("month", on).code
    quarter = period_of("quarter", on).code
    then = f"?as_of={(on - 2 * DAY).isoformat()}"
    return {
        "customer list": (office.lead, reverse("customers:list"), 8, 15_000),
        "customer list, filtered": (office.lead, reverse("customers:list") + "?show=quiet&tag=prospect", 8, 15_000),
        "customer list, search": (office.lead, reverse("customers:list") + "?q=科技", 8, 15_000),
        "customer list of an admin": (office.admin, reverse("customers:list"), 8, 15_000),
        "possible duplicates": (office.lead, reverse("customers:pairs"), 8, 15_000),
        "customer list, deep": (office.lead, reverse("customers:list") + "?page=2", 8, 15_000),
        "search": (office.lead, reverse("search") + "?q=科技", 8, 15_000),
        "pipeline table of an admin": (office.admin, reverse("pipeline:table") + "?group=stage", 8, 15_000),
        "pipeline table": (office.lead, reverse("pipeline:table") + "?group=stage", 8, 15_000),
        "board": (office.lead, reverse("pipeline:board"), 12, 40_000),
        "board of an admin": (office.admin, reverse("pipeline:board"), 12, 40_000),
        "customer": (office.rep, reverse("customer", args=[office.customer.pk]), 15, 20_000),
        "customer of a lead": (office.lead, reverse("customer", args=[office.led.pk]), 15, 20_000),
        "customer of an admin": (office.admin, reverse("customer", args=[office.customer.pk]), 15, 20_000),
        "my day": (office.rep, reverse("today"), 15, 15_000),
        "team home": (office.lead, reverse("team"), 15, 15_000),
        "team home of an admin": (office.admin, reverse("team"), 15, 15_000),
        "nobody answers": (office.lead, reverse("unowned"), 15, 15_000),
        "nobody answers, of an admin": (office.admin, reverse("unowned"), 15, 15_000),
        "stage agreement": (office.lead, reverse("pipeline:agreement"), 12, 15_000),
        "stage agreement, results": (office.lead, reverse("pipeline:agreement_results"), 8, 15_000),
        "request queue of a rep": (office.rep, reverse("collaboration:queue"), 8, 15_000),
        "request queue of a lead": (office.lead, reverse("collaboration:queue"), 8, 15_000),
        "request queue": (office.sam, reverse("collaboration:queue"), 8, 15_000),
        "requests as cards": (office.sam, f"{reverse('collaboration:queue')}?as=board", 12, 40_000),
        "weekly review": (office.lead, reverse("reviews:week", args=[week]), 12, None),
        "monthly review": (office.lead, reverse("reviews:month", args=[month]), 12, None),
        "quarterly tuning": (office.lead, reverse("reviews:quarter", args=[quarter]), 46, None),
        "quarterly tuning of an admin": (office.admin, reverse("reviews:quarter", args=[quarter]), 47, None),  # 14 by its six forms
        "targets": (office.lead, reverse("reviews:targets", args=[month]), 12, None),
        "contract": (office.lead, reverse("reviews:contract", args=[month]), 14, None),
        "board of a day gone by": (office.admin, reverse("pipeline:board") + then, 12, 40_000),
        "board of a day gone by, of a lead": (office.lead, reverse("pipeline:board") + then, 12, 40_000),
        "pipeline table of a day gone by": (office.lead, reverse("pipeline:table") + then + "&group=stage", 8, 15_000),
        "customer list of a day gone by": (office.lead, reverse("customers:list") + then, 8, 15_000),
        "what changed": (office.lead, reverse("pipeline:changes"), 20, None),
        "monthly review of a day gone by": (office.lead, reverse("reviews:month", args=[month]) + then, 16, None),
        "forecast": (office.lead, reverse("reviews:forecast"), 8, None),
        "targets, rates and times": (office.lead, reverse("reviews:targets", args=[month]) + "?view=rates", 14, None),
        "first response": (office.lead, reverse("reviews:response", args=[month]), 8, None),
        "contract approvals": (office.lead, reverse("reviews:approval", args=[month]), 9, None),
        "twelve months": (office.lead, reverse("reviews:trends"), 6, None),
        "twelve months, in time": (office.lead, reverse("reviews:trends") + "?of=in_time", 18, None),
        "goals": (office.lead, reverse("reviews:goals"), 6, None),
        "answers to objections": (office.lead, reverse("reviews:answers"), 10, None),
        "waiting for others": (office.lead, reverse("reviews:waiting", args=[month]), 10, None),
        "waiting for others, the deals": (office.lead, reverse("reviews:waiting_rows", args=[month]), 10, None),
    }


NAMES = [
    "customer list", "customer list, filtered", "customer list, search", "customer list of an admin",
    "customer list, deep", "possible duplicates", "search", "pipeline table", "pipeline table of an admin", "board",
    "board of an admin",
    "customer", "customer of a lead", "customer of an admin", "my day", "team home", "team home of an admin",
    "stage agreement", "stage agreement, results", "nobody answers", "nobody answers, of an admin", "request queue",
    "request queue of a rep", "request queue of a lead", "requests as cards", "weekly review", "monthly review", "targets", "contract",
    "quarterly tuning", "quarterly tuning of an admin",
    "forecast", "targets, rates and times", "first response", "contract approvals",
    "answers to objections", "goals", "twelve months", "twelve months, in time", "waiting for others", "waiting for others, the deals",
    "board of a day gone by", "board of a day gone by, of a lead", "pipeline table of a day gone by",
    "customer list of a day gone by", "what changed", "monthly review of a day gone by",
]
