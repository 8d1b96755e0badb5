"""Everything without a mouse, and an input method that is never taken for a command (ux §3)."""

import pytest
from django.utils import timezone

from activity.models import Attachment, Event
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from customers import steps
from customers.models import FollowUp
from pipeline.models import Deal
from tests.browser.conftest import axe
from tests.browser.hand import closed, days, settled, sign_in
from tests.browser.test_main_jobs import customer_of
from tests.cast import make_request

pytestmark = pytest.mark.browser


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def desk(page_of, cast):
    page = page_of()
    sign_in(page, cast.alice)
    return page


def focused(page):
    return page.evaluate("document.activeElement.closest('[id]').id")


def compose(page, text, key="Enter", modifiers=0):
    """As an input method does it: a composition is open while a key is pressed."""
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    about = {"key": key, "code": key, "windowsVirtualKeyCode": 229, "modifiers": modifiers}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **about})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **about})
    keyboard.send("Input.insertText", {"text": text})


def test_enter_that_chooses_a_word_saves_nothing(desk, cast, now):
    customer = customer_of(cast.alice, now)
    logs = FollowUp.objects.count()
    desk.goto(f"/customers/{customer.pk}")
    desk.keyboard.press("l")
    desk.wait_for_selector("#id_text:focus")
    compose(desk, "预算", modifiers=2)  # even with Ctrl held
    compose(desk, "审批")
    assert desk.input_value("#id_text") == "预算审批"
    settled(desk)
    assert FollowUp.objects.count() == logs
    assert desk.locator("#drawer .summary").count() == 0
    desk.keyboard.press("Escape")
    closed(desk)
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#palette[open] input:focus")
    compose(desk, "星澜")
    settled(desk)
    assert desk.url.endswith(f"/customers/{customer.pk}")  # the palette went nowhere


def test_an_arrow_in_the_palette_opens_what_can_be_done(desk, cast, now):
    customer = customer_of(cast.alice, now)
    desk.goto("/today")
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#palette[open] input:focus")
    desk.keyboard.type("星澜")
    chosen = desk.locator("#palette-results [aria-selected=true]")
    desk.wait_for_selector(f"#palette-results [href='/log?customer={customer.pk}']")  # what was typed is found
    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector("#palette-results [href$='/steps/new']")
    assert chosen.get_attribute("href") == f"/customers/{customer.pk}"
    desk.keyboard.press("ArrowLeft")
    assert chosen.get_attribute("data-about") == f"customer-{customer.pk}"
    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector("#palette-results [href$='/steps/new']")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#drawer #id_text:focus")
    assert desk.locator("#drawer [name=customer]").input_value() == str(customer.pk)
    assert not desk.locator("#palette[open]").count()


def test_a_word_of_an_input_method_is_looked_for(desk, cast, now):
    customer = customer_of(cast.alice, now)
    desk.goto("/today")
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#palette[open] input:focus")
    compose(desk, "星澜", key="Space")
    desk.wait_for_selector(f"#palette-results [href='/customers/{customer.pk}'][aria-selected=true]")


def test_enter_before_the_answer_opens_what_was_typed(desk, cast, now):
    """The lines shown so far are of something else: Enter waits for those of what is typed."""
    first, second = (customer_of(cast.alice, now, name) for name in ("远扬制造", "启明教育"))
    desk.goto("/today")
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#palette-results [aria-selected=true]")
    desk.keyboard.insert_text("启明教育")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/customers/{second.pk}")


@pytest.mark.parametrize("fault", ["cut", 429])  # a 500 goes the same way, but fails every test by its console
def test_the_palette_keeps_its_lines_when_no_answer_comes(desk, cast, now, fault):
    """The lines there were stay and open, nothing of them is chosen by Enter; a button asks again."""
    customer = customer_of(cast.alice, now)
    desk.goto("/reviews")
    desk.keyboard.press("Control+k")
    lines = desk.locator("#palette-results [role=option]")
    desk.wait_for_selector(f"#palette-results [href='/customers/{customer.pk}']")
    before, desk_at = lines.all_inner_texts(), desk.url.rsplit("/", 1)[-1]
    url = lambda address: "/search?q=" in address  # noqa: E731
    desk.route(url, lambda route: route.abort() if fault == "cut" else route.fulfill(status=fault, body="<p>panel</p>"))
    desk.keyboard.insert_text("电话")
    panel = desk.locator("#palette-failed > .error-panel")
    panel.wait_for()
    assert (lines.all_inner_texts(), desk.locator("#palette-results [aria-selected=true]").count()) == (before, 0)
    assert "搜索暂时不可用" in panel.inner_text()
    assert axe(desk, ["#palette"]) == []
    desk.keyboard.press("Enter")  # asks again, and goes nowhere
    settled(desk)
    assert (panel.count(), desk.url.rsplit("/", 1)[-1]) == (1, desk_at)
    desk.unroute(url)
    panel.locator("button").click()
    desk.wait_for_function("!document.querySelector('#palette-failed > *')")
    assert desk.locator("#palette[open] input").input_value() == "电话"
    desk.wait_for_selector("#palette input:focus")


