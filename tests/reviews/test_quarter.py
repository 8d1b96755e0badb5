"""The quarterly page (S16): every figure counted again by other means, the rules, and changes that are undone (M9,
R40)."""

import datetime as dt
import random
import re
import statistics
from collections import Counter
from types import SimpleNamespace

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from accounts.models import SavedView
from activity.models import Event
from collaboration.models import CollaborationRequest
from core.entryforms import entry_forms, spent
from core.kept import forget
from core.keys import new_key
from core.periods import day_start, period_of
from customers import keeping
from customers.custom import set_custom
from customers.forms.customer import CustomerForm
from customers.models import Customer, FollowUp, Topic
from exchange import defining, tuning, useless
from exchange.models import AskedField, ExportFile, FormUse, UselessNote
from pipeline.models import Deal, StageProgress
from reviews.advising import advise, hide, later, optional, to_list
from reviews.decided import decisions
from reviews.quarter import page_of, read_quarter
from reviews.usage import FieldUse
from tests.cast import key, make_customer, make_deal, make_log, make_request
from tests.lanes import shared

CODE = "2024-Q1"
QUARTER = period_of("quarter", dt.date(2024, 2, 1))
NOW = day_start(dt.date(2024, 3, 20)) + dt.timedelta(hours=9)
DAY = dt.timedelta(days=1)
SOURCES = ["官网", "转介绍", "展会", ""]


def page(name="quarter", *args):
    return reverse(f"reviews:{name}", args=[CODE, *args])


def tune(client, field, do, version=0):
    return client.post(page("quarter_change", field), {"do": do, "version": str(version), "key": key()})


def change_of(customer, by, now, **fields):
    """An edit by the form of the house."""
    fresh = Customer.objects.get(pk=customer.pk)
    form = CustomerForm(user=by, instance=fresh)
    data = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}
    bound = CustomerForm(data | fields, user=by, instance=fresh)
    assert bound.is_valid(), bound.errors
    keeping.edit(bound, Customer.objects.get(pk=customer.pk), by=by, now=now, expect=fresh.version)


@pytest.fixture
def world(cast):
    """Two quarters by chance: customers of two teams, edits, deals, logs, requests, filters, exports, saves, notes."""
    return make(cast, 1, every=200)


def make(cast, seed, every=40):
    """A customer at least each `every` hours, and up to 70 later."""
    rnd, day = random.Random(seed), dt.date(2023, 10, 2)
    with time_machine.travel(day_start(day), tick=False):
        by = {"by": cast.ada, "now": day_start(day)}
        cast.text = defining.add_field("customer", {"label": "采购方式", "kind": "text"}, **by)[0]
        cast.rare = defining.add_field("customer", {"label": "传真", "kind": "text"}, **by)[0]
        cast.of_deal = defining.add_field("deal", {"label": "竞争强度", "kind": "number"}, **by)[0]
    cast.customers, cast.versions, at = [], {}, day_start(day) + dt.timedelta(hours=10)
    while at < NOW:
        with time_machine.travel(at, tick=False):
            owner = rnd.choice([cast.alice, cast.bob, cast.charlie])
            row = {"source": rnd.choice(SOURCES), "industry": rnd.choice(["制造", ""])}
            if rnd.random() < 0.3:
                row["custom"] = {cast.text.slug: rnd.choice(["招标", "直采"])}
            customer = make_customer(owner, now=at, name=f"客户{len(cast.customers)}", **row)
            cast.customers.append(customer)
            for other in rnd.sample(cast.customers, min(len(cast.customers), 2)):
                happen(cast, other, rnd, at)
        at += dt.timedelta(hours=rnd.randint(every, every + 70))
    saves(cast, rnd)
    forget()
    return cast


def happen(cast, customer, rnd, at):
    what, by = rnd.choice(["edit", "custom", "log", "deal", "request"]), customer.owner
    if what == "edit":
        change_of(customer, by, at, source=rnd.choice(SOURCES), website=rnd.choice(["", "https://a.cn"]))
    elif what == "custom":
        fax = "1" if rnd.random() < 0.1 else None
        set_custom(customer, {cast.text.slug: rnd.choice(["招标", "直采", None]), cast.rare.slug: fax}, by=by, now=at)
    elif what == "log":
        said = {"text": rnd.choice(["已发资料", "谈了价格"]), "purpose": rnd.choice(["首次接触", ""])}
        make_log(customer, now=at, feedback=rnd.choice(["positive", ""]), **said)
    elif what == "deal":
        make_deal(customer, now=at, competitor=rnd.choice(["甲", ""]), name=f"{at:%m%d%H}")
    else:
        make_request(by, cast.tech, now=at, standard=rnd.choice(["书面结论", ""]), reference=rnd.choice(["A-1", ""]))


