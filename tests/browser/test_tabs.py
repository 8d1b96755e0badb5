"""What people do with a browser: two tabs on one customer, Back after saving, a line typed while the session ends."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from customers.models import FollowUp, NextStep
from tests.browser.hand import closed, settled
from tests.browser.test_line import LINE
from tests.browser.test_main_jobs import customer_of
from tests.browser.test_resume import sign_in_here
from tests.cast import make_customer, make_step

pytestmark = pytest.mark.browser


def log(page, text):
    page.keyboard.press("l")
    page.wait_for_selector("#id_text:focus")
    page.keyboard.insert_text(text)
    page.locator("#id_next .chip").nth(1).click()


def test_two_tabs_on_one_customer(page_of, cast):
    """What the other tab did meanwhile loses nothing here: both logs are kept, a step is closed once, and a field that
    both changed shows both values."""
    customer = customer_of(cast.alice, timezone.now())
    step = make_step(customer, text="寄样品", due_on=timezone.localdate())
    before = FollowUp.objects.count()
    first = page_of(cast.alice)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(f"/customers/{customer.pk}")
        log(tab, "样品收到了，很满意" if tab is first else "采购说下周付款")
        tab.locator(f"#drawer [name=steps][value='{step.pk}']").check(force=True)
    for tab in (first, second):
        tab.locator("#drawer .btn-primary").click()
        closed(tab)
    assert FollowUp.objects.count() == before + 2
    closings = NextStep.objects.filter(pk=step.pk).values_list("closed_as", flat=True)
    assert list(closings) == ["kept"]
    assert second.locator("#timeline", has_text="采购说下周付款").count() == 1

    for tab in (first, second):
        tab.goto(f"/customers/{customer.pk}/edit")
        tab.fill("[name=industry]", "医疗" if tab is first else "物流")
    first.locator("main .btn-primary").first.click()
    first.wait_for_url(f"**/customers/{customer.pk}")
    second.locator("main .btn-primary").first.click()
    second.locator("main", has_text="医疗").wait_for()
    assert "物流" in second.locator("main").inner_text()
    customer.refresh_from_db()
    assert customer.industry == "医疗"


@pytest.mark.proves("B31")
def test_back_after_saving_offers_nothing_again(page_of, cast):
    customer = customer_of(cast.alice, timezone.now())
    page = page_of(cast.alice)
    page.goto(f"/customers/{customer.pk}")
    log(page, "合同发过去了")
    page.locator("#drawer .btn-primary").click()
    closed(page)
    page.goto("/today")
    page.go_back()
    settled(page)
    assert page.locator("#timeline", has_text="合同发过去了").count() == 1
    assert page.locator("#drawer > *").count() == 0

    page.goto(f"/log?customer={customer.pk}")
    page.fill("#id_text", "法务在看合同")
    page.locator("#id_next .chip").nth(1).click()
    page.locator("#log .btn-primary").click()
    page.wait_for_url(f"**/customers/{customer.pk}#ev-*")
    page.go_back()
    settled(page)
    assert page.url.endswith(f"/log?customer={customer.pk}")
    assert page.input_value("#id_text") == ""  # neither by the browser nor from the device
    assert FollowUp.objects.filter(text__in=("合同发过去了", "法务在看合同")).count() == 2


@pytest.mark.proves("B34")
def test_a_line_typed_while_the_session_ended_is_there_again(page_of, cast):
    make_customer(cast.alice, contacts=[{"name": "张敏", "position": "采购经理", "is_main": True}])
    page = page_of(cast.alice, width=390)
    page.goto("/customers")
    page.locator("#tabs a.log").tap()
    page.wait_for_selector("#log-q:focus")
    Session.objects.all().delete()
    page.keyboard.insert_text(LINE)  # it is asked for at once, and so is the sign-in
    page.wait_for_url("**/login**")
    sign_in_here(page, cast.alice)
    page.locator("#tabs a.log").tap()
    page.wait_for_selector("#log-q")
    settled(page)
    assert page.input_value("#log-q") == LINE