def test_the_enter_right_after_a_word_is_the_input_methods(desk):
    """Safari ends the composition before it tells of the key."""
    desk.goto("/search")
    desk.fill("#q", "星澜")
    stopped = desk.evaluate(
        """() => { const field = document.querySelector('#q');
        field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
        const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
        return !field.dispatchEvent(enter); }"""
    )
    assert stopped


def test_a_list_by_j_k_and_enter(desk, cast, now):
    names = [customer_of(cast.alice, now, name).name for name in ("远扬制造", "启明教育", "云帆物流")]
    desk.goto("/customers")
    shown = desk.locator("[data-row] .main b").all_inner_texts()
    assert sorted(shown) == sorted(names)
    for key, at in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1)):
        desk.keyboard.press(key)
        assert desk.evaluate("document.activeElement.querySelector('.main b').textContent") == shown[at]
    desk.keyboard.press("x")
    assert desk.locator(".pick:checked").count() == 1
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/customers/*")
    assert desk.locator("h1").inner_text().startswith(shown[1])


def test_l_opens_the_log_ctrl_enter_saves_and_esc_gives_focus_back(desk, cast, now):
    customer = customer_of(cast.alice, now)
    desk.goto(f"/customers/{customer.pk}")
    desk.focus(".btn-log")
    desk.keyboard.press("l")
    desk.wait_for_selector("#id_text:focus")
    desk.keyboard.press("Escape")
    closed(desk)
    assert desk.evaluate("document.activeElement.matches('.btn-log')")
    desk.keyboard.press("l")
    desk.wait_for_selector("#id_text:focus")
    desk.keyboard.insert_text("明天把两版报价发过去")  # the date is found in the text
    desk.wait_for_selector("#id_next input:checked", state="attached")
    desk.keyboard.press("Control+Enter")
    closed(desk)
    saved = FollowUp.objects.latest("pk")
    assert (saved.text, saved.steps.get().due_on) == ("明天把两版报价发过去", timezone.localdate(now) + days(1))


def test_a_letter_in_a_field_is_a_letter(desk, cast, now):
    desk.goto("/search")
    desk.focus("#q")
    desk.keyboard.type("l?gp")
    assert desk.input_value("#q") == "l?gp"
    closed(desk)


def test_single_letters_can_be_switched_off(page_of, cast):
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(single_keys=False)
    page = page_of(cast.alice)
    page.goto("/today")
    page.keyboard.press("l")
    settled(page)
    assert page.locator("#drawer > *").count() == 0


def test_the_board_by_arrows(desk, cast, now):
    first, second = (customer_of(cast.alice, now, name, at=2) for name in ("启明教育", "云帆物流"))
    third = customer_of(cast.alice, now, "星澜科技", at=4)
    cards = {c.name: f"card-{c.deals.get().pk}" for c in (first, second, third)}
    desk.goto("/pipeline")
    stop = desk.locator(".board .card[tabindex='0']")
    assert (stop.count(), stop.is_visible()) == (1, True)  # one tab stop, on a card that is seen
    desk.evaluate("document.querySelector('.board-head a:last-of-type')?.focus()")
    for _ in range(40):
        desk.keyboard.press("Tab")
        if desk.evaluate("!!document.activeElement.closest('.board .card')"):
            break
    assert focused(desk) == stop.get_attribute("id")
    shown = desk.locator(".col:not(.col-all) .card").filter(visible=True)
    column = [f"card-{n}" for n in shown.evaluate_all("all => all.map((card) => card.dataset.deal)")]
    desk.focus(f"#{column[0]}")
    walked = []
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft"):
        desk.keyboard.press(key)
        walked.append(focused(desk))
    assert walked[1:] == [cards["星澜科技"], column[0]]
    assert walked[0] == column[1]
    desk.keyboard.press("Shift+ArrowRight")
    desk.wait_for_selector("#move-form")
    desk.keyboard.press("Escape")
    closed(desk)
    assert focused(desk) == column[0]
    assert Deal.objects.get(pk=column[0].split("-")[1]).stage.position == 2
    desk.keyboard.press("m")
    desk.wait_for_selector("#dialog dialog[open]")
    desk.keyboard.press("Escape")
    closed(desk)
    desk.keyboard.press("l")
    desk.wait_for_selector("#id_text:focus")
    desk.keyboard.press("Escape")
    closed(desk)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/customers/*")


def test_requests_by_their_keys(page_of, cast, now):
    for n in range(3):
        raise_request(
            by=cast.alice, now=now, department=cast.tech, kind=RequestKind.objects.get(code="technical"),
            title=f"评估 {n}", description="评估实时同步",
        )  # fmt: skip
    page = page_of(cast.tess)
    page.goto("/requests?tab=accept")
    assert page.locator("#nav .n").inner_text() == "3"
    page.keyboard.press("j")
    page.keyboard.press("a")  # accepts the row that has the focus
    page.wait_for_selector('#req-tabs a[aria-current]:has-text("2")')
    assert page.locator("#nav .n").inner_text() == "3"  # hers in progress and two to accept
    assert CollaborationRequest.objects.filter(state="accepted").count() == 1
    page.locator("tr[data-row]").nth(1).focus()
    page.keyboard.press("r")
    page.wait_for_selector("tr details[open] textarea:focus")
    page.keyboard.type("ga")  # in a field letters are letters
    assert page.input_value("tr details[open] textarea") == "ga"
    page.keyboard.press("Escape")
    page.locator("tr[data-row]").nth(1).focus()
    page.keyboard.press("g")
    page.wait_for_url("**?do=hand_over**")
    waiting = CollaborationRequest.objects.filter(state="submitted").first()
    page.goto(f"/requests/R-{waiting.number}")
    page.keyboard.press("b")
    page.wait_for_selector("#do-ask_back[open] textarea:focus")
    page.goto(f"/requests/R-{waiting.number}")
    page.keyboard.press("r")
    page.wait_for_selector("#req-talk textarea:focus")
    page.goto(f"/requests/R-{waiting.number}")
    page.keyboard.press("a")
    settled(page)
    page.wait_for_selector("#do-deliver")
    page.keyboard.press("c")
    page.wait_for_selector("#do-deliver[open] :focus")
    type(cast.tess).objects.filter(pk=cast.tess.pk).update(single_keys=False)
    page.goto(f"/requests/R-{waiting.number}")
    page.keyboard.press("c")
    assert page.locator("#do-deliver[open]").count() == 0


PASTE = """(field) => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 8, height: 8});
    return new Promise((done) => canvas.toBlob((blob) => {
        const data = new DataTransfer();
        data.items.add(new File([blob], 'image.png', {type: 'image/png'}));
        field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        done();
    }));
}"""


def test_a_pasted_picture_is_sent_with_the_reply_and_opens(page_of, cast, now):
    request = raise_request(
        by=cast.alice, now=now, department=cast.tech, kind=RequestKind.objects.get(code="technical"),
        title="评估", description="评估实时同步",
    )  # fmt: skip
    page = page_of(cast.tess)
    page.goto(f"/requests/R-{request.number}")
    for _ in range(2):
        page.locator("#req-talk textarea").evaluate(PASTE)
    assert page.locator("#comment-files").evaluate("field => field.files.length") == 2
    page.fill("#req-talk textarea", "见截图")
    page.click("#req-talk .actions .btn")
    page.wait_for_selector("#req-files .file >> nth=1")
    assert Attachment.objects.of(request).count() == 2 and request.comments.get().text == "见截图"
    with page.expect_popup() as opened:
        page.locator("#req-files .file").first.get_by_role("link", name="查看").click()
    shown = opened.value
    shown.wait_for_load_state()
    assert shown.evaluate("document.images[0].naturalWidth") == 8


def test_my_day_by_its_keys_and_the_method_by_alt(desk, cast, now):
    """J to the row, D logs it done, P reschedules, N nudges; Alt and a number choose how (S2, S3)."""
    customer = customer_of(cast.alice, now)
    steps.plan(customer, by=cast.alice, now=now, due_on=timezone.localdate(now), text="寄样品")
    request = make_request(cast.alice, cast.tech, now=now, title="接口评估")
    desk.goto("/today")
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.id").startswith("due-")
    desk.keyboard.press("p")
    desk.wait_for_selector("#dialog dialog[open]")
    desk.keyboard.press("Escape")
    closed(desk)
    desk.keyboard.press("d")
    desk.wait_for_selector("#drawer #id_text:focus")
    assert desk.locator("#drawer [name=steps]:checked").count() == 1
    on = "[...document.querySelectorAll('#drawer [name=methods]')].map((box) => box.checked)"
    before = desk.evaluate(on)
    desk.keyboard.press("Alt+3")
    after = desk.evaluate(on)
    assert [n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == [2]
    desk.keyboard.press("Escape")
    closed(desk)
    desk.evaluate("const row = document.querySelector('#waits [data-row]'); row.tabIndex = -1; row.focus()")
    desk.keyboard.press("n")
    desk.wait_for_selector(f"span#nudge-{request.number}")
    assert Event.objects.filter(verb="collaboration.nudged").count() == 1


def test_what_is_too_long_is_said_and_stays(desk, cast, now):
    customer = customer_of(cast.alice, now)
    desk.goto(f"/customers/{customer.pk}")
    desk.keyboard.press("l")
    desk.wait_for_selector("#id_text:focus")
    desk.keyboard.insert_text("长" * 2100)
    assert desk.locator("#text-count.c-alert").inner_text() == "2100 / 2000"
    desk.locator("#id_next .chip").nth(1).click()
    desk.keyboard.press("Control+Enter")
    desk.wait_for_selector("#drawer .summary")
    assert desk.input_value("#id_text") == "长" * 2100
    assert FollowUp.objects.filter(customer=customer, text__startswith="长").count() == 0
