"""The end-of-day update by hand (M3, R26): 25 open deals with three to look at, desk and phone, with real keys."""

import pytest
from django.utils import timezone

from core.periods import today
from customers import steps
from pipeline.models import DayClose, DayMark, KeyAction
from tests.browser.conftest import axe, overflow
from tests.browser.hand import Hand, days, settled
from tests.cast import make_customer, make_log

pytestmark = [pytest.mark.browser]
DESK, PHONE = 1440, 390


@pytest.mark.proves("M3", "R26", "R27")
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_25_deals_with_three_to_look_at_close_in_five(page_of, cast, width):
    now = timezone.now()
    for number in range(25):
        customer = make_customer(cast.alice, name=f"客户{number:02}", now=now - days(2), deal={"amount": 1000 - number})
        if number >= 3:
            steps.plan(customer, by=cast.alice, now=now, due_on=today(now) + days(3), text="回访")
    page = page_of(cast.alice, width=width)
    page.goto("/today")
    hand = Hand(page)
    page.goto("/today/update")
    assert page.locator("[id^=upd-][data-row]").count() == 3
    hand.press("text=全部确认" if page.get_by_text("全部确认").count() else "#update-page .panel-h .btn-primary")
    settled(page)
    first, second, third = (page.locator("[id^=upd-][data-row]").nth(n) for n in range(3))
    line = first.locator("[name=key_action]")
    line.focus()
    page.keyboard.insert_text("等客户回电")
    hand.keys("Enter")
    settled(page)
    hand.press(page.locator("[id^=upd-][data-row]").nth(0).locator("[name=same]"))
    settled(page)
    hand.press(page.locator("[id^=upd-][data-row]").nth(0).locator("[name=same]"))
    settled(page)
    assert hand.used + 1 <= 5  # the typing is one
    assert page.locator("#upd-state").inner_text().strip().startswith("今日进度已更新")
    closed = DayClose.objects.get()
    assert (closed.user_id, closed.open_deals, closed.left_over, bool(closed.closed_at)) == (cast.alice.pk, 25, 0, True)
    assert sorted(DayMark.objects.values_list("how", flat=True)) == ["action", *["bulk"] * 22, *["same"] * 2]
    assert [(k.text, k.on, k.by) for k in KeyAction.objects.all()] == [("等客户回电", today(now), cast.alice)]
    assert overflow(page) == 0
    assert axe(page) == []
    page.goto("/today")
    assert "今日进度已更新" in page.locator("#update").inner_text()


@pytest.mark.proves("M3")
def test_the_keyboard_alone_is_enough(page_of, cast):
    now = timezone.now()
    for number in range(3):
        make_customer(cast.alice, name=f"客户{number}", now=now - days(2))
    page = page_of(cast.alice, width=DESK)
    page.goto("/today/update")
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("c")
        settled(page)
    assert DayClose.objects.get().left_over == 0
    assert DayMark.objects.filter(how="same").count() == 3


@pytest.mark.proves("M12", "R31")
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_sum_is_a_tap_away(page_of, cast, width):
    now = timezone.now()
    customer = make_customer(cast.alice, now=now - days(9))
    make_log(customer, happened_at=now - days(6), now=now - days(6), next_on=None)
    page = page_of(cast.alice, width=width)
    for path in ("/today", "/customers", f"/customers/{customer.pk}"):
        page.goto(path)
        Hand(page).press(".why > summary")
        assert "通用上限" in page.locator(".why p").filter(visible=True).first.inner_text()
        assert overflow(page) == 0
