"""The main task of each role, from the sign-in form to the result, on the desk and on the phone (R62)."""

import pytest
from django.utils import timezone

from collaboration.models import CollaborationRequest
from customers.models import FollowUp
from pipeline.models import Deal, Playbook
from tests.browser.hand import Hand, closed, days, drag, settled, sign_in
from tests.cast import make_customer, make_log, make_request

pytestmark = [pytest.mark.browser, pytest.mark.proves("R62")]
DESK, PHONE = 1440, 390
both = pytest.mark.parametrize("width", [DESK, PHONE])


@pytest.fixture
def now():
    return timezone.now()


def stage(position):
    return Playbook.objects.default().stages.get(position=position)


def customer_of(person, now, name="星澜科技", *, at=4, quiet=1, **row):
    """A customer spoken to `quiet` days ago, its deal in a stage, with no step planned."""
    row = {"contacts": [{"name": "张敏", "phone": "13800005678", "is_main": True}], "deal": {"amount": 480_000}} | row
    customer = make_customer(person, now=now - days(12), name=name, **row)
    make_log(customer, by=person, now=now - days(quiet), text="客户认可方案功能")
    deal = customer.deals.get()
    if at > 1:
        deal.move_to(stage(at), by=person, now=now - days(quiet), key_action="方案已提交")
    return customer


