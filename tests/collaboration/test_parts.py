"""Checklist, links, merging and splitting with undo; what was approved, shown as it was; files read in the page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from activity import undoing
from activity.files import attach
from activity.models import Attachment, Event, Notification
from collaboration import joining, parts, verbs
from collaboration.models import CheckItem, CollaborationRequest, RequestInterval, RequestLink, Watcher
from core.errors import Refused
from core.periods import today
from tests.cast import key, make_customer, make_user
from tests.collaboration.world import MONDAY, TUESDAY, WEDNESDAY, ask, brought_to

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"


def fresh(request):
    return CollaborationRequest.objects.get(pk=request.pk)


def path(request, *rest):
    return "/".join([f"/requests/R-{request.number}", *map(str, rest)])


# --- Checklist and links ----------------------------------------------------------------------------------------
def test_both_sides_tick_off_and_who_only_reads_does_not(cast, client_of):
    request = brought_to("accepted", cast)
    Watcher.objects.create(request=request, user=cast.bob)
    alice, tess = client_of(cast.alice), client_of(cast.tess)
    assert alice.post(path(request, "items"), {"text": "报价单", "key": key()}).status_code == 302
    line = CheckItem.objects.get()
    assert tess.post(path(request, "items", line.pk), {"do": "done", "key": key()}).status_code == 302
    line.refresh_from_db()
    assert (line.done_by, line.added_by) == (cast.tess, cast.alice)
    assert "1/1" in alice.get(path(request)).content.decode()
    assert tess.post(path(request, "items", line.pk), {"do": "drop", "key": key()}).status_code == 403, "not hers"
    assert client_of(cast.bob).post(path(request, "items"), {"text": "x", "key": key()}).status_code == 403
    assert client_of(cast.charlie).post(path(request, "items"), {"text": "x", "key": key()}).status_code == 404
    assert alice.post(path(request, "items"), {"text": "", "key": key()}).status_code == 422
    other = brought_to("accepted", cast)
    assert alice.post(path(other, "items", line.pk), {"do": "open", "key": key()}).status_code == 404


def test_a_link_is_on_both_pages_and_names_only_what_the_reader_may_see(cast, client_of):
    one, hidden = ask(cast.alice, cast.tech), ask(cast.charlie, cast.tech, title="南方的秘密")
    tess = client_of(cast.tess)
    assert tess.post(path(one, "links"), {"code": f"r{hidden.number}", "key": key()}).status_code == 302
    assert tess.post(path(one, "links"), {"code": hidden.code, "key": key()}).status_code == 409, "once"
    assert tess.post(path(one, "links"), {"code": one.code, "key": key()}).status_code == 409
    assert "南方的秘密" in tess.get(path(one)).content.decode()
    assert one.title in tess.get(path(hidden)).content.decode()
    hers = client_of(cast.alice).get(path(one)).content.decode()
    assert hidden.code in hers and "南方的秘密" not in hers
    foreign = client_of(cast.alice).post(path(one, "links"), {"code": hidden.code, "key": key()})
    unknown = client_of(cast.alice).post(path(one, "links"), {"code": "R-99999", "key": key()})
    assert foreign.status_code == unknown.status_code == 422
    assert tess.post(path(hidden, "links"), {"drop": one.number, "key": key()}).status_code == 302
    assert not RequestLink.objects.exists()


# --- Merge and split --------------------------------------------------------------------------------------------
def test_what_was_joined_or_split_is_taken_back_where_it_is_seen_by_who_did_it(cast, client_of):
    keep, drop = ask(cast.alice, cast.tech), ask(cast.alice, cast.tech)
    second = make_user("tom", "汤明", "support", department=cast.tech)
    now = timezone.now()
    merged = joining.merge(drop, keep, by=cast.tess, now=now)
    new, event = joining.split(keep, by=cast.tess, now=now, title="另一件", description="x", department=cast.tech)
    undo = [f'action="/undo/{one.pk}"' for one in (merged, event)]
    for request, there in ((keep, undo), (new, undo[1:])):
        page = client_of(cast.tess).get(path(request)).content.decode()
        assert [one for one in undo if one in page] == there
        assert not any(one in client_of(second).get(path(request)).content.decode() for one in undo), "not his to undo"
    for one in (merged, event):
        assert client_of(cast.tess).post(f"/undo/{one.pk}", {"next": path(keep), "key": key()}).status_code == 302
    assert (fresh(drop).state, fresh(new).state) == ("submitted", "withdrawn")
    assert not RequestLink.objects.exists()


def test_merging_closes_one_and_the_other_carries_both_until_it_is_taken_back(cast, client_of):
    customer = make_customer(cast.alice)
    keep, drop = ask(cast.bob, cast.tech, customer=None), ask(cast.alice, cast.tech, customer=customer)
    CollaborationRequest.objects.filter(pk=keep.pk).update(customer=customer)
    verbs.say(drop, by=cast.alice, now=MONDAY, text="要看接口")
    verbs.accept(fresh(drop), by=cast.tess, now=MONDAY)
    tess = client_of(cast.tess)
    said = {"keep": keep.number, "state": "accepted", "key": key()}
    assert tess.post(path(drop, "merge"), said | {"state": "submitted"}).status_code == 409
    assert tess.post(path(drop, "merge"), said).status_code == 302
    drop = fresh(drop)
    assert (drop.state, drop.merged_into, drop.person) == ("closed", keep, cast.tess)
    assert RequestInterval.objects.get(request=drop, ended_at=None).holder == "nobody"
    assert [row.user for row in keep.watchers.all()] == [cast.alice]
    page = tess.get(path(keep)).content.decode()
    assert "要看接口" in page and drop.code in page
    parts.link(keep, drop, by=cast.tess, now=MONDAY)
    links = tess.get(path(keep)).context["links"]
    assert links == [], "it is named once: as merged"
    event = Event.objects.get(verb=joining.MERGED)
    assert tess.post(f"/undo/{event.pk}", {"key": key()}).status_code == 302
    drop = fresh(drop)
    assert (drop.state, drop.merged_into, drop.ended_at, drop.person) == ("accepted", None, None, cast.tess)
    assert not keep.watchers.exists()
    assert RequestInterval.objects.get(request=drop, ended_at=None).holder == "department"
    with pytest.raises(Refused):
        undoing.undo(event, by=cast.tess, now=WEDNESDAY)


def test_only_what_the_readers_of_both_may_see_is_merged(cast, client_of):
    mine, foreign = ask(cast.alice, cast.tech), ask(cast.charlie, cast.tech)
    elsewhere, contract = ask(cast.alice, cast.legal), ask(cast.alice, cast.legal, code="contract")
    assert list(joining.candidates(mine, cast.tess)) == [], "another asker, department, an approval"
    said = {"keep": foreign.number, "state": "submitted", "key": key()}
    assert client_of(cast.tess).post(path(mine, "merge"), said).status_code == 422
    assert client_of(cast.alice).get(path(mine, "merge")).status_code == 403, "who asked withdraws"
    assert client_of(cast.sam).get(path(contract, "merge")).status_code == 403
    assert fresh(elsewhere).state == "submitted"


def test_a_part_becomes_a_request_of_its_own_until_somebody_takes_it_up(cast, client_of):
    one = ask(cast.alice, cast.tech)
    stays, goes = (parts.add_item(one, text, by=cast.alice, now=MONDAY) for text in ("接口", "合同条款"))
    said = {"title": "条款", "description": "看条款", "department": cast.legal.pk, "items": [goes.pk], "key": key()}
    assert client_of(cast.tess).post(path(one, "split"), said).status_code == 302
    new = CollaborationRequest.objects.latest("number")
    assert (new.asker, new.asker_team, new.department, new.state) == (cast.alice, cast.east, cast.legal, "submitted")
    assert [item.text for item in new.items.all()] == ["合同条款"] and list(one.items.all()) == [stays]
    event = Event.objects.get(verb=joining.SPLIT)
    undoing.undo(event, by=cast.alice, now=TUESDAY)
    assert fresh(new).state == "withdrawn" and one.items.count() == 2 and not RequestLink.objects.exists()
    again, event = joining.split(
        one, by=cast.alice, now=TUESDAY, title="条款", description="看条款", department=cast.legal
    )
    verbs.accept(again, by=cast.sam, now=TUESDAY)
    with pytest.raises(Refused):
        undoing.undo(event, by=cast.alice, now=TUESDAY)


# --- A file's life ----------------------------------------------------------------------------------------------
def pdf(name="spec.pdf", more=b""):
    return SimpleUploadedFile(name, PDF + more, content_type="application/pdf")


def test_the_newest_version_is_on_top_and_read_in_the_page(cast, client_of):
    request = ask(cast.alice, cast.tech)
    first, second = (attach(request, pdf(more=n), by=cast.alice, now=MONDAY) for n in (b"1", b"2"))
    page = client_of(cast.tess).get(path(request)).content.decode()
    assert page.index("V2") < page.index("V1")
    assert page.count("<iframe") == 1 and f'<iframe src="/files/{second.pk}/view"' in page
    assert f'href="/files/{second.pk}"' in page, "with its download beside it"
    view = client_of(cast.tess).get(f"/files/{second.pk}/view")
    assert view["Content-Type"] == "application/pdf" and view["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in view["Content-Security-Policy"]
    policy = view["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert client_of(cast.sam).get(f"/files/{second.pk}/view").status_code == 404
    assert first.series == second.series


def test_what_was_approved_is_shown_as_it_was_and_says_when_it_is_otherwise_now(cast, client_of):
    request = ask(cast.alice, cast.legal, code="contract", title="框架合同", description="第一稿")
    attach(request, pdf(), by=cast.alice, now=MONDAY)
    verbs.approve(request, by=cast.mia, now=MONDAY)
    sam = client_of(cast.sam)
    copy = sam.get(path(request)).context["approvals"][0]["copy"]
    assert (copy["description"], copy["changed"], [file["number"] for file in copy["files"]]) == ("第一稿", False, [1])
    attach(request, pdf(more=b"second"), by=cast.alice, now=TUESDAY)
    verbs.edit(fresh(request), by=cast.alice, now=TUESDAY, expect=fresh(request).version, description="第二稿")
    page = sam.get(path(request))
    copy = page.context["approvals"][0]["copy"]
    assert (copy["description"], copy["changed"], [file["number"] for file in copy["files"]]) == ("第一稿", True, [1])
    assert "changed since" in page.content.decode()
    verbs.approve(fresh(request), by=cast.sam, now=TUESDAY)
    frozen = Attachment.objects.filter(frozen_at__isnull=False)
    assert [file.number for file in frozen] == [2], "the last approver saw the second"


def test_the_amount_that_was_approved_is_shown_only_where_amounts_are(cast, client_of):
    request = ask(cast.alice, cast.legal, code="contract")
    CollaborationRequest.objects.filter(pk=request.pk).update(amount=600000)
    verbs.approve(fresh(request), by=cast.mia, now=MONDAY)
    assert client_of(cast.sam).get(path(request)).context["approvals"][0]["copy"]["amount"] == 600000
    cast.legal.sees_amounts = False
    cast.legal.save()
    assert client_of(cast.sam).get(path(request)).context["approvals"][0]["copy"]["amount"] is None


def test_a_decision_of_an_outside_oa_keeps_number_date_and_result_with_clock_and_hold(cast, client_of):
    request = ask(cast.alice, cast.legal, code="contract", customer=make_customer(cast.alice))
    mia = client_of(cast.mia)
    said = {"comment": "条款 3 要改", "oa_number": "https://oa.example.com/77", "state": "submitted"}
    bad = mia.post(path(request, "send-back"), said | {"oa_on": "2099-01-01", "key": key()})
    assert bad.status_code == 422 and fresh(request).state == "submitted"
    assert mia.post(path(request, "send-back"), said | {"oa_on": "2024-03-01", "key": key()}).status_code == 302
    one = fresh(request)
    assert (one.state, one.oa_number, f"{one.oa_on}") == ("waiting", "https://oa.example.com/77", "2024-03-01")
    assert one.deal.notes.filter(kind="hold", until=None).exists(), "the deal is still held"
    page = client_of(cast.alice).get(path(request)).content.decode()
    assert '<a class="link" href="https://oa.example.com/77"' in page and "Sent back in OA" in page
    verbs.answer(fresh(request), by=cast.alice, now=TUESDAY, text="已改")
    for person in (cast.mia, cast.sam):
        verbs.approve(fresh(request), by=person, now=WEDNESDAY, comment="同意", oa_number="HT-88")
    one = fresh(request)
    assert (one.state, one.oa_number, one.oa_on, one.result) == ("done", "HT-88", today(WEDNESDAY), "同意")
    assert not one.deal.notes.filter(kind="hold", until=None).exists()
    assert Notification.objects.filter(kind="collaboration.approved", recipient=cast.alice).exists()
