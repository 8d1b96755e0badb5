"""With scripts switched off each task is a link and a form (P7)."""

import pytest
from django.utils import timezone

from collaboration.models import CollaborationRequest
from customers.models import Customer, FollowUp
from pipeline.models import Deal
from tests.browser.hand import days, sign_in
from tests.browser.test_main_jobs import customer_of, stage
from tests.cast import make_request

pytestmark = pytest.mark.browser
TABLE = (
    "客户名称\t行业\t联系人\t联系方式\t跟进时间\t跟进方式\t跟进内容\n"
    "蓝湾酒店\t酒店\t王芳\t13800001111\t2026-11-02\t电话\t介绍了公司情况\n"
    "锦程汽配\t汽配\t赵刚\t13800002222\t2026-11-03\t微信\t发了同行案例\n"
)


@pytest.fixture
def now():
    return timezone.now()


def plain(page_of, user, width=1440):
    page = page_of(width=width, scripts=False)
    sign_in(page, user)
    return page


@pytest.mark.parametrize("width", [1440, 390])
def test_a_follow_up(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    page = plain(page_of, cast.alice, width)
    page.goto(f"/customers/{customer.pk}")
    page.click(".compose .stub")
    page.fill("#id_text", "预批走到财务总监那里")
    page.locator("#id_next label.chip").nth(1).click()
    page.click(".log-page .btn-primary")
    saved = FollowUp.objects.latest("pk")
    assert (saved.customer, saved.text) == (customer, "预批走到财务总监那里")
    assert saved.steps.get().due_on > timezone.localdate(now)
    page.goto(f"/customers/{customer.pk}")
    assert page.get_by_text("预批走到财务总监那里").first.is_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_move(page_of, cast, now, width):
    customer = customer_of(cast.alice, now)
    page = plain(page_of, cast.mia, width)
    page.goto(f"/customers/{customer.pk}")
    page.locator(".cust-do a[href*='/move']").first.click()
    page.locator(".choose a", has_text="商务谈判").click()
    page.locator("#move-form .btn-primary").click()
    assert Deal.objects.get(customer=customer).stage == stage(5)


@pytest.mark.parametrize("width", [1440, 390])
def test_an_accepted_request(page_of, cast, now, width):
    needed = timezone.localdate(now) + days(6)
    request = make_request(cast.alice, cast.legal, now=now, title="框架合同条款审核", needed_by=needed)
    page = plain(page_of, cast.sam, width)
    page.locator(f"#req-row-{request.number} form[action$='/accept'] button").click()
    taken = CollaborationRequest.objects.get(pk=request.pk)
    assert (taken.state, taken.person, taken.promised_on) == ("accepted", cast.sam, needed)


def test_an_import_of_a_pasted_table(page_of, cast):
    page = plain(page_of, cast.alice)
    page.goto("/imports")
    page.fill("textarea", TABLE)
    page.click("#main .btn-primary")
    for _step in range(3):
        if page.locator("#import-check").count():
            break
        page.locator("#main .btn-primary").first.click()
    page.locator("#import-check button[value=import]").click()
    names = set(Customer.objects.filter(owner=cast.alice).values_list("name", flat=True))
    assert names == {"蓝湾酒店", "锦程汽配"}