# --- a rep logs a call with its next step ---------------------------------------------------------------------------
@both
def test_a_rep_logs_a_call_from_anywhere_in_five(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    page = page_of(width=width)
    sign_in(page, cast.alice)
    assert page.url.endswith("/today")
    page.goto("/requests")
    hand = Hand(page)
    hand.press("#tabs a.log" if width == PHONE else ".btn-log")
    hand.press(page.locator("#drawer").get_by_role("link", name="星澜科技"))
    page.wait_for_selector("#id_text")
    hand.type("预算预批已到财务总监，对方问能否分两期付款")
    hand.press("#id_next .chip >> nth=1")
    hand.press("#drawer .btn-primary")
    closed(page)
    assert hand.used == 5
    saved = FollowUp.objects.latest("pk")
    assert (saved.customer_id, saved.talked_by_id, saved.methods) == (customer.pk, cast.alice.pk, ",phone,")
    assert saved.steps.get().due_on > timezone.localdate(now)


@both
def test_a_rep_logs_a_call_from_the_customer_in_four(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    page = page_of(width=width)
    sign_in(page, cast.alice)
    page.goto(f"/customers/{customer.pk}")
    hand = Hand(page)
    hand.press("#tabs a.log" if width == PHONE else ".btn-log")
    page.wait_for_selector("#id_text")
    hand.type("预批走到财务总监那里")
    hand.press("#id_next .chip >> nth=1")
    hand.press("#drawer .btn-primary") if width == PHONE else hand.keys("Control+Enter")
    closed(page)
    assert hand.used == 4
    assert page.locator("#timeline").get_by_text("预批走到财务总监那里").count() == 1  # already on the page


@both
def test_no_answer_takes_three(page_of, cast, now, width):
    customer = customer_of(cast.alice, now, quiet=6)
    page = page_of(width=width)
    sign_in(page, cast.alice)
    page.goto(f"/customers/{customer.pk}")
    hand = Hand(page)
    hand.press("#tabs a.log" if width == PHONE else ".btn-log")
    hand.press('[data-set="outcome=no_answer"]')
    hand.press("#drawer .btn-primary")
    closed(page)
    assert hand.used == 3
    saved = FollowUp.objects.latest("pk")
    assert (saved.outcome, saved.steps.get().due_on > timezone.localdate(now)) == ("no_answer", True)


# --- a manager moves a card and finds the quiet ones ----------------------------------------------------------------
def in_stage(customer):
    return Deal.objects.get(customer=customer).stage.position


def confirm(page, hand):
    """The dialog of S9: the key action is already there."""
    page.wait_for_selector("#move-form")
    field = page.locator("#move-form [name=key_action]")
    if not field.input_value():
        field.fill("商务条款已发客户确认")
    hand.press("#move-form .btn-primary")
    closed(page)
    settled(page)


def test_a_manager_drags_a_card_with_the_mouse(page_of, cast, now):
    customer = customer_of(cast.alice, now)
    page = page_of(width=DESK)
    sign_in(page, cast.mia)
    assert page.url.endswith("/team")
    page.click("#nav a[href='/pipeline']")
    deal = customer.deals.get()
    card, column = page.locator(f"#card-{deal.pk}"), page.locator(f"#col-{stage(5).pk}")
    drag(page, card, column)
    page.wait_for_selector("#move-form")
    assert in_stage(customer) == 4  # nothing moved yet
    page.keyboard.press("Escape")
    closed(page)
    assert page.locator(f"#col-{stage(4).pk} > #card-{deal.pk}").count() == 1  # it went back
    drag(page, card, column)
    confirm(page, Hand(page))
    assert page.locator(f"#col-{stage(5).pk} > #card-{deal.pk}").count() == 1
    assert page.locator(f"#col-{stage(4).pk} > .card").count() == 0
    assert in_stage(customer) == 5
    assert Deal.objects.get(customer=customer).key_action != ""


def test_a_manager_moves_a_card_by_keys(page_of, cast, now):
    customer = customer_of(cast.alice, now)
    page = page_of(width=DESK)
    sign_in(page, cast.mia)
    page.goto("/pipeline")
    page.focus(f"#card-{customer.deals.get().pk}")
    hand = Hand(page)
    hand.keys("Shift+ArrowRight")
    page.wait_for_selector("#move-form")
    hand.keys("Control+Enter")
    closed(page)
    settled(page)
    assert hand.used == 2  # key action from the last log
    assert in_stage(customer) == 5


def test_a_manager_moves_a_card_on_the_phone(page_of, cast, now):
    customer = customer_of(cast.alice, now)
    page = page_of(width=PHONE)
    sign_in(page, cast.mia)
    page.tap("#tabs a[href='/pipeline']")
    page.wait_for_url("**/pipeline")
    hand = Hand(page)
    hand.press(f"#all-{customer.deals.get().pk} .do-more")
    page.wait_for_selector("#dialog dialog")
    hand.press(page.locator("#dialog").get_by_text("商务谈判"))
    confirm(page, hand)
    assert in_stage(customer) == 5
    assert hand.used <= 3


@both
def test_a_manager_finds_the_quiet_ones(page_of, cast, now, width):
    quiet, fresh = customer_of(cast.alice, now, "启明教育", quiet=6), customer_of(cast.bob, now, "云帆物流", quiet=1)
    page = page_of(width=width)
    sign_in(page, cast.mia)
    home = page.locator("#main").inner_text()
    assert (quiet.name in home, fresh.name in home) == (True, False)  # on his home, without a click
    page.goto("/pipeline?stale=1")
    shown = ".col-all" if width == PHONE else ".col:not(.col-all)"
    names = page.locator(f"{shown} .card-1 b").filter(visible=True).all_inner_texts()
    assert names == [quiet.name]
    assert page.locator(f"{shown} .strip.alert").filter(visible=True).all_inner_texts() == ["6 天未跟进"]


# --- a legal colleague accepts with a date, delivers, and the rep confirms -------------------------------------------
@both
def test_legal_accepts_delivers_and_the_rep_confirms(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    needed = timezone.localdate(now) + days(6)
    request = make_request(
        cast.alice, cast.legal, now=now, customer=customer, title="框架合同条款审核", needed_by=needed
    )

    def state():
        return CollaborationRequest.objects.get(pk=request.pk).state

    page = page_of(width=width)
    sign_in(page, cast.sam)
    assert "/requests" in page.url  # his home
    hand = Hand(page)
    hand.press(f"#req-row-{request.number} form[action$='/accept'] button")
    settled(page)
    taken = CollaborationRequest.objects.get(pk=request.pk)
    assert (hand.used, taken.state, taken.person, taken.promised_on) == (1, "accepted", cast.sam, needed)

    page.goto(request.get_absolute_url())
    page.locator("#req-state details.menu summary", has_text="交付").filter(visible=True).first.click()
    page.locator("#req-state form[action$='/deliver'] textarea").fill("条款已审，两处修改见附件")
    page.locator("#req-state form[action$='/deliver'] .btn-primary").click()
    settled(page)
    assert state() == "delivered"

    page = page_of(width=width)
    sign_in(page, cast.alice)
    page.goto(request.get_absolute_url())
    assert page.locator("#main").get_by_text("条款已审，两处修改见附件").count() >= 1
    page.locator("#req-state form[action$='/confirm'] button").filter(visible=True).first.click()
    settled(page)
    assert state() == "done"
    page.goto(f"/customers/{customer.pk}")
    assert page.locator("#timeline").get_by_text(request.code).count() >= 1


# --- an admin renames a stage in both languages ---------------------------------------------------------------------
@both
def test_an_admin_renames_a_stage_in_both_languages(page_of, cast, now, width):
    customer_of(cast.alice, now)
    page = page_of(width=width)
    sign_in(page, cast.ada)
    assert page.url.endswith("/setup")
    hand = Hand(page)
    hand.press("#main a[href*='/setup/stages']")
    hand.press(f"#stage-row-{stage(4).pk} a.btn")
    page.fill("[name=label]", "方案报价")
    page.fill("[name=label_en]", "Quotation")
    page.fill("[name=short]", "报价")
    page.fill("[name=short_en]", "Quote")
    hand.press("#stage-form .btn-primary")
    page.wait_for_url("**/setup/stages*")
    assert hand.used == 3
    names = {"zh-hans": ("方案报价", "报价"), "en": ("Quotation", "Quote")}
    for language, (long, short) in names.items():
        name = long if width == DESK else short
        seen = page_of(cast.mia, width=width, language=language)
        seen.goto("/pipeline")
        place = ".col-title h2" if width == DESK else ".stage-nav a"
        assert any(name in text for text in seen.locator(place).all_inner_texts()), (language, name)
