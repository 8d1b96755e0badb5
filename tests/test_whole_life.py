"""One customer from the lead to after-sales, through two owners, without leaving the product (R6, R47).

Everything is done as people do it, by the pages' own forms; what happened is read from one page, the customer's.
"""

import datetime as dt
import re
from html import unescape

import pytest
from django.utils import timezone

from accounts.models import Department
from activity.models import Event
from collaboration import verbs
from collaboration.models import CollaborationRequest
from core.periods import today
from customers.models import Customer
from exchange import taking_back
from pipeline.models import Deal, Playbook
from tests.cast import key, make_customer, make_log, make_request, make_user
from tests.exchange.conftest import bring_rows, take

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class People:
    """Each with a browser; every form must be taken."""

    def __init__(self, client_of, **people):
        self.clients = {name: client_of(person) for name, person in people.items()}

    def post(self, who, url, **said):
        answer = self.clients[who].post(url, said | {"key": key()})
        assert answer.status_code in (200, 302), (who, url, answer.status_code, answer.content.decode()[:3000])
        return answer

    def read(self, who, url):
        answer = self.clients[who].get(url)
        return answer.content.decode() if answer.status_code == 200 else answer.status_code


def timeline(people, who, customer, show=""):
    """The entries of the timeline as text, oldest first, over all its pages."""
    url, lines = f"/customers/{customer.pk}?show={show}", []
    while url:
        html = people.read(who, url)
        part = re.search(r'<ol class="tl" id="timeline">(.*?)</ol>', html, re.S)[1]
        entries = re.findall(r'<li class="ev.*?(?=<li class="(?:ev|tl-day|actions)|\Z)', part, re.S)
        lines += [" ".join(unescape(re.sub(r"<[^>]+>", " ", entry)).split()) for entry in entries]
        more = re.search(r'id="timeline-next"><a class="btn btn-s" href="([^"]+)"', part)
        url = f"/customers/{customer.pk}{unescape(more[1])}" if more else ""
    return lines[::-1]