def saves(cast, rnd):
    text, rare = cast.text.slug, cast.rare.slug
    for query in (f"industry=制造&{text}=招标", "sort=-industry", f"more={rare}", "industry=", "q=1"):
        SavedView.objects.create(page="customers:list", name=query[:20], query=query, owner=cast.alice)
    for days, sheet in ((5, "customers"), (40, "customers"), (90, "customers"), (10, "requests")):
        made = ExportFile.objects.create(owner=cast.bob, sheet=sheet, query=f"industry=x&{cast.text.slug}_is=empty")
        ExportFile.objects.filter(pk=made.pk).update(made_at=NOW - days * DAY)
    for _n in range(300):
        touched = [["industry", rnd.randint(1, 9)], ["source", rnd.randint(1, 9)]][: rnd.randint(0, 2)]
        at = NOW - rnd.randint(0, 170) * DAY
        FormUse.objects.create(form=rnd.choice(["customer", "log"]), at=at, seconds=rnd.randint(5, 90), touched=touched)
    forms = {one.name: one for one in entry_forms()}
    for person, field, words in ((cast.alice, "website", "没人填"), (cast.mia, "website", ""), (cast.bob, "phone", "")):
        useless.say_useless(forms["customer"], field, words, by=person, now=NOW)
    useless.say_useless(forms["customer"], "website", "", by=cast.bob, now=NOW - 100 * DAY)


# --- counted again ---
MADE = {"customer": "made_at", "deal": "opened_at", "log": "entered_at", "request": "asked_at"}


def seen_by(user, cast, of):
    """The records of a place somebody sees, told record by record."""
    models = {"customer": Customer, "deal": Deal, "log": FollowUp, "request": CollaborationRequest}
    rows = list(models[of]._base_manager.all())
    if of == "request":
        return [row for row in rows if user.is_admin or row in CollaborationRequest.objects.visible_to(user)]
    customer = {"customer": lambda row: row}.get(of, lambda row: row.customer)
    return [row for row in rows if user.is_admin or customer(row).team_id == user.team_id]


def held(record, use):
    value = (record.custom or {}).get(use.name) if use.own else getattr(record, use.name)
    return None if value in ("", None) else value


def narrows(query, use):
    """Whether an address has the field's own name with a value, a range of it, its sort or its column."""
    data = QueryDict(query)
    asked = {name for name in data if any(data.getlist(name))}
    own = {use.name + end for end in ("", "_is", "_from", "_to")} if use.own else {*use.built.filters}
    return bool(asked & own) or data.get("sort", "").lstrip("-") == use.name or use.name in data.getlist("more")


def recount(use, user, cast):
    """(rows, filled, late, edits) of a field, version by version."""
    records, made = seen_by(user, cast, use.place.of), MADE[use.place.of]
    born = [row for row in records if QUARTER.starts_at <= getattr(row, made) < QUARTER.ends_at]
    filled = [row for row in born if held(row, use) is not None]
    if not hasattr(records[0], "history"):
        return len(born), len(filled), 0, None
    past = versions_of(type(records[0]), cast)
    late = [row for row in filled if held(past[row.pk][0], use) is None]
    edits = 0
    for versions in (past[row.pk] for row in records):
        for before, after in zip(versions, versions[1:], strict=False):
            was = held(before, use)
            if QUARTER.starts_at <= after.history_date < QUARTER.ends_at:
                edits += was is not None and was != held(after, use)
    return len(born), len(filled), len(late), edits


def versions_of(model, cast):
    """{key: its versions, oldest first}, read once a world."""
    if model not in cast.versions:
        found = cast.versions[model] = {}
        for one in sorted(model.history.all(), key=lambda one: (one.history_date, one.history_id)):
            found.setdefault(one.id, []).append(one)
    return cast.versions[model]


LISTED = ("customer.source", "customer.website", "deal.competitor", "log.purpose", "request.reference")


