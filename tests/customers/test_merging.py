"""Duplicates: found while typing and every night, merged field by field with everything kept, undone (R1, S28)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activity.files import attach
from activity.models import Attachment, Event
from collaboration.models import CollaborationRequest
from core.errors import NotAllowed, Refused
from core.text import name_key
from customers import facts, merging, pairing
from customers.custom import set_custom
from customers.models import Contact, Customer, CustomerHelper, CustomerPair, FollowUp, TableRow
from customers.searching import found
from exchange import defining
from pipeline.models import Deal
from tests.cast import key, make_customer, make_deal, make_log, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(cast):
    """The same company twice: alice's, and a newer one of bob's with a log, deal, request, file and helper."""
    keep = make_customer(cast.alice, industry="互联网", contacts=[{"name": "张敏", "phone": "13800005678"}])
    drop = make_customer(
        cast.bob, name="星澜科技（上海）有限公司", industry="软件", source="展会", tag="hot",
        contacts=[{"name": "张敏", "phone": "138 0000 5678"}, {"name": "李总", "phone": "13900001234"}],
    )
    make_log(keep, text="第一次联系")
    make_log(drop, text="预算预批")
    make_deal(drop, name="二期")
    make_request(cast.bob, cast.tech, customer=drop)
    attach(drop, SimpleUploadedFile("plan.txt", b"plan", content_type="text/plain"), by=cast.bob, now=timezone.now())
    CustomerHelper.objects.create(customer=drop, user=cast.charlie)
    for customer in (keep, drop):
        customer.refresh_from_db()
    return keep, drop


def counts(customer):
    return {
        "logs": FollowUp.objects.filter(customer=customer).count(),
        "deals": Deal.objects.filter(customer=customer).count(),
        "requests": CollaborationRequest.objects.filter(customer=customer).count(),
        "files": Attachment.objects.of(customer).count(),
        "helpers": customer.helpers.count(),
        "contacts": Contact.objects.filter(customer=customer).count(),
        "events": Event.objects.about_customer(customer).exclude(verb__contains="merged").count(),
        "tags": customer.tag_changes.filter(voided_at=None).count(),
    }


@pytest.mark.parametrize(("one", "other"), [
    ("星澜科技有限公司", "星澜科技"), ("星澜科技股份有限公司", "星澜 科技"), ("ＡＢＣ Co., Ltd.", "abc"),
    ("Acme Inc", "ACME"), ("星澜科技（集团）有限责任公司", "星澜科技"), ("星澜科技股份", "星澜科技"),
])
@pytest.mark.proves("R1")
def test_two_spellings_share_their_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Cisco", "Cis"), ("星澜科技", "星澜"), ("Zinc", "Z")])
def test_a_name_that_only_ends_like_a_suffix_keeps_it(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.proves("R1")
def test_typing_names_only_what_one_may_open(cast, client_of, two):
    url = "/customers/alike?name=%E6%98%9F%E6%BE%9C%E7%A7%91%E6%8A%80%E6%9C%89%E9%99%90%E5%85%AC%E5%8F%B8"
    mine = client_of(cast.alice).get(url).content.decode()
    assert (f"/customers/{two[0].pk}" in mine, f"/customers/{two[1].pk}" in mine) == (True, False)
    assert f"/customers/{two[0].pk}" in client_of(cast.alice).get("/customers/alike?phone=13800005678").content.decode()
    events = Event.objects.count()
    assert "星澜" not in client_of(cast.nadia).get(url).content.decode()
    assert client_of(cast.nadia).get(url).content == client_of(cast.nadia).get("/customers/alike?name=nowhere").content
    assert client_of(cast.sam).get(url).status_code == 403
    assert Event.objects.count() == events


@pytest.mark.proves("R1")
def test_a_merge_keeps_everything_and_its_undo_gives_each_its_own_back(cast, client_of, two):
    keep, drop = two
    before = [counts(keep), counts(drop)]
    page = client_of(cast.mia).get(f"/customers/{keep.pk}/merge?with={drop.pk}").content.decode()
    assert "展会" in page and "第一次联系" not in page
    answer = client_of(cast.mia).post(f"/customers/{keep.pk}/merge", {
        "with": drop.pk, "version": keep.version, "other_version": drop.version, "pick_industry": drop.pk,
        "pick_name": keep.pk, "pick_tag": drop.pk, "pick_owner": drop.pk, "key": key(),
    })
    assert answer["Location"] == f"/customers/{keep.pk}"
    keep.refresh_from_db()
    assert (keep.name, keep.industry, keep.source, keep.tag, keep.owner, keep.open_deals) == (
        "星澜科技", "软件", "展会", "hot", cast.bob, 3)
    now = counts(keep)
    assert {name: now[name] for name in ("logs", "deals", "requests", "files", "helpers", "contacts")} == {
        "logs": 2, "deals": 3, "requests": 1, "files": 1, "helpers": 1, "contacts": 3}
    assert Contact.objects.filter(customer=keep, retired_at=None).count() == 2  # the same person is shown once
    html = client_of(cast.bob).get(f"/customers/{keep.pk}").content.decode()
    assert "预算预批" in html and "第一次联系" in html and "merged 星澜科技（上海）有限公司 into it" in html
    event = Event.objects.get(verb="customers.merged")
    make_log(keep, by=cast.bob, text="合并之后")
    client_of(cast.mia).post(f"/undo/{event.pk}", {"key": key()})
    for customer in two:
        customer.refresh_from_db()
    assert (keep.industry, keep.source, keep.tag, keep.owner, drop.merged_into) == (
        "互联网", "", "prospect", cast.alice, None)
    after = [counts(keep), counts(drop)]
    assert after[1] == before[1]
    assert after[0]["logs"] == before[0]["logs"] + 1  # what came later stays
    assert {k: after[0][k] for k in ("deals", "requests", "files", "helpers", "contacts", "tags")} == {
        k: before[0][k] for k in ("deals", "requests", "files", "helpers", "contacts", "tags")}
    assert set(Deal.objects.filter(customer=drop).values_list("name", flat=True)) == {"", "二期"}
    assert Customer.objects.filter(found("上海", cast.bob)).get() == drop
    assert Contact.objects.filter(customer=drop, retired_at=None).count() == 2


def test_an_edit_after_the_merge_survives_its_undo(cast, two):
    keep, drop = two
    event = merging.merge(keep, drop, by=cast.mia, now=timezone.now(), chosen={"industry": "软件", "source": "展会"})
    keep.refresh_from_db()
    from core.changing import change  # noqa: PLC0415

    change(keep, by=cast.alice, industry="金融")
    event.refresh_from_db()
    merging.undo_merge(event, by=cast.mia, now=timezone.now())
    keep.refresh_from_db()
    assert (keep.industry, keep.source) == ("金融", "")
    with pytest.raises(Refused):
        merging.undo_merge(event, by=cast.mia, now=timezone.now())


@pytest.mark.proves("R1")
@pytest.mark.proves("R1", "R41")
def test_custom_fields_are_chosen_like_the_others_and_nothing_of_them_is_lost(cast, client_of, two):
    keep, drop = two
    now = timezone.now()
    options = [{"code": "o1", "label": "国企"}, {"code": "o2", "label": "民企"}, {"code": "o3", "label": "央企"}]
    wanted = [{"label": "系统", "kind": "text"}, {"label": "产线", "kind": "number"},
              {"label": "可参观", "kind": "yes"},
              {"label": "性质", "kind": "choice", "choices": options}, {"label": "旧", "kind": "text"}]  # fmt: skip
    made = [defining.add_field("customer", each, by=cast.ada, now=now)[0] for each in wanted]
    erp, lines, shown, sort, old = (one.slug for one in made)
    merged = [options[0], options[1], options[2] | {"into": "o1"}]
    defining.change_field(made[3], {"choices": merged}, by=cast.ada, now=now, expect=made[3].version)
    defining.change_field(made[4], {"on": False}, by=cast.ada, now=now, expect=made[4].version)
    table = defining.add_table({"label": "产线表"}, by=cast.ada, now=now, fields=[{"label": "名称", "kind": "text"}])[0]
    row = TableRow.objects.create(table=table, customer=drop, values={}, made_by=cast.bob, made_at=now)
    set_custom(drop, {erp: "用友", lines: 5, sort: "o3", old: "留着"}, by=cast.bob, now=now)
    set_custom(keep, {erp: "金蝶", shown: False, sort: "o1"}, by=cast.alice, now=now)  # edited last: proposed
    before = keep.custom.copy(), drop.custom.copy()
    mia, path = client_of(cast.mia), reverse("customers:merge", args=[keep.pk])
    page = mia.get(f"{path}?with={drop.pk}")
    picks = {side.name: side.pick for side in page.context["sides"] if side.name.startswith("x")}
    assert picks == {erp: keep.pk, lines: drop.pk, shown: keep.pk}  # o3 became o1: no difference; off: not asked
    assert "金蝶" in page.content.decode() and f'name="pick_{erp}"' in page.content.decode()
    keep.refresh_from_db(), drop.refresh_from_db()
    data = {"key": key(), "with": drop.pk, "version": keep.version, "other_version": drop.version,
            f"pick_{erp}": drop.pk, f"pick_{lines}": keep.pk}  # fmt: skip
    assert mia.post(path, data).status_code == 302
    keep.refresh_from_db(), row.refresh_from_db()
    assert keep.custom == {erp: "用友", shown: False, sort: "o1", old: "留着"} and row.customer == keep
    assert Customer.objects.filter(found("用友", cast.mia)).get() == keep
    set_custom(keep, {shown: True}, by=cast.alice, now=now)
    merging.undo_merge(Event.objects.get(verb="customers.merged"), by=cast.mia, now=timezone.now())
    for customer in (keep, drop, row):
        customer.refresh_from_db()
    assert (keep.custom, drop.custom) == (before[0] | {shown: True}, before[1]) and row.customer == drop
    assert set(Customer.objects.filter(found("用友", cast.mia))) == {drop}


def test_the_merged_address_leads_to_the_survivor(cast, client_of, two):
    keep, drop = two
    merging.merge(keep, drop, by=cast.mia, now=timezone.now())
    assert client_of(cast.alice).get(f"/customers/{drop.pk}")["Location"] == f"/customers/{keep.pk}"
    assert client_of(cast.nadia).get(f"/customers/{drop.pk}").status_code == 404


def test_who_may_merge(cast, client_of, two):
    keep, drop = two
    url = f"/customers/{keep.pk}/merge?with={drop.pk}"
    assert [client_of(p).get(url).status_code for p in (cast.mia, cast.grace, cast.ada)] == [200, 200, 200]
    assert client_of(cast.alice).get(url).status_code == 404  # bob's is not hers
    assert client_of(cast.charlie).get(f"/customers/{drop.pk}/merge").status_code == 403  # a helper
    assert client_of(cast.nadia).get(url).status_code == 404
    with pytest.raises(NotAllowed):
        merging.merge(keep, drop, by=cast.alice, now=timezone.now())
    answer = client_of(cast.mia).get(f"/customers/merge?ids={keep.pk}&ids={drop.pk}")
    assert answer["Location"] == url
    assert client_of(cast.mia).get(f"/customers/merge?ids={keep.pk}")["Location"] == "/customers"


def test_a_merge_of_what_changed_meanwhile_is_refused(cast, client_of, two):
    keep, drop = two
    data = {"with": drop.pk, "version": keep.version, "other_version": drop.version - 1, "key": key()}
    assert client_of(cast.mia).post(f"/customers/{keep.pk}/merge", data).status_code == 409
    drop.refresh_from_db()
    assert drop.merged_into is None


def test_every_table_that_names_a_customer_is_moved():
    names = {field.related_model.__name__ for field in Customer._meta.related_objects}
    assert names == {*merging.MOVED, "CustomerHelper", "Contact", "Deal", "CollaborationRequest", "Customer", "Gram"}


@pytest.mark.proves("R1")
def test_the_nightly_job_suggests_pairs_once_and_forgets_what_changed(cast, client_of, django_assert_max_num_queries):
    now = timezone.now()
    one, two_ = make_customer(cast.alice), make_customer(cast.charlie, name="星澜科技股份有限公司")
    three = make_customer(cast.bob, name="远洋制造", contacts=[{"name": "周", "phone": "13911112222"}])
    four = make_customer(cast.bob, name="远洋", contacts=[{"name": "周", "phone": "139 1111 2222"}])
    make_customer(cast.bob, name="无关", contacts=[{"name": "吴", "phone": "12345"}])
    with django_assert_max_num_queries(8):
        assert pairing.suggest_pairs(now=now) == {"pairs": 2, "new": 2, "gone": 0}
    assert list(CustomerPair.objects.order_by("pk").values_list("first", "second", "why")) == [
        (one.pk, two_.pk, "name"), (three.pk, four.pk, "phone")]
    assert pairing.suggest_pairs(now=now)["new"] == 0
    seen = {p.username: client_of(p).get("/customers/pairs").content.decode().count("<tr id=") for p in (
        cast.mia, cast.nadia, cast.grace, cast.ada)}
    assert seen == {"mia": 1, "nadia": 0, "grace": 2, "ada": 2}
    assert client_of(cast.alice).get("/customers/pairs").status_code == 403
    pair = CustomerPair.objects.get(first=one)
    assert client_of(cast.mia).post(f"/customers/pairs/{pair.pk}/apart", {"key": key()}).status_code == 404
    client_of(cast.grace).post(f"/customers/pairs/{pair.pk}/apart", {"key": key()})
    assert "星澜" not in client_of(cast.ada).get("/customers/pairs").content.decode()
    assert pairing.suggest_pairs(now=now) == {"pairs": 2, "new": 0, "gone": 0}
    merging.merge(three, four, by=cast.mia, now=now)
    assert pairing.suggest_pairs(now=now) == {"pairs": 1, "new": 0, "gone": 0}
    assert facts.unique([one, one]) == [one]
