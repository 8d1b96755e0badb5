"""The search (S20): names, contacts, deals, requests, what was said; in Chinese, by initials, by the end of a number;
and nothing that is not yours."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from salesflow.finding import search
from salesflow.views.search import SEARCHES
from tests.cast import key, make_customer, make_deal, make_log, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(cast):
    customer = make_customer(cast.alice, contacts=[{"name": "张敏", "phone": "13800005678"}])
    make_log(customer, text="对方说预算要等财务总监审批，下周三再谈")
    make_deal(customer, name="二期扩容")
    make_request(cast.alice, cast.tech, customer=customer, title="接口评估", reference="XQ-2024-001")
    return customer


def hits(user, text):
    with translation.override("en"):
        groups = search(user, text, now=timezone.now())
    return {str(heading): [hit.title for hit in found] for heading, found in groups}


@pytest.mark.parametrize(("typed", "group", "title"), [
    ("星", "Customers", "星澜科技"), ("澜科", "Customers", "星澜科技"), ("xlkj", "Customers", "星澜科技"),
    ("xl", "Customers", "星澜科技"), ("xinglan", "Customers", "星澜科技"), ("Xing lan ke", "Customers", "星澜科技"),
    ("zhangmin", "Customers", "星澜科技"), ("zhangm", "Customers", "星澜科技"), ("５６７８", "Customers", "星澜科技"),
    ("星澜科技有限公司", "Customers", "星澜科技"), ("上海星澜科技股份有限公司", "Customers", "星澜科技"),
    ("5678", "Customers", "星澜科技"), ("张", "Contacts", "张敏 13800005678"),
    ("张敏", "Contacts", "张敏 13800005678"), ("5678", "Contacts", "张敏 13800005678"),
    ("@张", "Contacts", "张敏 13800005678"),
    ("二期", "Deals", "二期扩容"), ("扩", "Deals", "二期扩容"), ("XQ-2024", "Requests", "接口评估"),
    ("#接口", "Requests", "接口评估"), ("财务总监", "Follow-ups", "对方说预算要等财务总监审批，下周三再谈"),
    ("审", "Follow-ups", "对方说预算要等财务总监审批，下周三再谈"), ("cust", "Go to", "Customers"),
])
def test_what_is_typed_is_found_where_it_belongs(cast, place, typed, group, title):
    assert [t for t in hits(cast.alice, typed).get(group, []) if title in t]


def test_a_stranger_finds_nothing_and_an_admin_no_number(cast, client_of, place):
    for typed in ("星", "星澜", "xlkj", "xinglan", "zhangmin", "5678", "张敏", "@张", "二期", "财务总监", "接口",
                  "XQ-2024-001"):
        assert hits(cast.charlie, typed) == {}, typed
        html = client_of(cast.charlie).get("/search", {"q": typed}).content.decode()
        assert f"/customers/{place.pk}" not in html
    assert set(hits(cast.tess, "接口")) == {"Requests"}  # her department's
    assert hits(cast.sam, "财务总监") == {}
    assert "Contacts" not in hits(cast.ada, "5678") and "Customers" not in hits(cast.ada, "5678")
    assert hits(cast.ada, "张敏")["Contacts"] == ["张敏"]


def test_what_is_gone_is_not_found(cast, client_of, place):
    client_of(cast.mia).post(f"/customers/{place.pk}/archive", {"key": key()})
    found = hits(cast.alice, "张敏") | hits(cast.alice, "星澜")
    assert not {"Customers", "Contacts"} & set(found)


def test_special_characters_and_long_words_break_nothing(cast, client_of, place):
    for typed in ("%", "_", "'", "\\", "：", "a" * 500, "星" * 90, ">", "@", "#", "  ", "\x00星", "🙂"):
        assert client_of(cast.alice).get("/search", {"q": typed}).status_code == 200


def test_the_palette_costs_the_same_with_thirty(cast, place):
    search(cast.alice, "星澜", now=timezone.now())  # kinds of things are looked up once a process
    with CaptureQueriesContext(connection) as few:
        search(cast.alice, "星澜", now=timezone.now())
    for n in range(30):
        make_log(make_customer(cast.alice, name=f"星澜{n}", contacts=[{"name": f"张敏{n}"}]), text="星澜说")
    with CaptureQueriesContext(connection) as many:
        search(cast.alice, "星澜", now=timezone.now())
    assert len(many) == len(few) <= 8


def test_the_chips_count_what_was_said_too(cast, client_of, place):
    """A word that only conversations hold: each customer counts once, and a press leaves those with its tag (R22)."""
    other = make_customer(cast.alice, name="云帆物流", tag="hot")
    for text in ("也说财务总监要看", "财务总监来电"):
        make_log(other, text=text)
    client = client_of(cast.alice)
    bar = client.get("/search", {"q": "财务总监"}).context["bar"]
    assert {chip.tag: chip.n for chip in bar.chips} == {place.tag: 1, "hot": 1}
    answer = client.get("/search", {"q": "财务总监", "tag": "hot"})
    assert {chip.tag: chip.n for chip in answer.context["bar"].chips} == {place.tag: 1, "hot": 1}
    said = [hit.title for heading, found in answer.context["groups"] for hit in found]
    assert said and all("要等" not in title for title in said)
    assert client_of(cast.charlie).get("/search", {"q": "财务总监"}).context["bar"].chips == []


def actions(client, about):
    answer = client.get("/search", {"about": about}, headers={"HX-Request": "true"})
    found = re.findall(r'<a [^>]*href="([^"]+)"( data-\w+)?', answer.content.decode())
    return answer.status_code, [(url.replace("&amp;", "&"), opens.strip()) for url, opens in found]


def test_a_line_leads_to_what_can_be_done_with_it(cast, client_of, place):
    """→ in the palette: the actions of a customer and of a request, for who may do them."""
    client, request = client_of(cast.alice), place.requests.get()
    page = client.get("/search", {"q": "星澜"}, headers={"HX-Request": "true"}).content.decode()
    assert f'data-about="customer-{place.pk}"' in page and f'data-about="request-{request.number}"' not in page
    code, found = actions(client, f"customer-{place.pk}")
    deals = place.deals.order_by("-pk")
    assert code == 200 and found == [
        (f"/customers/{place.pk}", ""), (f"/log?customer={place.pk}", "data-drawer"),
        (f"/customers/{place.pk}/steps/new", "data-dialog"),
        *[(f"/deals/{deal.pk}/move", "data-dialog") for deal in deals],
        (f"/requests/new?customer={place.pk}", ""), (f"/customers/{place.pk}/edit", "data-drawer"),
    ]
    for url, _opens in found:
        assert client.get(url).status_code == 200, url
    code, found = actions(client, f"request-{request.number}")
    assert code == 200 and [url for url, _opens in found] == [
        f"/requests/R-{request.number}", f"/requests/R-{request.number}?do=withdraw#do-withdraw"
    ]
    for stranger in (cast.charlie, cast.sam, cast.bob):
        for about in (f"customer-{place.pk}", f"request-{request.number}", "customer-7000000"):
            assert actions(client_of(stranger), about)[0] == 404
    for odd in ("customer", "deal-1", "customer-x", "customer-٣", "customer-99999999999999999999", "-", "request-0"):
        assert actions(client, odd)[0] == 404, odd


def test_commands_are_found_by_their_words(cast, place):
    assert hits(cast.alice, "")["Do"] == [
        "Log a follow-up", "New customer", "Ask a team", "End-of-day update", "Quiet customers"
    ]
    assert hits(cast.alice, ">end")["Do"] == ["End-of-day update"]
    assert hits(cast.alice, "星澜")["Do"] == ["Log for 星澜科技"]
    assert hits(cast.sam, ">")["Do"] == ["New request"]
    assert "Ask a team" not in hits(cast.ada, ">")["Do"]  # an admin watches, he does not ask


def test_a_search_of_the_list_counts_its_chips_and_reads_its_page_at_once(cast, client_of):
    """One statement for both; page by page, in any order, with any tag, it is the list that is read in two."""
    for n in range(7):
        tag = ("prospect", "hot", "interested")[n % 3]
        make_customer(cast.alice, name=f"星澜{n}", tag=tag, deal={"amount": 100 * (n * 5 % 7)})
    make_customer(cast.alice, name="云帆物流")
    client = client_of(cast.alice)

    def page(**query):
        found = client.get("/customers", {"q": "xl", "per_page": 3, **query}).context["page"]
        chips = {chip.tag: chip.n for chip in found.counted.chips}
        return [customer.name for customer in found.rows], found.total, found.pages, chips

    for sort in ("", "name", "-amount"):
        first, second, third = (page(sort=sort, page=n) for n in (1, 2, 3))
        assert {one[1:3] for one in (first, second, third)} == {(7, 3)}
        assert first[3] == second[3] == {"prospect": 3, "interested": 2, "hot": 2}
        names = first[0] + second[0] + third[0]
        assert sorted(names) == [f"星澜{n}" for n in range(7)]
        whole = page(sort=sort, per_page=50)[0]
        assert names == whole
    amounts = [int(name[2:]) * 5 % 7 for name in page(sort="-amount", per_page=50)[0]]
    assert amounts == sorted(amounts, reverse=True)
    assert page(tag="hot") == (page(tag="hot")[0], 2, 1, {"prospect": 3, "interested": 2, "hot": 2})
    assert page(q="没有这家") == ([], 0, 1, {})
    with CaptureQueriesContext(connection) as at_once:
        client.get("/customers", {"q": "xl"})
    with CaptureQueriesContext(connection) as in_two:
        client.get("/customers", {"q": "xl", "page": 2, "per_page": 3})
    assert len(at_once) == len(in_two) - 1


@pytest.mark.proves("L10")
def test_who_asks_without_end_is_told_to_wait_and_nobody_else(cast, client_of):
    abuser, other = client_of(cast.alice), client_of(cast.mia)
    seen = [abuser.get("/search", {"q": "x"}).status_code for _ in range(SEARCHES.times + 5)]
    assert seen == [200] * SEARCHES.times + [429] * 5
    told = abuser.get("/search", {"q": "x"}, headers={"HX-Request": "true"})
    assert 0 < int(told["Retry-After"]) <= 60 and "error-panel" in told.content.decode()
    assert other.get("/search", {"q": "x"}).status_code == 200
