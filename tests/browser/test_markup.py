"""B26 in a real browser: whatever was typed into any text of the company, nothing runs and no policy is broken."""

import pytest
from django.utils import timezone

from tests.browser.hand import settled
from tests.cast import make_customer, make_deal, make_log, make_request, make_step
from tests.gate.test_bad_input import poison

pytestmark = pytest.mark.browser


@pytest.mark.proves("B26")
@pytest.mark.parametrize("who", ["alice", "mia", "sam", "ada"])
def test_nothing_typed_runs(page_of, cast, who):
    """The page's own trap fails on a broken content policy; a dialog would come from `alert`."""
    now, said = timezone.now(), []
    customer = make_customer(cast.alice, name="星澜科技", contacts=[{"name": "张敏"}], now=now)
    make_log(customer, text="问了价格")
    make_step(customer, now.date(), text="上门演示")
    deal = make_deal(customer)
    request = make_request(cast.alice, cast.legal, customer=customer)
    assert poison() > 10
    sales = ["/customers", f"/customers/{customer.pk}", f"/log?customer={customer.pk}", "/pipeline", "/pipeline/table",
             f"/deals/{deal.pk}/move?to={deal.stage_id}", "/search?q=svg"]
    pages = {
        "alice": ["/today", "/today/update", *sales], "mia": ["/team", *sales],
        "sam": ["/requests", f"/requests/R-{request.number}", "/messages"],
        "ada": ["/setup/people", "/setup/teams", "/setup/stages", "/setup/departments", *sales],
    }[who]
    page = page_of(getattr(cast, who))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    shown = 0
    for path in pages:
        assert page.goto(path).status == 200, path
        settled(page)
        shown += page.get_by_text("svg onload").count() > 0
        assert page.evaluate("document.querySelectorAll('svg[onload]').length") == 0, path
    assert said == []
    assert shown >= 2
