"""M1: moving in from other systems: their columns are known, words are settled, matches are saved by name."""

import csv
import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.models import Contact, Customer
from exchange import profiling
from exchange.models import ImportBatch, MappingProfile
from exchange.settling import Settling
from exchange.spelling import order_of
from pipeline.models import Deal
from tests.cast import key
from tests.exchange.conftest import bring, fates, reasons, take

PEOPLE = {"Li Qiang": "alice"}


def text_of(rows, *, delimiter=",", quoting=csv.QUOTE_MINIMAL):
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, quoting=quoting).writerows(rows)
    return target.getvalue()


SALESFORCE = [
    [
        "Opportunity Owner",
        "Account Name",
        "Opportunity Name",
        "Stage",
        "Fiscal Period",
        "Amount",
        "Close Date",
        "Next Step",
    ],
    ["Li Qiang", "Acme", "Line 3", "Negotiation/Review", "Q1-2024", "CNY 1,234,500.00", "3/31/2031", "Send the offer"],
    ["Li Qiang", "Acme", "Line 1", "Closed Won", "Q4-2023", "300000", "12/15/2023", ""],
    ["Li Qiang", "Globex", "Pumps", "Closed Lost", "Q4-2023", "", "11/30/2023", ""],
]
STAGES = {"Negotiation/Review": "商务谈判", "Closed Won": "成交", "Closed Lost": "流失"}
# fmt: off
FILES = {
    "Salesforce · Opportunities": (SALESFORCE, {"stage": STAGES}),
    "Salesforce · Accounts": (
        [
            ["Account Owner", "Account Name", "Industry", "Employees", "Annual Revenue", "Phone", "Website",
             "Billing Street", "Billing City", "Billing Country"],
            ["Li Qiang", "Acme", "Manufacturing", "500", "¥1,200,000", "021-55501234", "acme.cn",
             "1 Main", "Suzhou", "CN"],
        ],
        {},
    ),
    "Salesforce · Contacts": (
        [
            ["First Name", "Last Name", "Account Name", "Title", "Phone", "Mobile", "Email", "Contact Owner"],
            ["Ada", "Lovelace", "Acme", "CTO", "021-55501234", "13812345678", "ada@acme.cn", "Li Qiang"],
            ["敏", "张", "Globex", "采购", "021-55505678", "", "", "Li Qiang"],
        ],
        {},
    ),
    "HubSpot · Companies": (
        [
            ["Record ID", "Company name", "Company owner", "Industry", "Phone Number", "Company Domain Name", "City"],
            ["9001", "Acme", "Li Qiang", "MACHINERY", "+86 138 1234 5678", "acme.cn", "Suzhou"],
        ],
        {},
    ),
    "HubSpot · Contacts": (
        [
            ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Associated Company"],
            ["1", "Ada", "Lovelace", "ada@acme.cn", "13812345678", "Li Qiang", "Acme"],
        ],
        {},
    ),
    "HubSpot · Deals": (
        [
            ["Record ID", "Deal Name", "Deal Stage", "Close Date", "Deal owner", "Amount", "Associated Company"],
            ["7", "Line 3", "Contract Sent", "2031-03-31 14:22", "Li Qiang", "1234500.00", "Acme"],
        ],
        {"stage": {"Contract Sent": "商务谈判"}},
    ),
    "Pipedrive · Deals": (
        [
            ["Deal - Title", "Deal - Value", "Deal - Currency of value", "Deal - Organization", "Deal - Contact person",
             "Deal - Owner", "Deal - Stage", "Deal - Status", "Deal - Expected close date"],
            ["Line 3", "1234500", "CNY", "Acme", "Ada Lovelace", "Li Qiang", "Negotiations Started", "Open",
             "2031-03-31"],
            ["Line 1", "300000", "CNY", "Acme", "Ada Lovelace", "Li Qiang", "Negotiations Started", "Won", ""],
        ],
        {"stage": {"Negotiations Started": "商务谈判"}},
    ),
    "Pipedrive · People": (
        [
            ["Person - Name", "Person - Organization", "Person - Email - Work", "Person - Phone - Mobile",
             "Person - Owner"],
            ["Ada Lovelace", "Acme", "ada@acme.cn", "13812345678", "Li Qiang"],
        ],
        {},
    ),
    "Pipedrive · Organizations": (
        [["Organization - Name", "Organization - Address", "Organization - Owner"],
         ["Acme", "1 Main, Suzhou", "Li Qiang"]],
        {},
    ),
    "Odoo · CRM": (
        [
            ["Opportunity", "Company Name", "Customer", "Contact Name", "Phone", "Salesperson", "Expected Revenue",
             "Stage", "Expected Closing"],
            ["Line 3", "", "Acme", "Ada Lovelace", "13812345678", "Li Qiang", "1234500.0", "Proposition", "2031-03-31"],
        ],
        {"stage": {"Proposition": "商务谈判"}},
    ),
    "Odoo · Contacts": (
        [
            ["Name", "Is a Company", "Related Company", "Job Position", "Phone", "Email", "Salesperson", "Street",
             "City"],
            ["Acme", "True", "", "", "", "", "Li Qiang", "1 Main", "Suzhou"],
            ["Ada Lovelace", "False", "Acme", "CTO", "13812345678", "ada@acme.cn", "", "", ""],
        ],
        {},
    ),
}
# fmt: on


