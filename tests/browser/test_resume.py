"""B34, B35 in a real browser: the session ends while a log is typed; the text is there after signing in again."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from customers.models import FollowUp
from tests.browser.conftest import axe, overflow
from tests.browser.hand import settled
from tests.browser.test_main_jobs import customer_of
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
TEXT = "预算要等财务总监批，下周给答复"


def write_until_the_session_ends(page, customer):
    page.goto(f"/customers/{customer.pk}")
    page.locator("#tabs a.log, .btn-log").filter(visible=True).first.click()
    page.wait_for_selector("#id_text")
    page.fill("#id_text", TEXT)
    page.locator("#id_next .chip").nth(1).click()
    page.wait_for_function("(text) => Object.values(localStorage).some((kept) => kept.includes(text))", arg=TEXT)
    Session.objects.all().delete()
    page.locator("#drawer .btn-primary").click()
    page.wait_for_url("**/login**")


def sign_in_here(page, person):
    page.fill("input[name=login]", person.username)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    settled(page)


@pytest.mark.proves("B34")
@pytest.mark.parametrize("width", [390, 1440])
def test_the_text_is_there_after_signing_in_again(page_of, cast, width):
    customer = customer_of(cast.alice, timezone.now())
    page = page_of(cast.alice, width=width)
    write_until_the_session_ends(page, customer)
    sign_in_here(page, cast.alice)
    assert page.locator(".held").first.inner_text() == TEXT
    assert (overflow(page), axe(page)) == (0, [])
    page.locator("#held").evaluate("(form) => { form.elements.next.value = '1999-01-01'; form.submit(); }")
    page.wait_for_url("**/log?customer=*")  # not accepted: neither the server nor the device has let it go
    draft = f"draft:{cast.alice.pk}:{customer.pk}"
    page.wait_for_function("([name, text]) => (localStorage.getItem(name) || '').includes(text)", arg=[draft, TEXT])
    page.goto("/resume")
    page.locator("#held .btn-primary").click()
    page.wait_for_url(f"**/customers/{customer.pk}#ev-*")
    assert FollowUp.objects.filter(text=TEXT).count() == 1
    page.locator("#tabs a.log, .btn-log").filter(visible=True).first.click()
    page.wait_for_selector("#id_text, #log-q")
    page.goto(f"/log?customer={customer.pk}")
    assert page.input_value("#id_text") == ""  # the device's copy went with it


@pytest.mark.proves("B35")
def test_another_person_at_the_same_browser_sees_nothing_of_it(page_of, cast):
    customer = customer_of(cast.alice, timezone.now())
    page = page_of(cast.alice)
    write_until_the_session_ends(page, customer)
    sign_in_here(page, cast.mia)  # her manager, who may open the customer
    for path in ("/resume", f"/log?customer={customer.pk}"):
        page.goto(path)
        settled(page)
        assert TEXT not in page.content()
        assert all(TEXT not in field.input_value() for field in page.locator("textarea").all())
    assert not FollowUp.objects.filter(text=TEXT).exists()