@pytest.mark.proves("M9", "R40")
@pytest.mark.parametrize("seed", shared([1, 2]))
def test_every_number_is_the_one_of_another_count_and_opens_so_many_rows(cast, client_of, seed):
    world = make(cast, seed)
    with time_machine.travel(NOW, tick=False):
        for user in (world.ada, world.mia):
            shown = client_of(user).get(page()).context
            uses = [use for _place, uses in shown["groups"] for use in uses]
            assert len(uses) == 20
            assert sum(use.edits or 0 for use in uses) > 3 and sum(use.late for use in uses) > 0
            for use in uses:
                assert (use.rows, use.filled, use.late, use.edits) == recount(use, user, world), use.key
                on_page = use.place.of == "customer"
                views = [view for view in SavedView.objects.all() if on_page and narrows(view.query, use)]
                files = [
                    file for file in ExportFile.objects.all()
                    if file.sheet == use.place.sheet and narrows(file.query, use)
                    and QUARTER.starts_at <= file.made_at < QUARTER.ends_at
                ]  # fmt: skip
                assert (use.saved, use.exports) == (len(views), len(files)), use.key
                if use.key in LISTED or use.name == world.text.slug:
                    opens(client_of(user), use)
            assert_seconds(uses, user)
            assert_forms(shown, user)


def opens(client, use):
    for part, n in (("rows", use.rows), ("filled", use.filled), ("late", use.late), ("edits", use.edits or 0),
                    ("empty", use.rows - use.filled)):  # fmt: skip
        answer = client.get(page("quarter_rows"), {"field": use.key, "of": part})
        assert answer.status_code == 200 and answer.context["total"] == n, (use.key, part)
        assert all(row["obj"] for row in answer.context["rows"])


def assert_seconds(uses, user):
    spent_on = {}
    for save in FormUse.objects.filter(at__gte=QUARTER.starts_at, at__lt=QUARTER.ends_at):
        for name, seconds in save.touched:
            spent_on.setdefault((save.form, name), []).append(seconds)
    for use in uses:
        times = spent_on.get((use.place.form, use.name), []) if user.is_admin else []
        assert (use.timed, use.seconds) == (len(times), round(statistics.median(times)) if times else None)
    notes = Counter({"customer.website": 2})  # one of the quarter before does not count
    assert {use.key: use.notes for use in uses if use.notes} == dict(notes)


def assert_forms(shown, user):
    for line in shown["forms"]:
        rows = FormUse.objects.filter(form=line.form.name, at__gte=QUARTER.starts_at, at__lt=QUARTER.ends_at)
        times = list(rows.values_list("seconds", flat=True)) if user.is_admin else []
        assert line.saves == len(times)
        assert line.seconds == (int(statistics.median(times) + 0.5) if times else None)
    notes = {label: n for line in shown["forms"] for label, n, _said in line.notes}
    assert notes == {"Phone": 1}  # of a field that has no line of its own


def test_beside_the_fields_stages_labels_and_phrases_are_counted(world, client_of):
    with time_machine.travel(NOW, tick=False):
        shown = client_of(world.ada).get(page()).context
        stays = [one for one in StageProgress.objects.all() if one.voided_at is None and one.entered_at < NOW]
        for one in shown["passed"]:
            there = [stay for stay in stays if stay.stage_id == one.stage.pk]
            assert not [stay for stay in there if (stay.left_at or NOW) > stay.entered_at + DAY]
        assert len(shown["passed"]) == 4 and set(shown["unticked"]) == set(Topic.objects.filter(retired_at=None))
        logs = FollowUp.objects.filter(entered_at__gte=QUARTER.starts_at, entered_at__lt=QUARTER.ends_at)
        told = {phrase.label: n for phrase, n, _rises in shown["phrases"]}
        assert told["已发资料"] == sum("已发资料" in log.text for log in logs) > 0
        phrase = next(one for one, n, _rises in shown["phrases"] if n)
        listed = client_of(world.ada).get(page("quarter_rows"), {"phrase": phrase.pk})
        assert listed.context["total"] == told[phrase.label]
        stage = world.customers[-1].deals.first().stage
        listed = client_of(world.mia).get(page("quarter_rows"), {"stage": stage.pk})
        assert listed.context["total"] == sum(
            stay.stage_id == stage.pk and stay.deal.customer.team_id == world.east.pk for stay in stays
            if (stay.left_at or NOW) >= QUARTER.starts_at
        )  # fmt: skip


