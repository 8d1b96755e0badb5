"""How much each form asks and how long it takes: what the admin sees is recounted from the pages themselves (R21)."""

import datetime as dt
import re
import statistics
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from core import keys
from core.asked import VERSION, number
from core.entryforms import SITTING, entry_forms
from core.keys import new_key, opened_at
from exchange import defining, formuse
from exchange.models import FormUse
from tests.cast import key, make_customer
from tests.gate.forms import read

PAGE = "/setup/forms"


def untouched(answer, address):
    """What a browser would send of the page's form that leads to `address`, with nothing typed or chosen."""
    path, data = urlsplit(address).path, {}
    forms = [one for one in read(answer.content.decode()).forms if one["method"] == "post"]
    form = next(one for one in forms if urlsplit(one["action"] or address).path == path)
    for name, kind, value, checked, _required in form["fields"]:
        if kind not in ("submit", "file") and (checked or kind not in ("radio", "checkbox")):
            data.setdefault(name, []).append(value)
    return data


@pytest.fixture
def world(cast):
    cast.customer = make_customer(cast.alice)
    return cast


def places(cast):
    """{form: address of its page}; a line of the end-of-day update stands on a page of many and insists on nothing."""
    pk = cast.customer.pk
    return {
        "log": reverse("customers:log") + f"?customer={pk}",
        "step": reverse("customers:step_new", args=[pk]),
        "customer": reverse("customers:new"),
        "deal": reverse("pipeline:deal_new", args=[pk]),
        "request": reverse("collaboration:new"),
    }


def shown(client):
    """{form: (required fields, median or None, saves)} as the admin's page says."""
    text = client.get(PAGE, headers={"accept-language": "en"}).content.decode()
    rows = {}
    for name, row in re.findall(r'<tr id="form-(\w+)">(.*?)</tr>', text, re.S):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
        cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
        median = re.match(r"(\d+) s", cells[3])
        rows[name] = int(cells[1].split()[0]), int(median[1]) if median else None, int(cells[5])
    return rows