def brought(rows, user, *, values=None, spelling=None, **more):
    batch, _records = bring(text_of(rows).encode(), user, name="export.csv", people=PEOPLE, **more)
    batch.mapping |= {"values": values or {}, "spelling": spelling or {}}
    batch.save()
    return bring_again(batch)


def bring_again(batch):
    from django.utils import timezone

    from exchange.checking import check

    return batch, check(batch, by=batch.owner, now=timezone.now())[0]


@pytest.mark.proves("M1")
@pytest.mark.parametrize("name", FILES)
def test_an_export_of_another_system_is_known_and_goes_in(cast, name):
    rows, values = FILES[name]
    batch, records = brought(rows, cast.mia, values=values, spelling={"dates": "mdy"})
    assert batch.tables[0]["known"] == name
    assert reasons(records) == []
    take(batch)
    acme = Customer.objects.get(name="Acme")
    assert acme.owner == cast.alice
    if batch.sheet == "stage-progress":
        deal = Deal.objects.get(customer=acme, name="Line 3")
        assert (deal.stage.label, str(deal.amount), deal.expected_close) == (
            "商务谈判", "1234500.00", dt.date(2031, 3, 31)
        )  # fmt: skip
    if Contact.objects.filter(phone__contains="138").exists() and "ompan" not in name.split(" · ")[1]:
        assert "Ada Lovelace" in acme.contacts.values_list("name", flat=True)


def test_won_lost_and_chinese_names_and_addresses(cast):
    batch, _records = brought(SALESFORCE, cast.mia, values={"stage": STAGES}, spelling={"dates": "mdy"})
    take(batch)
    won, lost = Deal.objects.get(name="Line 1"), Deal.objects.get(name="Pumps")
    assert (won.stage.kind, won.signed_on) == ("won", dt.date(2023, 12, 15))
    assert (lost.stage.kind, lost.amount) == ("lost", None)
    take(brought(FILES["Salesforce · Contacts"][0], cast.mia)[0])
    assert Contact.objects.filter(name="张敏", customer__name="Globex").exists()
    take(brought(FILES["Salesforce · Accounts"][0], cast.mia)[0])
    assert Customer.objects.get(name="Acme").address == "1 Main, Suzhou, CN"


