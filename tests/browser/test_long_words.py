"""B28 in a real browser: the longest and oddest names break no page, at a phone's width and at a desk's."""

import pytest
from django.utils import timezone

from collaboration.models import CollaborationRequest
from customers.models import Contact, Customer, FollowUp
from tests.browser.conftest import overflow
from tests.browser.hand import settled
from tests.cast import make_customer, make_log, make_request

pytestmark = pytest.mark.browser
WORDS = {
    "one word": "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    "emoji": "👨‍👩‍👧‍👦" * 30, "rare Han": "𠮷" * 190, "right to left": "شركةالاختبارالطويلةجدا" * 9,
}


@pytest.mark.proves("B28")
def test_no_name_breaks_a_page(page_of, cast):
    now, faults = timezone.now(), []
    customer = make_customer(cast.alice, name="星澜科技", contacts=[{"name": "张敏"}], now=now)
    talk, request = make_log(customer), make_request(cast.alice, cast.legal, customer=customer)
    page = page_of(cast.alice, width=390)
    pages = [f"/log?customer={customer.pk}", "/customers", f"/customers/{customer.pk}", "/pipeline", "/today",
             f"/requests/R-{request.number}", f"/log/paste?customer={customer.pk}"]
    for what, word in WORDS.items():
        Customer.objects.filter(pk=customer.pk).update(name=word[:200], industry=word[:60])
        Contact.objects.filter(customer=customer).update(name=word[:60], position=word[:60])
        FollowUp.objects.filter(pk=talk.pk).update(text=word * 3, next_text=word[:300], purpose=word[:60])
        CollaborationRequest.objects.filter(pk=request.pk).update(title=word[:120], description=word * 3)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            for path in pages:
                answer = page.goto(path)
                settled(page)
                assert answer.status == 200, path
                if wide := overflow(page):
                    faults.append(f"{what} {path} at {width}: {wide} px too wide")
    assert faults == []
