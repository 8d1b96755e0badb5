"""The quick log's counts and helps in a real browser: no answer, several in a row, a raised tag, files, the stage."""

import pytest
from django.utils import timezone

from activity.models import Attachment
from customers.models import Customer, FollowUp
from tests.browser.hand import Hand, closed, days, settled
from tests.browser.test_main_jobs import DESK, PHONE, both, customer_of
from tests.cast import make_customer

pytestmark = pytest.mark.browser


@pytest.fixture
def now():
    return timezone.now()


def opened(page, customer):
    page.goto(f"/customers/{customer.pk}")
    hand = Hand(page)
    hand.press("#tabs a.log" if hand.phone else ".btn-log")
    page.wait_for_selector("#id_text")
    return hand


@both
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_words_that_imply_a_tag_ask_for_it(page_of, cast, now, width, language):
    customer = customer_of(cast.alice, now, at=2)
    page = page_of(cast.alice, width=width, language=language)
    hand = opened(page, customer)
    offer = page.locator("[data-implied]").filter(visible=True)
    hand.type("随便聊聊")
    assert offer.count() == 0
    page.fill("#id_text", "对方要看合同，问能否分期")
    words = {"zh-hans": "升为 高意向？", "en": "Raise to High intent?"}[language]
    assert [text.split("\n")[0] for text in offer.all_inner_texts()] == [words]
    offer.locator("label").first.click()
    page.locator("#id_next .chip").nth(1).click()
    page.locator("#drawer .btn-primary").click()
    closed(page)
    assert Customer.objects.get(pk=customer.pk).tag == "hot"


@both
def test_several_in_a_row_keep_date_and_method(page_of, cast, now, width):
    names = ["星澜科技", "云帆物流", "启明教育"]
    customers = [make_customer(cast.alice, now=now, name=name) for name in names]
    page = page_of(cast.alice, width=width)
    page.goto("/today")
    page.locator("#tabs a.log, .btn-log").filter(visible=True).first.click()
    for number, name in enumerate(names):
        page.fill("#log-q", name)
        page.wait_for_timeout(400)  # the list is drawn anew after a pause of the typing
        settled(page)
        page.locator("#drawer").get_by_role("link", name=name).first.click()
        page.wait_for_selector("#id_text")
        if number == 0:
            page.locator(".tm summary").click()
            page.locator("[data-times] .chip", has_text="昨天").click()
            page.locator(".how label", has_text="拜访").click()
            page.locator(".how label", has_text="电话").click()  # off: only the visit
        page.fill("#id_text", f"拜访{name}")
        page.locator("#id_next .chip").nth(1).click()
        page.locator("#drawer [data-again]").click()
        page.wait_for_selector("#log-q")
    saved = FollowUp.objects.filter(customer__in=customers).order_by("pk")
    yesterday = timezone.localdate(now) - days(1)
    assert [(row.methods, timezone.localdate(row.happened_at)) for row in saved] == [(",visit,", yesterday)] * 3


@both
def test_a_log_leads_to_the_move(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice, width=width)
    hand = opened(page, customer)
    hand.type("条款基本谈妥")
    hand.press("#id_next .chip >> nth=1")
    hand.press("#drawer button[value=stage]")
    page.wait_for_selector("#dialog dialog[open]")
    page.locator("#dialog").get_by_text("商务谈判").first.wait_for()
    assert FollowUp.objects.latest("pk").text == "条款基本谈妥"
    assert hand.used == 4


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_photo_goes_with_the_log(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice, width=width)
    hand = opened(page, customer)
    hand.type("交换了名片")
    page.set_input_files("[data-files]", {"name": "名片.txt", "mimeType": "text/plain", "buffer": "张敏".encode()})
    assert page.locator(".clip").inner_text() == "名片.txt"
    page.locator("#id_next .chip").nth(1).click()
    page.locator("#drawer .btn-primary").click()
    closed(page)
    settled(page)
    assert Attachment.objects.of(FollowUp.objects.latest("pk")).get().name == "名片.txt"
    assert page.locator("#timeline").get_by_role("link", name="名片.txt").is_visible()