def test_what_has_no_place_is_said_row_by_row_and_nothing_is_made_up(cast):
    rows = [FILES["HubSpot · Deals"][0][0] + ["Deal probability"],
            ["8", "No company", "Contract Sent", "", "Li Qiang", "$5,000", "", "0.4"],
            ["9", "Nobody's", "Contract Sent", "", "Someone Else", "5000", "Acme", "0.4"]]  # fmt: skip
    batch, records = brought(rows, cast.mia)
    said = "\n".join(reasons(records))
    for words in ("“客户名称” is empty", "“$5,000” is in another currency", "“Contract Sent” is not one of"):
        assert words in said, said
    assert "“Someone Else” is nobody you may assign to" in said or any(
        person["words"] == "Someone Else" for person in Settling(batch, by=cast.mia, now=batch.made_at).people
    )
    assert fates(records) == ["wrong", "wrong"]
    assert any("Deal probability" in str(notice) for notice in batch.notices)
    rows = [["Deal - Title", "Deal - Value", "Deal - Currency of value", "Organization", "Deal - Stage"],
            ["Line 3", "5000", "EUR", "Acme", "商务谈判"]]  # fmt: skip
    batch, records = brought(rows, cast.mia)
    assert "EUR 5000" in reasons(records)[0]
    _batch, records = brought(rows, cast.mia, spelling={"money": "as-is"})
    assert reasons(records) == [] and str(records[0].values["amount"]) == "5000.00"


@pytest.mark.proves("M1")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_plain_csv_in_every_spelling(cast, encoding, delimiter):
    notes = f"一{delimiter}二\n三"
    rows = [
        ["客户名称", "行业", "备注"],
        ["星澜科技", "软件", notes],
        ["公司甲" if encoding == "gbk" else "𠮷公司", "", ""],
    ]
    _batch, records = bring(text_of(rows, delimiter=delimiter).encode(encoding), cast.alice, name="a.csv")
    assert reasons(records) == []
    assert [r.values["customer"] for r in records][0] == "星澜科技"
    assert records[0].values["notes"] == notes


def test_orders_of_dates():
    assert order_of(["2024-03-01", "", "3月1日"]) == ""
    assert order_of(["03/04/2024"]) == "?"
    assert (order_of(["03/04/2024", "3/31/2024"]), order_of(["31.03.24"])) == ("mdy", "dmy")
    assert order_of(["2024/3/14", "2031-12-13"]) == ""


def test_utc_moments_become_company_days(cast):
    rows = [FILES["HubSpot · Deals"][0][0], ["7", "a", "商务谈判", "2031-03-31T17:00:00.000Z", "Li Qiang", "1", "Acme"]]
    _batch, records = brought(rows, cast.mia)
    assert records[0].values["expected_close"].day == dt.date(2031, 4, 1)


# --- saved by name ---

OWN = [["Kunde", "Branche", "Stufe"], ["Acme", "Maschinenbau", "Angebot"]]


def upload(client, rows, **more):
    file = SimpleUploadedFile("a.csv", text_of(rows).encode())
    return client.post(reverse("exchange:imports"), {"key": key(), "file": file, **more})


def mapped(client, batch, **data):
    return client.post(reverse("exchange:import_map", args=[batch.pk]), {"key": key(), **data})


def as_filled_in(page):
    """{name: value} of the drop-downs as a browser would send them."""
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1]
    return found


@pytest.fixture
def saved(cast, client_of):
    """Matches of a file no sheet knows, made by hand and kept under a name by alice."""
    client = client_of(cast.alice)
    assert upload(client, OWN).status_code == 422
    assert upload(client, OWN, sheet="stage-progress").status_code == 302
    batch = ImportBatch.objects.get()
    columns = {"col-0-0": "customer", "col-0-1": "industry", "col-0-2": "stage"}
    answer = mapped(client, batch, do="keep", name="Our old list", **columns)
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "“Angebot”" in page  # the words of a column matched by hand are asked for
    value = page.split('name="value-')[1].split('"')[0]
    options = page.split(f'id="value-{value}"')[1].split("</select>")[0]
    choice = next(words for words in options.split('value="') if "方案提交" in words).split('"')[0]
    mapped(client, batch, do="keep", name="Our old list", **{f"value-{value}": choice}, **columns)
    return MappingProfile.objects.get()