# --- the rules ---
def a_use(**said):
    place = SimpleNamespace(of="customer", form="customer")
    built = SimpleNamespace(label="x", is_text=True, is_edited=True, filters=(), reports=())
    return FieldUse(place, "x", built=built, **({"rows": 100, "is_watched": True, "is_settled": True} | said))


@pytest.fixture
def as_built(monkeypatch):
    monkeypatch.setattr(tuning, "asked_of", lambda of, name: AskedField(of=of, name=name, version=0))


def own_use(asked="new", required=True, **said):
    use = a_use(**said)
    use.built = None
    use.own = SimpleNamespace(asked=asked, required=required, kind="text", words="x", version=1)
    return use


def test_hide_needs_few_values_and_ninety_days_without_use(as_built):
    assert hide(a_use(filled=9)).do == "hide" and hide(a_use(filled=10)) is None
    for used in ({"saved": 1}, {"recent": 1}, {"is_watched": False}, {"rows": 19}):
        assert hide(a_use(filled=0, **used)) is None
    assert hide(own_use(filled=0)) is None  # required: optional first
    reported = a_use(filled=0)
    reported.built.reports = ("Forecast",)
    assert hide(reported) is None


def test_late_ones_are_asked_later(as_built):
    assert later(a_use(filled=30, late=20)).do == "later"
    assert later(a_use(filled=30, late=19)) is None and later(a_use(filled=9, late=9)) is None
    assert later(a_use(filled=30, late=30, is_settled=False)) is None  # records are older than the field
    assert later(own_use(asked="edit", required=False, filled=30, late=30)) is None  # it is so already


def test_fillers_are_not_insisted_on(as_built):
    def of(values):
        return optional(own_use(filled=100, values=Counter(values)))

    assert of({"无": 30, "N/A": 30, "招标": 20, "直采": 20}).do == "optional"
    assert of({"招标": 60, "直采": 40}).do == "optional" and of({"招标": 59, "直采": 41}) is None
    assert optional(a_use(filled=100, values=Counter({"无": 100}))) is None  # asked for, never insisted on


def test_a_few_texts_become_a_list(as_built):
    found = to_list(a_use(filled=60, values=Counter({"官网": 40, "展会": 15, "无": 5})))
    assert (found.do, found.words) == ("list", ("官网", "展会"))
    assert to_list(a_use(filled=60, values=Counter({str(n): 5 for n in range(2, 14)}))).do == "list"
    assert to_list(a_use(filled=65, values=Counter({str(n): 5 for n in range(2, 15)}))) is None
    assert to_list(a_use(filled=14, values=Counter({"甲": 7, "乙": 4, "丙": 3}))) is None
    assert to_list(a_use(filled=60, values=Counter({"无": 60}))) is None
    assert advise(a_use(rows=19, filled=19, values=Counter({"官网": 19}))) is None


