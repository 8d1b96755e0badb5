"""A join link for a group (S24): nobody comes in by it alone, nothing is told to strangers, only the device that asked
sets the password."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import joining
from accounts.models import JoinAsk, User
from activity.models import Event
from core.errors import Refused
from tests.cast import key

pytestmark = pytest.mark.django_db
NEW = {"name": "新人", "mobile": "138 0000 0001"}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def link(cast):
    return joining.open_link(
        by=cast.ada, now=timezone.now(), name="展会", days=7, team=cast.east, department=cast.sales
    )


def page(link):
    return reverse("join", args=[joining.token_of(link)])


def asked(link, **fields):
    """A phone that asked, and its row."""
    phone = Client(headers={"accept-language": "en"})
    assert phone.post(page(link), NEW | fields)["Location"] == reverse("join_wait")
    return phone, JoinAsk.objects.latest("pk")


def test_somebody_waits_is_let_in_and_chooses_a_password_on_his_own_device(cast, link, client_of):
    phone, one = asked(link)
    assert "Waiting for an administrator" in phone.get(reverse("join_wait")).content.decode()
    assert phone.get("/today").status_code == 302 and not User.objects.filter(name="新人").exists()
    assert phone.post(reverse("join_wait")).status_code == 409  # not yet
    ada = client_of(cast.ada)
    assert "展会" in ada.get(reverse("setup_join")).content.decode()
    path = reverse("setup_join_approve", args=[one.pk])
    ada.post(path, {"key": key(), "role": "rep", "team": cast.east.pk})
    user = User.objects.get(name="新人")
    assert (user.role, user.team, user.department, user.mobile) == ("rep", cast.east, cast.sales, "13800000001")
    onward = phone.post(reverse("join_wait"))["Location"]
    other = Client()  # a device that did not ask has nothing to take
    assert other.get(reverse("join_wait")).status_code == 404
    word = "a sentence that is long"
    assert phone.post(onward, {"password1": word, "password2": word}).status_code == 302
    assert phone.get("/today").status_code == 200
    assert phone.post(reverse("join_wait")).status_code == 409  # once
    said = list(Event.objects.filter(verb__startswith="accounts.").order_by("pk").values_list("verb", flat=True))
    assert said == ["accounts.join_opened", "accounts.person_added", "accounts.invited", "accounts.joined"]


def test_a_number_that_is_here_already_looks_like_every_other_to_a_stranger(cast, link, client_of):
    cast.bob.mobile = "13800000001"
    cast.bob.save()
    phone, one = asked(link, name="王敏")
    new, _other = asked(link, mobile="13800000002")
    pages = [one.get(reverse("join_wait")).content.decode() for one in (phone, new)]
    assert "Waiting" in pages[0] and "Waiting" in pages[1]
    assert "王敏 has this number already" in client_of(cast.ada).get(reverse("setup_join")).content.decode()
    with pytest.raises(Refused):
        joining.approve(one, role="rep", by=cast.ada, now=timezone.now())
    assert phone.post(reverse("join_wait")).status_code == 409


def test_two_devices_with_one_number_are_two_askings(cast, link):
    first, one = asked(link)
    second, two = asked(link)
    assert set(joining.doubts([one, two]).values()) == {"Asked more than once with this number: ask him which is his"}
    joining.approve(two, role="rep", by=cast.ada, now=timezone.now())
    assert first.post(reverse("join_wait")).status_code == 409
    assert "/invite/" in second.post(reverse("join_wait"))["Location"]


def test_a_link_ends_by_itself_by_hand_and_cannot_be_made_up(cast, link):
    now, token = timezone.now(), joining.token_of(link)
    assert joining.find(token, now=now) == link
    assert joining.find(token, now=now + dt.timedelta(days=8)) is None
    for wrong in ("", "-", "1", f"{token}x", token[:-1], "9-" + token.partition("-")[2], "é-x", "0-" + "0" * 32):
        assert joining.find(wrong, now=now) is None, wrong
    joining.end_link(link, by=cast.ada, now=now)
    assert Client().get(page(link)).status_code == 404
    with pytest.raises(Refused):
        joining.end_link(link, by=cast.ada, now=now)


def test_typing_is_throttled_and_a_link_takes_so_many(cast, link, settings, monkeypatch):
    monkeypatch.setattr(joining, "MOST_WAITING", 2)
    asked(link), asked(link, mobile="13800000002")
    assert Client().post(page(link), NEW).status_code == 409
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"join": "1/h/ip"}
    monkeypatch.setattr(joining, "MOST_WAITING", 200)
    assert [Client(REMOTE_ADDR="203.0.113.5").post(page(link), NEW).status_code for _n in range(2)] == [302, 429]


def test_refused_he_is_told_so_and_nothing_else(cast, link, client_of):
    phone, one = asked(link)
    client_of(cast.ada).post(reverse("setup_join_refuse", args=[one.pk]), {"key": key()})
    assert "You were not let in" in phone.get(reverse("join_wait")).content.decode()
    with pytest.raises(Refused):
        joining.approve(one, role="rep", by=cast.ada, now=timezone.now())
    assert not User.objects.filter(name="新人").exists()


def test_the_code_is_drawn_in_the_page_and_says_the_link(cast, link, client_of):
    text = client_of(cast.ada).get(reverse("setup_join_link", args=[link.pk])).content.decode()
    assert f"http://testserver{page(link)}" in text
    assert text.count('<svg class="qr" role="img"') == 1 and " style=" not in text


def test_a_code_s_path_is_its_modules():
    import qrcode  # noqa: PLC0415

    from core.qr import MARGIN, code_of  # noqa: PLC0415

    text = "https://crm.example.com/join/1-0123456789abcdef"
    drawn = qrcode.QRCode(border=MARGIN, error_correction=qrcode.constants.ERROR_CORRECT_M)
    drawn.add_data(text)
    drawn.make(fit=True)
    code, dark = code_of(text), set()
    for part in code.path.split("z"):
        if part:
            x, rest = part[1:].split(" ")
            y, n = rest.split("h")[0], int(rest.split("h")[1].split("v")[0])
            dark |= {(int(x) + k, int(y)) for k in range(n)}
    rows = drawn.get_matrix()
    assert dark == {(x, y) for y, row in enumerate(rows) for x, on in enumerate(row) if on}
    assert code.side == len(rows)