@pytest.mark.proves("M1")
def test_saved_matches_open_settle_and_are_offered(cast, client_of, saved):
    assert saved.columns == {"kunde": "customer", "branche": "industry", "stufe": "stage"}
    client = client_of(cast.alice)
    assert upload(client, [OWN[0], ["Globex", "Chemie", "Angebot"]]).status_code == 302  # known by now
    batch = ImportBatch.objects.first()
    page = client.get(reverse("exchange:import_map", args=[batch.pk])).content.decode()
    assert "Our old list" in page
    mapped(client, batch, do=f"use:{saved.pk}")
    mapped(client, batch, **as_filled_in(client.get(reverse("exchange:import_map", args=[batch.pk])).content.decode()))
    batch.refresh_from_db()
    assert batch.mapping["profile"] == "Our old list"
    client.post(reverse("exchange:import_check", args=[batch.pk]), {"key": key(), "do": "import"})
    assert Deal.objects.get().stage.label == "方案提交" and Customer.objects.get().industry == "Chemie"
    assert upload(client_of(cast.bob), OWN).status_code == 422  # not for everybody
    assert mapped(client, ImportBatch.objects.last(), do="use:999").status_code in (302, 404)


def test_saved_matches_are_shared_renamed_removed_by_their_owner(cast, client_of, saved):
    client, other = client_of(cast.alice), client_of(cast.bob)
    url = reverse("exchange:profile", args=[saved.pk])
    assert "Our old list" not in other.get(reverse("exchange:profiles")).content.decode()
    assert other.post(url, {"key": key(), "do": "remove"}).status_code == 404
    data = {"name": "Old", "shared": "on", "version": saved.version}
    assert client.post(url, {"key": key(), **data}).status_code == 302
    assert client.post(url, {"key": key(), **data, "name": "Older"}).status_code == 409  # from another tab
    page = other.get(reverse("exchange:profiles")).content.decode()
    assert "Old" in page and url not in page
    assert other.post(url, {"key": key(), **data}).status_code == 403
    assert client.post(url, {"key": key(), "name": "", "version": 9}).status_code == 422
    assert upload(other, OWN).status_code == 302
    assert [str(one) for one in profiling.fitting(ImportBatch.objects.first(), cast.bob)] == ["Old"]
    assert client_of(cast.ada).post(url, {"key": key(), "do": "remove"}).status_code == 302  # what all see, admins mend
    assert not MappingProfile.objects.exists() and MappingProfile.history.count() >= 3


def test_people_of_shared_matches_are_only_those_one_may_assign_to(cast, client_of, saved):
    MappingProfile.objects.update(people={"Li": "alice", "Wang": "bob", "X": ""}, shared=True)
    batch, _records = bring(text_of(OWN).encode(), cast.bob, name="a.csv")
    profiling.use(batch, MappingProfile.objects.get(), by=cast.bob)
    assert batch.mapping["people"] == {"Wang": "bob", "X": ""}


def test_closed_words_are_proposed_and_asked(cast, client_of):
    client = client_of(cast.mia)
    rows = [["Opportunity Name", "Account Name", "Stage"], ["a", "Acme", "closedwon"], ["b", "Acme", "Qualification"]]
    upload(client, rows)
    page = client.get(reverse("exchange:import_map", args=[ImportBatch.objects.get().pk])).content.decode()
    assert "Recognised as an export of Salesforce · Opportunities" in page
    settled = Settling(ImportBatch.objects.get(), by=cast.mia, now=ImportBatch.objects.get().made_at).values
    assert [one["words"] for one in settled] == ["closedwon", "Qualification"]
    assert settled[0]["chosen"].startswith("成交") and settled[1]["chosen"] == ""