@pytest.mark.proves("R6", "R47")
def test_one_customer_from_the_lead_to_after_sales_over_two_owners(cast, client_of):
    marketing = Department.objects.create(name="市场部", name_en="Marketing")
    Department.objects.filter(pk=marketing.pk).update(path=f"/{marketing.pk}/")
    mark = make_user("mark", "马克", "support", department=Department.objects.get(pk=marketing.pk))
    people = People(client_of, mark=mark, alice=cast.alice, bob=cast.bob, mia=cast.mia, sam=cast.sam, tess=cast.tess,
                    charlie=cast.charlie)
    stages = list(Playbook.objects.default().stages.order_by("position"))
    on = today()

    # the lead, before anybody knows the customer
    people.post("mark", "/requests/new", kind="lead", title="展会线索", description="展会上看了演示，想降本",
                department=cast.sales.pk, day="", needed_by=(on + 2 * DAY).isoformat(), priority="normal",
                customer_name="远洋制造", lead_contact="周工", lead_phone="13800001111")
    lead = CollaborationRequest.objects.get()
    people.post("mia", f"/requests/R-{lead.number}/accept", person=cast.alice.pk, state="submitted")
    customer = Customer.objects.get(name="远洋制造")
    deal = Deal.objects.get(customer=customer)
    assert customer.owner == cast.alice

    # first touch, needs, and the way through the stages
    people.post("alice", "/log", customer=customer.pk, text="首次电话，对方想降本", methods="phone", outcome="talked",
                time="now", next=(on + 3 * DAY).isoformat(), next_text="上门演示")
    for place, action in ((2, "约了演示"), (3, "需求已确认"), (4, "方案已发"), (5, "谈价格")):
        people.post("alice", f"/deals/{deal.pk}/move", to=stages[place - 1].pk, **{"from": stages[place - 2].pk},
                    key_action=action, expected_close=(on + 30 * DAY).isoformat())
    make_request(cast.alice, cast.tech, customer=customer, deal=deal, title="接口评估")

    # the contract's approval, and the win
    people.post("alice", f"/deals/{deal.pk}/move", to=stages[5].pk, **{"from": stages[4].pk})
    approval = CollaborationRequest.objects.get(kind__is_approval=True)
    for who in ("mia", "sam"):
        if CollaborationRequest.objects.get(pk=approval.pk).state in ("submitted", "accepted"):
            people.post(who, f"/requests/R-{approval.number}/approve", comment="同意")
    people.post("alice", f"/deals/{deal.pk}/move", to=stages[5].pk, **{"from": stages[4].pk}, key_action="已签",
                signed_on=on.isoformat(), contract_amount="480000")
    assert Deal.objects.get(pk=deal.pk).stage == stages[5]

    # another owner, for whom the story goes on
    people.post("mia", "/customers/bulk", do="assign", ids=customer.pk, owner=cast.bob.pk)
    customer.refresh_from_db()
    assert customer.owner == cast.bob
    people.post("bob", f"/deals/{deal.pk}/move", to=stages[6].pk, **{"from": stages[5].pk}, key_action="交接给售后")
    people.post("bob", "/log", customer=customer.pk, text="上线回访，用得顺手", methods="visit", outcome="talked",
                time="now", next=(on + 30 * DAY).isoformat(), next_text="季度回访")
    people.post("bob", "/requests/new", kind="technical", customer=customer.pk, title="上线后调优",
                description="报表太慢", department=cast.tech.pk, day="", needed_by=(on + 2 * DAY).isoformat(),
                priority="normal")
    service = CollaborationRequest.objects.get(title="上线后调优")
    people.post("tess", f"/requests/R-{service.number}/accept", state="submitted")
    people.post("tess", f"/requests/R-{service.number}/deliver", state="accepted", result="已加索引")
    people.post("bob", f"/requests/R-{service.number}/confirm", state="delivered")
    people.post("bob", f"/customers/{customer.pk}/deals/new", stage=stages[0].pk, name="二期扩容")
    second = Deal.objects.get(name="二期扩容")
    people.post("bob", f"/deals/{second.pk}/move", to=stages[1].pk, **{"from": stages[0].pk}, key_action="二期有预算")

    # what came by import and by merging
    head = ["客户名称", "商机", "所属阶段"]
    take(bring_rows([head, [customer.name, "三期", stages[1].label]], cast.bob)[0])
    now = timezone.now()
    twice = make_customer(cast.bob, name="远洋制造公司", now=now - DAY)
    make_log(twice, text="同一家的另一位联系人", happened_at=now - DAY, now=now - DAY)
    customer.refresh_from_db()
    twice.refresh_from_db()
    versions = {"version": customer.version, "other_version": twice.version}
    people.post("bob", f"/customers/{customer.pk}/merge", **{"with": twice.pk}, **versions)

    told = timeline(people, "bob", customer)
    story = [
        "展会线索", "created the customer", "首次电话，对方想降本", stages[1].label_en, stages[4].label_en, "接口评估",
        f"R-{approval.number}", "won it", "李强 to 王敏", "交接给售后", "上线回访，用得顺手", "上线后调优",
        "已加索引", "二期扩容", "二期有预算", "三期", "merged 远洋制造公司",
    ]
    # done within five minutes of a conversation: told in its line, before what came between (S5)
    attached, at = (stages[1].label_en, stages[4].label_en, "won it", "二期有预算"), -1
    for words in story:
        if words in attached:
            assert any(words in line for line in told), (words, told)
            continue
        found = next((n for n, line in enumerate(told) if n >= at and words in line), None)
        assert found is not None, (words, told)
        at = found
    assert any("同一家的另一位联系人" in line for line in told)
    assert {who for who in ("马克", "陈曦", "李强", "王敏", "周婷") if any(line.startswith(who) for line in told)} == {
        "马克", "陈曦", "李强", "王敏", "周婷"
    }  # whoever did it, whichever side
    assert len(timeline(people, "mia", customer)) == len(told)
    for show, words in (("logs", "首次电话"), ("deal", "won it"), ("requests", "展会线索")):
        part = timeline(people, "bob", customer, show)
        assert any(words in line for line in part) and len(part) < len(told)

    # for whoever sees the customer, and nobody else
    page = f"/customers/{customer.pk}"
    assert [people.read(who, page) for who in ("alice", "charlie", "tess", "mark")] == [404] * 4


def test_what_an_import_opened_is_told_and_said_to_be_undone_when_it_is_taken_back(cast):
    customer = make_customer(cast.alice, name="远洋制造")
    batch = take(bring_rows([["客户名称", "商机", "所属阶段"], [customer.name, "二期", "初步沟通"]], cast.alice)[0])
    opened = Event.objects.about_customer(customer).get(verb="pipeline.opened")
    assert (opened.data["deal"], opened.by, opened.undone_at) == ("二期", cast.alice, None)
    taking_back.undo(batch, by=cast.alice, now=timezone.now())
    opened.refresh_from_db()
    assert opened.undone_at and not customer.deals.filter(name="二期").exists()


def test_a_customer_of_an_import_says_so(cast, client_of):
    take(bring_rows([["客户名称", "所属行业"], ["北辰农业", "农业"]], cast.alice)[0])
    html = client_of(cast.alice).get(f"/customers/{Customer.objects.get().pk}").content.decode()
    assert "brought the customer in with an import" in html


def test_what_a_department_noted_for_itself_about_a_lead_stays_there(cast):
    now = timezone.now()
    lead = make_request(cast.tess, cast.sales, now=now, code="lead", customer_name="新锐电子")
    Event.objects.create(verb="collaboration.noted", at=now, by=cast.tess, subject=lead)
    customer = verbs.accept(lead, by=cast.alice, now=now).customer
    told = set(Event.objects.about_customer(customer).values_list("verb", flat=True))
    assert {"collaboration.raised", "collaboration.accepted", "customers.created"} <= told
    assert "collaboration.noted" not in told
