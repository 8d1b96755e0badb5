"""The quick log's own helps (S3): methods used last, purpose from the stage, files, several in a row, a raised tag."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from activity.models import Attachment
from customers import implying, owing
from customers.models import Customer, FollowUp
from pipeline.models import Playbook
from tests.cast import key, make_customer, make_log

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.fixture
def customer(cast):
    return make_customer(cast.alice, name="星澜科技", contacts=[{"name": "张敏", "phone": "13800005678"}])


def post(client, customer, headers=None, **data):
    words = {"text": "聊了交付", "methods": ["phone"], "time": "now", "next": "none", "reason": "other", "key": key()}
    return client.post(f"/log?customer={customer.pk}", words | data, headers=headers)


def form_of(client, customer, query=""):
    return client.get(f"/log?customer={customer.pk}{query}").context["form"].initial


@pytest.mark.parametrize(
    ("position", "words"),
    [(1, "Needs confirmed"), (3, "Needs confirmed"), (4, "Proposal feedback"), (5, "Negotiation"),
     (6, "Contract signing"), (7, "After-sales visit")],
)  # fmt: skip
def test_the_purpose_is_guessed_from_the_stage(cast, client_of, customer, position, words):
    client = client_of(cast.alice)
    assert form_of(client, customer)["purpose"] == "First contact"  # nobody has talked yet
    make_log(customer, by=cast.alice)
    deal = customer.deals.get()
    if position > 1:
        stage = Playbook.objects.default().stages.get(position=position)
        type(deal).objects.filter(pk=deal.pk).update(stage=stage)
    assert form_of(client, customer)["purpose"] == words


@pytest.mark.proves("R46")
def test_several_methods_are_kept_and_offered_next_time(cast, client_of, customer):
    client = client_of(cast.alice)
    assert form_of(client, customer)["methods"] == ["phone"]  # the first of the list
    post(client, customer, methods=["visit", "wechat"])
    assert FollowUp.objects.get().methods == ",visit,wechat,"
    assert form_of(client, customer)["methods"] == ["visit", "wechat"]
    assert form_of(client, customer, "&how=email")["methods"] == ["email"]


def test_several_in_a_row_keep_date_and_method(cast, client_of, customer):
    client = client_of(cast.alice)
    after = post(client, customer, methods=["visit"], time="pick", at="2026-01-05T18:30", then="again")
    assert after.url == "/log?how=visit&time=pick&at=2026-01-05T18%3A30"
    page = client.get(after.url).content.decode()
    assert f"/log?customer={customer.pk}&amp;how=visit&amp;time=pick&amp;at=2026-01-05T18%3A30" in page
    assert '<input type="hidden" name="how" value="visit">' in page  # a search keeps them as well
    next_one = form_of(client, customer, "&how=visit&time=pick&at=2026-01-05T18:30")
    assert (next_one["methods"], next_one["time"], next_one["at"]) == (["visit"], "pick", "2026-01-05T18:30")
    inside = post(client, customer, HTMX, methods=["visit", "phone"], time="now", then="again").content.decode()
    assert "how=visit%2Cphone" in inside
    assert "time=now" not in inside  # by then it is another moment


def test_who_came_along_is_kept_and_shown(cast, client_of, customer):
    client = client_of(cast.alice)
    post(client, customer, with_people="周婷，安达")
    assert FollowUp.objects.get().with_people == "周婷，安达"
    assert "周婷，安达" in client.get(f"/customers/{customer.pk}").content.decode()


def test_files_go_with_the_log(cast, client_of, customer):
    client = client_of(cast.alice)
    added = [SimpleUploadedFile("名片.png", PNG), SimpleUploadedFile("纪要.txt", "纪要".encode())]
    answer = post(client, customer, HTMX, files=added)
    saved = FollowUp.objects.get()
    files = list(Attachment.objects.of(saved).order_by("pk"))
    assert (answer.status_code, [file.name for file in files]) == (200, ["名片.png", "纪要.txt"])
    for html in (answer.content.decode(), client.get(f"/customers/{customer.pk}").content.decode()):
        assert [f'href="/files/{file.pk}' in html for file in files] == [True, True]
    assert client_of(cast.bob).get(f"/files/{files[0].pk}").status_code == 404


def test_a_bad_file_saves_nothing_and_says_why(cast, client_of, customer):
    for headers in (None, HTMX):
        answer = post(client_of(cast.alice), customer, headers, files=[SimpleUploadedFile("x.exe", b"MZ")])
        assert answer.status_code == 422
        assert "x.exe is not one of the kinds we take" in answer.content.decode()
    assert (FollowUp.objects.count(), Attachment.objects.count()) == (0, 0)


def test_the_full_page_posts_by_htmx_and_goes_on(cast, client_of, customer):
    client = client_of(cast.alice)
    answer = post(client, customer, HTMX, full="1")
    assert answer["HX-Redirect"] == f"/customers/{customer.pk}#ev-{FollowUp.objects.get().pk}"
    wrong = post(client, customer, HTMX, full="1", text="")
    assert (wrong.status_code, 'name="full"' in wrong.content.decode()) == (422, True)


def test_a_log_then_asks_about_the_stage(cast, client_of, customer):
    answer = post(client_of(cast.alice), customer, HTMX, then="stage")
    assert f'hx-get="/deals/{customer.deals.get().pk}/move"' in answer.content.decode()


@pytest.mark.parametrize(
    ("tag", "offered"), [("prospect", ["hot", "interested"]), ("interested", ["hot"]), ("hot", []), ("won", [])]
)
def test_only_a_higher_tag_is_offered(cast, client_of, customer, tag, offered):
    Customer.objects.filter(pk=customer.pk).update(tag=tag)
    assert [row[0] for row in implying.offers(tag)] == offered
    page = client_of(cast.alice).get(f"/log?customer={customer.pk}").content.decode()
    assert page.count("data-implied") == len(offered)


def test_a_raised_tag_is_saved_with_the_log(cast, client_of, customer):
    post(client_of(cast.alice), customer, tag="hot")
    customer.refresh_from_db()
    assert (customer.tag, timezone.localdate()) == ("hot", customer.last_contact_on)


@pytest.mark.proves("R44")
def test_who_was_spoken_to_is_chosen_on_top_and_the_number_called_comes_chosen(cast, client_of):
    """With one contact the title names him; with several they are chips below it, the main one chosen (S3)."""
    people = [{"name": "张敏", "phone": "13800005678", "is_main": True}, {"name": "李工", "phone": "13900001234"}]
    customer = make_customer(cast.alice, contacts=people)
    main, other = customer.contacts.order_by("-is_main", "pk")
    client = client_of(cast.alice)
    page = client.get(f"/log?customer={customer.pk}").content.decode()
    assert page.index('name="contact"') < page.index('name="text"') and "星澜科技 · 张敏" not in page
    assert form_of(client, customer)["contact"] == main.pk
    tap = owing.tap(cast.alice, customer, "phone", now=timezone.now(), contact=other)
    assert form_of(client, customer, f"&owed={tap.pk}")["contact"] == other.pk
    assert form_of(client, customer, f"&contact={other.pk}")["contact"] == other.pk
    post(client, customer, contact=other.pk)
    assert FollowUp.objects.get().contact == other
    timeline = client.get(f"/customers/{customer.pk}").content.decode()
    assert "李工" in timeline[timeline.index('id="ev-'):]
    foreign = make_customer(cast.bob, name="云帆", contacts=[{"name": "王总"}]).contacts.get()
    assert post(client, customer, contact=foreign.pk).status_code == 422
    alone = make_customer(cast.alice, name="启明教育", contacts=[{"name": "赵老师"}])
    assert "启明教育 · 赵老师" in client.get(f"/log?customer={alone.pk}").content.decode()
