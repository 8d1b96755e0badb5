"""The quick log's counts and helps in a real browser: no answer, several in a row, a raised tag, files, the stage."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

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


@pytest.mark.proves("M8")
@pytest.mark.parametrize(("width", "language"), [(PHONE, "zh-hans"), (DESK, "en")])
def test_what_the_text_implies_comes_first_and_is_never_ticked(page_of, cast, now, width, language):
    customer = customer_of(cast.alice, now, at=2)
    page = page_of(cast.alice, width=width, language=language)
    hand = opened(page, customer)
    offered = page.locator("[data-topics]").first.locator(".chip.hinted").filter(visible=True)
    words = {
        "zh-hans": ("价格还是有点高，不需要培训，要对接", "价格偏高 文中", "对接现有系统 文中", "价格没问题，要对接"),
        "en": ("price is too high, no need for training, wants an API", "Too expensive in text",
               "Fit existing systems in text", "fine with the price, wants an API"),
    }[language]
    hand.type(words[0])
    expect(offered).to_have_count(2)
    assert [" ".join(text.split()) for text in offered.all_inner_texts()] == [words[1], words[2]]
    assert page.locator("[name=topics]:checked").count() == 0
    page.fill("#id_text", words[3])  # what is no longer said is no longer offered
    expect(offered).to_have_count(1)
    hand.press(offered.first)
    page.locator("#id_next .chip").nth(1).click()
    page.locator("#drawer .btn-primary").click()
    closed(page)
    assert [need.topic.code for need in FollowUp.objects.latest("pk").needs.all()] == ["integrate"]


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


@pytest.mark.proves("R28")
@pytest.mark.parametrize("keys", ["Control+Enter", "Control+Shift+Enter"])
def test_a_date_counts_however_fast_it_is_sent(page_of, cast, now, keys):
    """Sent in the moment of the last letter, long before the chip could be there: the date was said, so it is taken."""
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice)
    opened(page, customer)
    page.evaluate(  # one task of the browser: nothing can come between the letter and the keys
        """(keys) => {
            const field = document.querySelector('#id_text');
            field.value = '谈了报价，明天回电';
            field.dispatchEvent(new Event('input', { bubbles: true }));
            const init = { key: 'Enter', ctrlKey: true, shiftKey: keys.includes('Shift'), bubbles: true };
            field.dispatchEvent(new KeyboardEvent('keydown', init));
            field.dispatchEvent(new KeyboardEvent('keydown', init));
        }""", keys)
    page.wait_for_selector("#drawer #log-q" if "Shift" in keys else "body:not(:has(#drawer > *))")
    saved = FollowUp.objects.filter(text="谈了报价，明天回电").get()
    step = saved.customer.steps.open().get(follow_up=saved)
    assert (step.due_on, step.text) == (timezone.localdate(now) + days(1), "谈了报价，明天回电")


def test_a_text_is_kept_at_its_last_letter(page_of, cast, now):
    """Left within the same moment as the last letter: the text is there when the log is opened again."""
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice, width=DESK)
    opened(page, customer)
    kept = page.evaluate("""() => {
        const field = document.getElementById('id_text');
        field.focus();
        document.execCommand('insertText', false, '预算下周批');
        return Object.entries(localStorage).filter(([name]) => name.startsWith('draft:')).join();
    }""")
    assert "预算下周批" in kept
    page.goto("/today")
    opened(page, customer)
    assert page.input_value("#id_text") == "预算下周批"


def test_a_form_that_has_just_come_is_sent_without_leaving_the_page(page_of, cast, now):
    """A key in the same moment as the swap: the form is wired by then, so that nothing is loaded anew."""
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice, width=DESK)
    page.goto(f"/customers/{customer.pk}")
    page.evaluate("""() => {
        window.stayed = true;
        let sent = false;
        document.addEventListener('htmx:afterSwap', () => setTimeout(() => {
            if (sent || !document.querySelector('#drawer #id_text')) return;
            sent = true;
            document.querySelector('#id_text').value = '电话确认';
            document.querySelector('#id_next input[type=radio]').checked = true;
            document.querySelector('#drawer .btn-primary').click();
        }));
        document.querySelector('.btn-log').click();
    }""")
    page.locator('#timeline').get_by_text('电话确认').first.wait_for()
    assert page.evaluate("window.stayed") is True
    assert FollowUp.objects.latest("pk").text == "电话确认"