# --- changes ---
@pytest.mark.proves("M9", "R40")
def test_a_hidden_field_is_asked_no_more_keeps_its_data_and_comes_back(world, client_of):
    admin, rep = client_of(world.ada), client_of(world.alice)
    mine = next(one for one in world.customers if one.owner == world.alice)
    empty = next(one for one in world.customers if one.owner == world.alice and one.pk != mine.pk)
    with time_machine.travel(NOW, tick=False):
        change_of(mine, world.alice, NOW, website="https://a.cn")
        change_of(empty, world.alice, NOW, website="")
        assert tune(admin, "customer.website", "hide").status_code == 302
        assert 'name="website"' not in rep.get(reverse("customers:new")).content.decode()
        assert 'name="website"' not in rep.get(reverse("customers:edit", args=[empty.pk])).content.decode()
        old = rep.get(reverse("customers:edit", args=[mine.pk])).content.decode()
        assert 'value="https://a.cn"' in old  # it may be mended
        assert "https://a.cn" in rep.get(reverse("customer", args=[mine.pk])).content.decode()
        change_of(mine, world.alice, NOW, notes="另一件事")
        assert Customer.objects.get(pk=mine.pk).website == "https://a.cn"
        one = AskedField.objects.get(of="customer", name="website")
        event = Event.objects.get(verb=tuning.ASKED)
        assert (event.by, event.data["before"]["how"], event.data["after"]["how"]) == (world.ada, "built", "off")
        assert one.history.count() == 1
        # somebody who saw the page before is told, not overrun
        assert tune(admin, "customer.website", "ask", version=0).status_code == 409
        text = admin.get(page()).content.decode()
        assert reverse("activity:undo", args=[event.pk]) in text
        admin.post(reverse("activity:undo", args=[event.pk]), {"key": key(), "next": "/"})
        assert 'name="website"' in rep.get(reverse("customers:new")).content.decode()
        assert one.history.count() == 2 and Event.objects.get(pk=event.pk).undone_by == world.ada
        # what a page opened before sends is taken
        tune(admin, "customer.website", "hide", version=AskedField.objects.get().version)
        sent = {"name": "旧页面", "contact_name": "张", "website": "https://b.cn"}
        assert rep.post(reverse("customers:new"), sent | {"key": key()}).status_code == 302
        assert Customer.objects.get(name="旧页面").website == "https://b.cn"
    with time_machine.travel(NOW + 31 * DAY, tick=False):
        event = Event.objects.filter(verb=tuning.ASKED).latest("pk")
        assert client_of(world.ada).post(
            reverse("activity:undo", args=[event.pk]), {"key": key(), "next": "/"}
        ).status_code == 409  # fmt: skip


FORMS = {
    "customer.source": lambda w: reverse("customers:new"),
    "deal.competitor": lambda w: reverse("pipeline:deal_new", args=[w.mine.pk]),
    "log.purpose": lambda w: reverse("customers:log") + f"?customer={w.mine.pk}",
    "log.feedback": lambda w: reverse("customers:log") + f"?customer={w.mine.pk}",
    "request.reference": lambda w: reverse("collaboration:new"),
}


@pytest.mark.proves("R40")
def test_the_forms_really_change(world, client_of):
    """Hidden, asked later, chosen from a list: on the form of each place, and back."""
    admin, rep = client_of(world.ada), client_of(world.alice)
    world.mine = next(one for one in world.customers if one.owner == world.alice)
    with time_machine.travel(NOW, tick=False):
        for field, address in FORMS.items():
            named = f'name="{field.split(".")[1]}"'
            assert named in rep.get(address(world)).content.decode(), field
            tune(admin, field, "hide")
            assert named not in rep.get(address(world)).content.decode(), field
        sent = {"text": "谈了", "methods": "phone", "time": "now", "next": "none", "reason": "other"}
        answer = rep.post(FORMS["log.purpose"](world), sent | {"key": new_key("log", world.alice.pk)})
        assert answer.status_code == 302  # saved without the fields that are not asked
        lost = rep.get(reverse("pipeline:lost", args=[world.mine.deals.first().pk])).content.decode()
        assert 'name="competitor"' not in lost
        tune(admin, "customer.industry", "later")
        assert 'name="industry"' not in rep.get(reverse("customers:new")).content.decode()
        assert 'name="industry"' in rep.get(reverse("customers:edit", args=[world.mine.pk])).content.decode()
        tune(admin, "customer.source", "ask", version=1)
        tune(admin, "customer.source", "list", version=2)
        new = rep.get(reverse("customers:new")).content.decode()
        box = re.search(r'<select name="source".*?</select>', new, re.S)[0]
        assert re.findall(r'<option value="([^"]*)"', box)[0] == "" and "转介绍" in box
        sent = {"name": "新", "contact_name": "张", "source": "别处", "key": new_key("customer", world.alice.pk)}
        assert rep.post(reverse("customers:new"), sent).status_code == 422
        assert rep.post(reverse("customers:new"), sent | {"source": "展会", "key": key()}).status_code == 302
        late = make_customer(world.alice, name="导入的", source="朋友介绍")  # what is brought in stays as it is
        assert 'value="朋友介绍" selected' in rep.get(reverse("customers:edit", args=[late.pk])).content.decode()