class Clock:
    def __init__(self, monkeypatch):
        self.now = 1_700_000_000
        monkeypatch.setattr(keys.time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.mark.proves("R21")
def test_the_required_fields_are_those_a_form_is_refused_without(world, client_of):
    """Each page is opened and sent back as it is; the fields its summary names are counted."""
    client, listed = client_of(world.alice), shown(client_of(world.ada))
    assert set(listed) == {one.name for one in entry_forms()} == {*places(world), "update"}
    for name, address in places(world).items():
        answer = client.post(address, untouched(client.get(address), address))
        refused = answer.context["form"].errors if answer.status_code == 422 else {}
        assert listed[name][0] == len(refused), (name, refused)
    assert listed["log"][0] and listed["request"][0] and not listed["update"][0]


@pytest.mark.parametrize("of", ["customer", "deal", "request"])
def test_a_list_of_one_s_own_is_counted_like_any_other_field(world, client_of, of):
    options, before = [{"code": "o1", "label": "高", "label_en": "High"}], shown(client_of(world.ada))[of][0]
    for kind in ("choice", "yes", "person"):
        values = {"label": f"自定{kind}", "label_en": f"Own {kind}", "kind": kind, "required": kind == "choice"}
        values |= {"choices": options} if kind == "choice" else {}
        defining.add_field(of, values, by=world.ada, now=timezone.now())
    assert shown(client_of(world.ada))[of][0] == before + 1
    code = f"{timezone.localdate().year}-Q{(timezone.localdate().month + 2) // 3}"
    for user in (world.ada, world.mia):
        assert client_of(user).get(reverse("reviews:quarter", args=[code])).status_code == 200


@pytest.mark.proves("R21")
def test_the_median_is_that_of_every_save_from_opening_to_saving(world, client_of, clock):
    client, day = client_of(world.alice), (timezone.now() + dt.timedelta(days=3)).date().isoformat()
    said = {"next": day, "next_text": "寄样品"}
    took = {"step": [4, 90, 31, 12], "log": [8, 25]}
    for name, extra in (("step", said), ("log", said | {"text": "谈了方案"})):
        address = places(world)[name]
        for seconds in took[name]:
            sent = untouched(client.get(address), address)
            clock.now += seconds
            assert client.post(address, sent | extra).status_code == 302
    listed = shown(client_of(world.ada))
    for name, seconds in took.items():
        assert listed[name][1:] == (int(statistics.median(seconds) + 0.5), len(seconds)), name
    assert listed["customer"][1:] == (None, 0)


def test_a_form_sent_back_keeps_the_time_it_was_opened(world, client_of, clock):
    client, address = client_of(world.alice), places(world)["customer"]
    opened = untouched(client.get(address), address)
    clock.now += 40
    answer = client.post(address, opened)
    assert answer.status_code == 422
    again = untouched(answer, address) | {"name": "云帆", "contact_name": "老王"}
    assert again["key"] != opened["key"]
    clock.now += 20
    assert client.post(address, again).status_code == 302
    assert list(FormUse.objects.values_list("form", "seconds")) == [("customer", 60)]
    client.post(address, again)  # twice is once
    assert FormUse.objects.count() == 1


def test_what_does_not_count(world, client_of, clock):
    """A long sitting, a text the device kept, a log sent later, an edit, a time that is made up or another's."""
    client, day = client_of(world.alice), (timezone.now() + dt.timedelta(days=3)).date().isoformat()
    step, log = places(world)["step"], places(world)["log"]
    said = {"next": day, "next_text": "寄样品"}
    mine = new_key("step", world.alice.pk)
    clock.now += SITTING + 1
    forged = mine.replace(mine.split("~")[1], "1")
    ahead = new_key("step", world.alice.pk, opened=clock.now + 9)
    for one in (mine, forged, ahead, new_key("step", world.bob.pk), key()):
        assert client.post(step, said | {"key": one}).status_code == 302
    kept = said | {"text": "谈了", "customer": world.customer.pk, "kept_at": timezone.now().isoformat()}
    assert client.post(log, kept | {"key": new_key("log", world.alice.pk)}).status_code == 302
    later = {"kept_for": world.alice.pk, "client_uuid": "6f1f8a3e-4b58-4d1c-9f0b-1c7f6a0f5a11"}
    sent = client.post(reverse("customers:log_kept"), kept | later | {"key": new_key("log", world.alice.pk)})
    assert sent.status_code == 200
    assert FormUse.objects.count() == 0


def test_the_whole_end_of_day_update_is_one_save(world, client_of, clock):
    client = client_of(world.alice)
    make_customer(world.alice, name="云帆物流")
    page = client.get(reverse("pipeline:update_all"))
    rows = re.findall(r'action="(/today/update/\d+)".*?name="key" value="([^"]+)"', page.content.decode(), re.S)
    assert len(rows) == 2
    for n, (address, one) in enumerate(rows):
        clock.now += 15
        client.post(address, {"same": "1", "key": one}, headers={"HX-Request": "true"})
        assert FormUse.objects.count() == n
    assert list(FormUse.objects.values_list("form", "seconds")) == [("update", 30)]


def test_an_admin_sets_the_budgets_and_sees_what_is_over(world, client_of):
    client = client_of(world.ada)
    FormUse.objects.bulk_create([FormUse(form="log", at=timezone.now(), seconds=50) for _n in range(2)])
    page = client.get(PAGE)
    assert "20 s over budget" in page.content.decode()
    sent = untouched(page, PAGE)
    assert client.post(PAGE, sent | {"log_seconds": "600", "log_required": "1"}).status_code == 302
    assert switches.get("form_budgets")["log"] == {"required": 1, "seconds": 600}
    text = client.get(PAGE).content.decode()
    assert "1 over budget" in text and "20 s over budget" not in text
    stale = client.post(PAGE, sent | {"log_seconds": "10", "key": key()})
    assert (stale.status_code, switches.get("form_budgets")["log"]["seconds"]) == (409, 600)
    wrong = client.post(PAGE, sent | {"log_seconds": "999999", "key": key()})
    assert wrong.status_code == 422 and "999999" in wrong.content.decode()


def test_nobody_else_sees_it_and_nobody_s_name_is_kept(world, client_of):
    for person in (world.alice, world.mia, world.grace, world.sam):
        assert client_of(person).get(PAGE).status_code == 403
    assert {field.name for field in FormUse._meta.get_fields()} == {"id", "form", "at", "seconds", "touched"}
    assert FormUse.objects.visible_to(world.mia).count() == 0


def test_the_queries_do_not_grow_with_the_saves(world, client_of, django_assert_max_num_queries):
    client = client_of(world.ada)
    client.get(PAGE)
    FormUse.objects.bulk_create(
        [FormUse(form=one.name, at=timezone.now(), seconds=n) for n in range(300) for one in entry_forms()]
    )
    with django_assert_max_num_queries(45):
        assert client.get(PAGE).context["rows"][0].saves == 300


def test_a_year_is_kept(world):
    now = timezone.now()
    for days in (1, 369, 371):
        FormUse.objects.create(form="log", at=now - dt.timedelta(days=days), seconds=days)
    assert formuse.forget_old(now) == 1
    rows = formuse.standings(FormUse.objects.all(), user=world.ada, now=now)
    assert [(row.seconds, row.saves) for row in rows if row.form.name == "log"] == [(1, 1)]


def test_the_middle():
    assert formuse.middle([]) == (None, 0)
    assert formuse.middle([(3, 1)]) == (3, 1)
    assert formuse.middle([(3, 2), (9, 2)]) == (6, 4)
    assert formuse.middle([(3, 1), (4, 1)]) == (4, 2)


def test_a_key_says_when_its_form_was_opened(clock):
    one = new_key("log", 7)
    assert opened_at(one, 7) == clock.now
    assert [opened_at(*pair) for pair in ((one, 8), (one, None), ("", 7), (new_key("log"), 7))] == [None] * 4
    assert opened_at(new_key("log", 7, opened=5), 7) == 5


def test_a_number_out_of_what_somebody_typed():
    assert [number(text) for text in ("7", "0", "9" * 18)] == [7, 0, 10**18 - 1]
    assert [number(text) for text in (None, "", "-1", "1.0", "٣", "²", " 1", "9" * 19)] == [None] * 8
    assert (number("9" * 9, VERSION), number("9" * 10, VERSION)) == (10**9 - 1, None)
