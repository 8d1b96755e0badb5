"""Money as people type it, on every way it is typed: one reading, and what it is not is said without a loss."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from pipeline.models import Deal
from pipeline.pasting import read_block
from tests.cast import key, make_customer

TYPED = {
    "0": 0, "48万": 480_000, "12,345.678": Decimal("12345.68"), "１２３４５": 12345, "￥4,800": 4800, "450K": 450_000,
    "999999999999.99": Decimal("999999999999.99"), "": None, " 300 000 元": 300_000,
    "12 万": 120_000, "１２ 万": 120_000, "1.5亿": 150_000_000,
}  # fmt: skip
REFUSED = [
    "-1", "−1", "(500)", "1e9", "1e30", "1e309", "12万5", "NaN", "Infinity", "=1+1", "abc", "1,2,3", "1000000000000",
    "9" * 60, "\u0000",
]  # fmt: skip


@pytest.fixture
def deal(own):
    Deal.objects.filter(pk=own.deal.pk).update(amount=7)
    return Deal.objects.get(pk=own.deal.pk)


def cell(client, deal, typed):
    said = {"key": key(), "field": "amount", "amount": typed, "version": deal.version}
    return client.post(f"/deals/{deal.pk}/field", said, HTTP_HX_REQUEST="true")


def form(client, deal, typed):
    said = {"key": key(), "name": "一期", "amount": typed, "version": deal.version, "rep": deal.rep_id or "",
            "owner": deal.owner_id or "", "expected_close": timezone.localdate() + dt.timedelta(days=9)}  # fmt: skip
    return client.post(f"/deals/{deal.pk}/edit", said, HTTP_HX_REQUEST="true")


WAYS = {"cell": cell, "form": form}


@pytest.mark.proves("B25")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("typed", TYPED)
def test_an_amount_is_read_as_people_write_it(deal, cast, client_of, way, typed):
    response = WAYS[way](client_of(cast.mia), deal, typed)
    assert response.status_code in (200, 204), response.content.decode()[:2000]
    assert Deal.objects.get(pk=deal.pk).amount == TYPED[typed]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_amount_is_said_and_kept_in_the_field(deal, cast, client_of, way, typed):
    response = WAYS[way](client_of(cast.mia), deal, typed)
    assert response.status_code == 422
    assert Deal.objects.get(pk=deal.pk).amount == 7
    if typed.isprintable():
        assert f'value="{typed}"' in response.content.decode()


def test_a_pasted_block_of_odd_amounts_shows_what_it_would_write_and_says_what_it_would_not(deal, cast, client_of):
    """One line a deal: the preview holds the readable ones ready and names the others, and writes nothing yet."""
    typed = [*(text for text in TYPED if text), *(text for text in REFUSED if text != "\u0000")]
    rows = [deal, *(make_customer(cast.alice, name=f"客户{n:02d}").deals.get() for n in range(len(typed) - 1))]
    cells = read_block("\n".join(typed), rows, "amount", user=cast.mia, on=timezone.localdate())
    read = dict(zip(typed, cells, strict=True))
    for text, cell in read.items():
        wanted = TYPED.get(text)
        assert bool(cell.error) == (text in REFUSED), text
        if wanted is not None:
            assert Decimal(cell.value) == wanted, text
    before = set(Deal.objects.values_list("pk", "amount"))
    said = {"query": "", "start": deal.pk, "first": "amount", "text": "1e9\n", "key": key()}
    page = client_of(cast.mia).post("/pipeline/table/paste", said).content.decode()
    assert "1e9" in page and 'name="cell"' not in page
    for odd in ("²:amount:1", ":amount:1", f"{deal.pk}:amount:", f"{deal.pk}:amount:²", f"{deal.pk}:name:1", "1:2"):
        confirm = {"confirm": "1", "cell": odd, "value": "5", "key": key()}
        assert client_of(cast.mia).post("/pipeline/table/paste", confirm).status_code == 404, odd
    assert set(Deal.objects.values_list("pk", "amount")) == before


def test_a_contract_is_read_the_same_way(deal, cast, stages, client_of, approve):
    approve(deal)
    client, path = client_of(cast.mia), f"/deals/{deal.pk}/move"
    said = {"to": stages[6].pk, "from": deal.stage_id, "key_action": "签了", "signed_on": timezone.localdate()}
    assert client.post(path, said | {"key": key(), "contract_amount": "-1"}).status_code == 422
    assert client.post(path, said | {"key": key(), "contract_amount": "1e30"}).status_code == 422
    assert client.post(path, said | {"key": key(), "contract_amount": ""}).status_code == 422
    assert client.post(path, said | {"key": key(), "contract_amount": "４８万"}).status_code == 302
    assert Deal.objects.get(pk=deal.pk).contract_amount == 480_000


def test_the_field_shows_a_plain_number_and_the_same_is_no_change(deal, cast, client_of):
    Deal.objects.filter(pk=deal.pk).update(amount=Decimal("480000.50"))
    deal.refresh_from_db()
    client = client_of(cast.mia)
    shown = client.get(f"/deals/{deal.pk}/field?field=amount", HTTP_HX_REQUEST="true").content.decode()
    assert 'value="480000.5"' in shown and 'inputmode="decimal"' in shown
    assert cell(client, deal, "480,000.5").status_code == 200
    assert Deal.objects.get(pk=deal.pk).version == deal.version