@pytest.mark.proves("R40")
def test_custom_fields_are_tuned_by_their_definition(world, client_of):
    admin, rep = client_of(world.ada), client_of(world.alice)
    slug, name = world.text.slug, f'name="{world.text.slug}"'
    with time_machine.travel(NOW, tick=False):
        before = list(Customer.objects.order_by("pk").values_list("custom", flat=True))
        assert tune(admin, f"customer.{slug}", "list", version=1).status_code == 302
        world.text.refresh_from_db()
        assert world.text.kind == "choice" and {one["label"] for one in world.text.choices} == {"招标", "直采"}
        assert tune(admin, f"customer.{slug}", "hide", version=world.text.version).status_code == 302
        assert name not in rep.get(reverse("customers:new")).content.decode()
        for event in Event.objects.filter(verb=defining.CHANGED).order_by("-pk"):
            admin.post(reverse("activity:undo", args=[event.pk]), {"key": key(), "next": "/"})
        world.text.refresh_from_db()
        assert (world.text.kind, world.text.asked) == ("text", "new")
        assert list(Customer.objects.order_by("pk").values_list("custom", flat=True)) == before
        assert name in rep.get(reverse("customers:new")).content.decode()


@pytest.mark.proves("R40")
def test_what_an_approval_reads_is_not_hidden_and_it_is_said_which(world, client_of):
    admin = client_of(world.ada)
    with time_machine.travel(NOW, tick=False):
        for field, needs in (("deal.amount", "The approval before “Contract” reads it."),
                             ("deal.expected_close", "This is the last field of “Time”."),
                             ("request.standard", "The approval “Contract approval” is given by it.")):  # fmt: skip
            shown = admin.get(page("quarter_field", field) + "?do=hide").content.decode()
            assert needs in shown and 'name="do"' not in shown
            answer = tune(admin, field, "hide")
            assert answer.status_code == 422 and needs in answer.content.decode()
        assert not AskedField.objects.exists()


def test_the_preview_writes_nothing_and_shows_the_form_and_real_records(world, client_of):
    with time_machine.travel(NOW, tick=False):
        make_customer(world.alice, name="没有来源")
        answer = client_of(world.ada).get(page("quarter_field", "customer.source") + "?do=hide")
        trial, html = answer.context["trial"], answer.content.decode()
        assert "source" in trial.before.fields and "source" not in trial.after.fields
        assert 'id="before_source"' in html and 'id="after_source"' not in html
        assert {bool(one.record.source) for one in trial.records} == {True, False}
        assert all(one.record.made_at >= QUARTER.starts_at for one in trial.records)
        mine = client_of(world.mia).get(page("quarter_field", "customer.source") + "?do=hide")
        assert {one.record.team for one in mine.context["trial"].records} == {world.east}
        assert page("quarter_change", "customer.source") not in mine.content.decode()
        assert tune(client_of(world.mia), "customer.source", "hide").status_code == 403
        assert not AskedField.objects.exists() and not Event.objects.filter(verb=tuning.ASKED).exists()


@pytest.mark.proves("M9")
def test_a_decision_shows_what_it_changed(world, client_of):
    at = day_start(dt.date(2024, 1, 20))
    with time_machine.travel(at, tick=False):
        event = tuning.change_asked("customer", "source", {"how": "later"}, by=world.ada, now=at, expect=0)
        tuning.change_asked("customer", "industry", {"how": "off"}, by=world.ada, now=at + DAY, expect=0)
    with time_machine.travel(NOW, tick=False):
        for user in (world.ada, world.mia):
            one = next(each for each in decisions(user, QUARTER, now=NOW) if each.event == event)
            made = seen_by(user, world, "customer")
            for side, start, end in ((one.before, at - 90 * DAY, at), (one.since, at, NOW)):
                rows = [row for row in made if start <= row.made_at < end]
                assert (side.rows, side.filled) == (len(rows), sum(bool(row.source) for row in rows))
                uses = FormUse.objects.filter(form="customer", at__gte=start, at__lt=end)
                times = list(uses.values_list("seconds", flat=True)) if user.is_admin else []
                seconds = int(statistics.median(times) + 0.5) if times else None
                assert (side.saves, side.seconds) == (len(times), seconds)
        # changed again: the side since ends there
        tuning.change_asked("customer", "source", {"how": "built"}, by=world.ada, now=NOW - 5 * DAY, expect=1)
        again = next(each for each in decisions(world.ada, QUARTER, now=NOW) if each.event == event)
        assert again.until == NOW - 5 * DAY
        source = next(use for use in all_uses(world.ada) if use.key == "customer.source")
        rare = next(use for use in all_uses(world.ada) if use.name == world.rare.slug)
        assert not source.is_watched and rare.is_watched  # what was changed within 90 days is not judged unused


def all_uses(user):
    return [use for _place, uses in page_of(read_quarter(user, CODE, now=NOW))["groups"] for use in uses]


# --- who, when ---
def test_before_thirty_days_it_says_when_to_look_again(cast, client_of):
    with time_machine.travel(NOW, tick=False):
        make_customer(cast.alice, now=NOW - 29 * DAY)
        text = client_of(cast.ada).get(page(), headers={"accept-language": "en"}).content.decode()
        assert "Look again on" in text and "21 Mar" in text and 'class="compact' not in text
        make_customer(cast.alice, now=NOW - 30 * DAY, name="早一天")
        assert "Look again on" not in client_of(cast.ada).get(page()).content.decode()
        past = client_of(cast.ada).get(reverse("reviews:quarter", args=["2023-Q4"])).content.decode()
        assert "Fewer than 30 days of data lie in this quarter." in past


def test_who_reads_it_and_the_quarters_there_are(world, client_of):
    with time_machine.travel(NOW, tick=False):
        for person, status in (("ada", 200), ("mia", 200), ("grace", 200), ("alice", 403), ("sam", 403)):
            assert client_of(getattr(world, person)).get(page()).status_code == status, person
        admin = client_of(world.ada)
        for code in ("2024-Q2", "2024-Q5", "2024-03", "nonsense"):
            assert admin.get(reverse("reviews:quarter", args=[code])).status_code == 404
        html = admin.get(page()).content.decode()
        assert reverse("reviews:quarter", args=["2023-Q4"]) in html and 'rel="next"' not in html
        assert page() in admin.get(reverse("reviews:month", args=["2024-03"])).content.decode()
        assert page() not in client_of(world.alice).get(reverse("reviews:month", args=["2024-03"])).content.decode()


# --- of no use ---
@pytest.mark.proves("R40")
def test_a_field_is_said_to_be_of_no_use_once_a_quarter_and_taken_back(world, client_of):
    address, rep = reverse("exchange:useless", args=["customer"]), client_of(world.alice)
    with time_machine.travel(NOW, tick=False):
        assert address in rep.get(reverse("customers:new")).content.decode()
        for _twice in range(2):
            rep.post(address, {"field": "address", "words": "没人看", "key": key()})
        note = UselessNote.objects.get(field="address")
        assert (note.by, note.quarter, note.words) == (world.alice, CODE, "没人看")
        html = client_of(world.ada).get(page()).content.decode()
        assert "没人看" in html and world.alice.name not in html
        other = client_of(world.bob)
        assert other.post(address, {"back": str(note.pk), "key": key()}).status_code == 404
        rep.post(address, {"back": str(note.pk), "key": key()})
        assert not UselessNote.objects.standing().filter(field="address").exists()
        rep.post(address, {"field": "address", "key": key()})
        assert UselessNote.objects.standing().filter(field="address").count() == 1
        assert rep.post(address, {"field": "no_such", "key": key()}).status_code == 404
        assert rep.post(address, {"field": "name", "words": "x" * 201, "key": key()}).status_code == 422
        sam = client_of(world.sam)
        assert sam.get(reverse("exchange:useless", args=["request"])).status_code == 200
        assert sam.get(address).status_code == 403


def test_the_seconds_of_a_field_are_read_strictly():
    assert spent("industry:40,phone:112,industry:9,", 60) == [["industry", 5], ["phone", 11]]
    assert spent("张三:9,name:x,Name:3,a b:4,name:4,long:99999,:5", 60) == []
    assert spent("", 60) == [] and len(spent("a:10," * 9999, 9999)) == 1


def test_a_save_keeps_names_and_seconds_alone(world, client_of):
    with time_machine.travel(NOW, tick=False):
        FormUse.objects.all().delete()
        opened = new_key("customer", world.alice.pk, opened=int(NOW.timestamp()) - 40)
        sent = {"name": "计时", "contact_name": "张", "key": opened, "spent": "name:120,contact_name:31,name:x"}
        assert client_of(world.alice).post(reverse("customers:new"), sent).status_code == 302
        save = FormUse.objects.get()
        assert (save.form, save.seconds, save.touched) == ("customer", 40, [["name", 12], ["contact_name", 3]])
