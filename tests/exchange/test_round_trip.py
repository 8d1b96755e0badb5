"""M1: a workbook goes out, is edited while others work on, and comes back: three ways, by cell, at once, and undone."""

import csv
import datetime as dt
import io
import random
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from collaboration.models import CollaborationRequest
from core.changing import change
from customers.models import Customer, FollowUp
from exchange import applying, checking, defining, keys, taking_back
from exchange.exporting import queryset_of
from exchange.models import ImportBatch
from exchange.problems import tell
from exchange.sheets import sheet_of
from exchange.writing import write_csv, write_workbook
from pipeline.models import Deal, Stage
from pipeline.moving import Move, move_many
from tests.cast import key, make_customer, make_log, make_request
from tests.exchange.conftest import bring, fates, reasons, take
from tests.lanes import shared

COLUMNS = {"industry": "Industry", "source": "Source", "address": "Address", "website": "Website", "notes": "Notes"}


def out(slug, user, query=""):
    sheet, target = sheet_of(slug), io.BytesIO()
    write_workbook(target, [(sheet, sheet.rows(user, queryset_of(sheet, user, query)))])
    return target.getvalue()


def out_csv(slug, user):
    sheet, target = sheet_of(slug), io.StringIO()
    write_csv(target, sheet, sheet.rows(user, queryset_of(sheet, user, "")))
    return target.getvalue()


def edited(data, *cells, also=None, by="Customer"):
    """The workbook with (name in the column `by`, header, value) typed over; `also(page)` may do more."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    heads = {cell.value: cell.column for cell in page[1]}
    place = heads.get(by)
    for name, header, value in cells:
        row = next(row for row in page.iter_rows(min_row=2) if row[place - 1].value == name)
        page.cell(row[0].row, heads[header]).value = value
    if also:
        also(page)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cells_of(batch):
    """{field: change} of the one row that has any."""
    (row,) = [row for row in batch.rows.all() if row.changes]
    return row, {one["field"]: one for one in row.changes}


def told(batch):
    return [tell(message, values) for message, values in batch.notices]


def standing():
    return {c.name: {field: getattr(c, field) for field in COLUMNS} for c in Customer.objects.all()}


# --- worlds by chance ---


@pytest.mark.proves("M1")
@pytest.mark.parametrize("seed", shared(range(12)))
def test_every_cell_ends_as_three_sides_say(cast, seed):
    """Names are left alone (they are how the world is read); everything else happens on both sides at once."""
    dice = random.Random(seed)
    names = [f"客户{n}" for n in range(dice.randint(3, 12))]
    words = ["软件", "制造", "=1+1", "2024/3/1", "1,200", "0571", "北京\n二层", "a"]
    for name in names:
        make_customer(cast.alice, name=name, **{f: dice.choice(words) for f in COLUMNS if dice.random() < 0.7})
    before, data = standing(), out("customers", cast.mia)
    here = {(name, field): dice.choice(words) for name in names for field in COLUMNS if dice.random() < 0.3}
    file = {(name, field): dice.choice(words) for name in names for field in COLUMNS if dice.random() < 0.3}
    for (name, field), value in here.items():
        change(Customer.objects.get(name=name), by=cast.bob, **{field: value})
    now, gone = standing(), {name for name in names if dice.random() < 0.15}

    def stir(page):
        page.insert_cols(2)
        page.cell(1, 2, "My own column")
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        rows = [row for row in rows if row[0] not in gone]
        dice.shuffle(rows)
        page.delete_rows(2, page.max_row)
        for row in rows:
            page.append(row)
            for cell in page[page.max_row]:
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type

    typed = [(name, COLUMNS[field], value) for (name, field), value in file.items()]
    batch, records = bring(edited(data, *typed, also=stir), cast.mia)
    assert reasons(records) == []
    wanted, clashes, touched = {name: dict(cells) for name, cells in now.items()}, set(), set()
    for (name, field), value in file.items():
        was, is_now = keys.same(before[name][field]), keys.same(now[name][field])
        if name in gone or keys.same(value) in (was, is_now):
            continue
        touched.add((name, field))
        if was != is_now:
            clashes.add((name, field))
        else:
            wanted[name][field] = value
    shown = {(r.values["customer"], c["field"], c.get("kind")) for r in records for c in r.changes}
    assert shown == {(*cell, "conflict" if cell in clashes else None) for cell in touched}
    assert any("Nothing is deleted here" in words for words in told(batch)) is bool(gone)
    accepted = {cell for cell in clashes if dice.random() < 0.5}
    refused = {cell for cell in touched - clashes if dice.random() < 0.2}
    for record in records:
        record.row.take = [f for name, f in accepted if name == record.values["customer"]]
        record.row.keep = [f for name, f in refused if name == record.values["customer"]]
        record.row.save()
    for name, field in accepted:
        wanted[name][field] = file[name, field]
    for name, field in refused:
        wanted[name][field] = now[name][field]
    done = take(batch)
    assert {n: {f: keys.same(v) for f, v in c.items()} for n, c in standing().items()} == {
        n: {f: keys.same(v) for f, v in c.items()} for n, c in wanted.items()
    }
    late = {name for name, _field in touched - (clashes - accepted) - refused if dice.random() < 0.3}
    kept = {name: next(f for n, f in sorted(touched - (clashes - accepted) - refused) if n == name) for name in late}
    for name, field in kept.items():
        change(Customer.objects.get(name=name), by=cast.bob, **{field: "later"})
        now[name][field] = "later"
    assert set(taking_back.undo(done, by=cast.mia, now=timezone.now())) == late
    assert standing() == now


# --- conflicts ---


@pytest.fixture
def clash(cast):
    customer = make_customer(cast.alice, name="星澜科技", industry="软件", address="上海")
    data = edited(out("customers", cast.mia), ("星澜科技", "Industry", "半导体"), ("星澜科技", "Website", "xl.cn"))
    change(customer, by=cast.bob, industry="制造")
    return customer, data


@pytest.mark.proves("M1")
def test_a_cell_changed_on_both_sides_is_shown_with_all_three_and_who(cast, clash):
    customer, data = clash
    batch, records = bring(data, cast.mia)
    assert fates(records) == ["conflict"]
    _row, cells = cells_of(batch)
    found = cells["industry"]
    assert [found[name] for name in ("new", "old", "before", "who")] == ["半导体", "制造", "软件", "王敏"]
    take(batch)
    customer.refresh_from_db()
    assert (customer.industry, customer.website) == ("制造", "xl.cn")  # the rest of the row went in


@pytest.mark.proves("M1")
def test_the_page_of_columns_sent_as_it_is_shown_keeps_the_sides(cast, client_of, clash):
    customer, data = clash
    batch, _records = bring(data, cast.mia)
    client, path = client_of(cast.mia), reverse("exchange:import_map", args=[batch.pk])
    page = client.get(path).content.decode()
    sent = {}
    for name, options in re.findall(r'<select name="(col-[^"]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else "-"
    assert len(sent) > 5 and "-" not in sent.values()
    assert client.post(path, sent | {"key": key()}).status_code == 302
    assert [row.fate for row in batch.rows.all()] == ["conflict"]


def test_what_the_file_did_not_touch_is_not_put_back(cast, clash):
    customer, data = clash
    change(Customer.objects.get(), by=cast.bob, address="苏州", grade="A")
    batch, _ = bring(data, cast.mia)
    take(batch)
    customer.refresh_from_db()
    assert (customer.address, customer.grade) == ("苏州", "A")


def test_a_conflict_that_arises_after_the_check_is_shown_not_overwritten(cast, clash):
    customer, data = clash
    change(Customer.objects.get(), by=cast.bob, industry="软件")  # back to what was exported
    batch, records = bring(data, cast.mia)
    assert fates(records) == ["changed"]
    change(Customer.objects.get(), by=cast.alice, industry="金融")
    with pytest.raises(applying.ChangedSince):
        take(batch)
    customer.refresh_from_db()
    assert (customer.industry, customer.website) == ("金融", "")
    records, _run = checking.check(batch, by=cast.mia, now=timezone.now())
    assert fates(records) == ["conflict"]


def test_an_accepted_conflict_is_asked_anew_when_it_changes_again(cast, clash):
    _customer, data = clash
    batch, records = bring(data, cast.mia)
    row, _cells = cells_of(batch)
    row.take = ["industry"]
    row.save()
    change(Customer.objects.get(), by=cast.alice, industry="金融")
    with pytest.raises(applying.ChangedSince):
        take(batch)
    checking.check(batch, by=cast.mia, now=timezone.now())
    row.refresh_from_db()
    assert (row.take, cells_of(batch)[1]["industry"]["old"]) == ([], "金融")
    row.take = ["industry"]
    row.save()
    checking.check(batch, by=cast.mia, now=timezone.now())  # nothing happened meanwhile: it stays accepted
    take(batch)
    assert Customer.objects.get().industry == "半导体"


def test_csv_tells_conflicts_too(cast, clash):
    change(Customer.objects.get(), by=cast.bob, industry="软件")
    text = out_csv("customers", cast.mia).replace("软件", "半导体")
    change(Customer.objects.get(), by=cast.bob, industry="制造")
    batch, records = bring(text.encode("gb18030"), cast.mia, name="a.csv")
    assert fates(records) == ["conflict"]
    assert cells_of(batch)[1]["industry"]["before"] is None


def test_stages_conflict_and_tags_follow(cast):
    customer = make_customer(cast.alice, name="甲")
    stages = list(Stage.objects.filter(kind="open", playbook__is_default=True).order_by("position"))
    data = edited(out("stage-progress", cast.mia), ("甲", "Stage", f"意向客户({stages[2].label})"))
    deal = Deal.objects.get(customer=customer)
    move_many([Move(deal, stages[1], expected=deal.stage_id)], by=cast.alice, now=timezone.now())
    batch, records = bring(data, cast.mia)
    assert fates(records) == ["conflict"]
    take(batch)
    assert Deal.objects.get().stage == stages[1]


def test_requests_go_by_their_own_rights(cast):
    request = make_request(cast.alice, cast.tech, priority="normal")
    data = edited(out("requests", cast.tess), (request.code, "Priority", "高"), by="Number")
    batch, records = bring(data, cast.tess)  # the department sees it, and may not change what was asked
    assert (fates(records), reasons(records)) == (["locked"], [])
    data = edited(
        out("requests", cast.alice), (request.code, "Priority", "高"), (request.code, "State", "已完成"),
        (request.code, "Department", cast.legal.name), by="Number",
    )  # fmt: skip
    batch, records = bring(data, cast.alice)
    kinds = {c["field"]: c.get("kind") for c in records[0].changes}
    assert kinds == {"priority": None, "department": "locked"} and records[0].flags[0]["field"] == "state"
    change(CollaborationRequest.objects.get(), by=cast.alice, priority="low")
    assert fates(checking.check(batch, by=cast.alice, now=timezone.now())[0]) == ["conflict"]
    take(batch)
    request = CollaborationRequest.objects.get()
    assert (request.priority, request.department, request.state) == ("low", cast.tech, "submitted")


def test_formulas_and_merged_cells_come_back_as_they_are_read(cast):
    for name in ("甲", "乙"):
        make_customer(cast.alice, name=name, industry="软件", source="展会")
    data = out("customers", cast.alice)

    def formula(page):
        page["B2"] = "=1+1"

    def merge(page):
        page["E2"], page["E3"] = "转介绍", None
        page.merge_cells("E2:E3")

    _batch, records = bring(edited(data, also=formula), cast.alice)
    assert "formula without a value" in reasons(records)[0] and fates(records)[1:] == ["same"]
    _batch, records = bring(edited(data, also=merge), cast.alice)
    assert [c["new"] for r in records for c in r.changes] == ["转介绍", "转介绍"]
    assert any("merged cells" in flag["message"] for flag in records[1].flags)


@pytest.mark.proves("REL12")
@pytest.mark.parametrize("seed", shared(range(6)))
def test_any_text_goes_out_and_in_again_exactly_or_is_refused(cast, seed):
    dice = random.Random(seed)
    pool = ["=1+1", "+86", "-1", "@a", "'x", "\t", "\n", "\r\n", '"', ",", ";", "👨‍👩‍👧", "𠮷", "ﷺ", "\u202e", "é",
            "e\u0301", "０", "0571", "1,200", "2024/3/1", "\x07", "\x85", "\u200b", "无", "{{7*7}}", " "]  # fmt: skip
    texts = ["".join(dice.choice(pool) for _ in range(dice.randint(1, 12))) for _ in range(20)]
    rows = [["客户名称", "行业", "备注"], *([f"客户{n}", "软件", text] for n, text in enumerate(texts))]
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    batch, records = bring(target.getvalue().encode(), cast.alice, name="a.csv")
    refused = {r.number - 2 for r in records if r.errors}
    assert all(any(c in texts[n] for c in "\x07\x85") for n in refused) or refused == set()
    batch.only_good = True
    batch.save()
    if len(refused) < len(texts):
        take(batch)
    kept = {c.name: c.notes for c in Customer.objects.all()}
    outer = " \n\u3000\ufeff"
    for n, text in enumerate(texts):
        typed = text.replace("\r\n", "\n").replace("\r", "\n").strip(outer)
        typed = typed[1:] if re.match(r"'[=+\-@\t\r']", text) else typed  # the apostrophe of a csv
        if n not in refused:
            assert kept[f"客户{n}"].strip(outer) == typed.strip(outer), (text, kept[f"客户{n}"])
    for data, name in ((out("customers", cast.alice), "a.xlsx"), (out_csv("customers", cast.alice).encode(), "a.csv")):
        _batch, records = bring(data, cast.alice, name=name)
        assert (reasons(records), set(fates(records))) == ([], {"same"})


# --- what may not be changed is said ---


@pytest.mark.proves("M1")
def test_cells_that_no_import_changes_are_said(cast):
    customer = make_customer(cast.alice, name="甲", industry="软件")
    make_log(customer, text="谈价格")
    batch, records = bring(
        edited(out("follow-ups", cast.alice), ("甲", "What was said", "改了"), ("甲", "Industry", "贸易")), cast.alice
    )
    assert (fates(records), reasons(records)) == (["changed"], [])
    assert {f: c.get("kind") for f, c in cells_of(batch)[1].items()} == {"text": "locked", "industry": None}
    take(batch)
    assert (FollowUp.objects.get().text, Customer.objects.get().industry) == ("谈价格", "贸易")
    batch, records = bring(edited(out("stage-progress", cast.alice), ("甲", "Customer", "乙")), cast.alice)
    assert (fates(records), Customer.objects.count()) == (["locked"], 1)
    batch, records = bring(edited(out("customers", cast.alice), ("甲", "Owner", cast.bob.name)), cast.alice)
    assert set(fates(records)) <= {"locked", "wrong"}  # a rep gives nobody away
    batch, records = bring(edited(out("customers", cast.alice), ("甲", "Industry", None)), cast.alice)
    (emptied,) = cells_of(batch)[1].values()
    assert (emptied["kind"], emptied["old"]) == ("locked", "贸易") and "takes nothing away" in emptied["message"]


def test_a_copied_row_is_named_and_an_equal_one_counted_once(cast):
    make_customer(cast.alice, name="甲")

    def copy(page):
        page.append([cell.value for cell in page[2]])
        page.append(["别的", *[cell.value for cell in page[2]][1:]])

    _batch, records = bring(edited(out("customers", cast.alice), also=copy), cast.alice)
    assert fates(records) == ["same", "same", "wrong"]
    assert "hidden key of row 2 again" in reasons(records)[0]


def test_a_masked_number_stays_masked_on_the_way(cast):
    customer = make_customer(cast.alice, name="甲", contacts=[{"name": "王", "phone": "13812345678"}])
    data = out("customers", cast.ada)  # an admin sees it masked
    for cells in ([], [("甲", "Phone", "138****0000")]):
        batch, records = bring(edited(data, *cells), cast.ada)
        assert reasons(records) == []
        take(batch)
        assert customer.contacts.get().phone == "13812345678"


def test_dates_and_numbers_that_excel_wrote_anew_are_the_same(cast):
    make_customer(cast.alice, name="甲", revenue=1_200_000)
    deal = Deal.objects.get()
    change(deal, by=cast.alice, expected_close=dt.date(2024, 3, 5), amount=480_000)
    text = out_csv("stage-progress", cast.alice)
    assert "2024-03-05" in text
    change(deal, by=cast.alice, expected_close=dt.date(2024, 4, 1))
    _batch, records = bring(text.replace("2024-03-05", "2024/3/5").encode(), cast.alice, name="a.csv")
    assert fates(records) == ["same"] and Deal.objects.get().expected_close == dt.date(2024, 4, 1)


# --- whose rows ---


@pytest.mark.proves("M1", "INV-4")
@pytest.mark.parametrize("slug", ["customers", "follow-ups", "stage-progress"])
def test_a_key_reaches_only_what_its_bringer_sees(cast, slug):
    make_log(make_customer(cast.charlie, name="南方公司", industry="软件"), by=cast.charlie)
    data = edited(out(slug, cast.charlie), *([("南方公司", "Industry", "偷")] if slug != "stage-progress" else []))
    for who in ("alice", "bob", "mia", "sam"):
        _batch, records = bring(data, getattr(cast, who))
        assert all(record.errors and not record.changes for record in records), who
    for who in ("nadia", "grace", "ada", "charlie"):
        _batch, records = bring(data, getattr(cast, who))
        assert not any(record.errors for record in records), who
    assert Customer.objects.get().industry == "软件"


@pytest.mark.proves("M1")
def test_the_key_of_another_installation_meets_nothing_here(cast, settings):
    make_customer(cast.alice, name="甲", industry="软件")
    here, settings.SECRET_KEY = settings.SECRET_KEY, "another company's secret, as long as it should be" * 2
    data = out("customers", cast.alice)
    settings.SECRET_KEY = here
    _batch, records = bring(data, cast.alice)
    assert fates(records) == ["wrong"] and "does not belong to this table" in reasons(records)[0]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret after a leak, as long as it should be", [here]
    data = out("customers", cast.alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "the secret after that one, as long as it should be too",
        ["a new secret after a leak, as long as it should be"],
    )
    assert fates(bring(data, cast.alice)[1]) == ["same"]
    plain = out_csv("customers", cast.alice).splitlines()
    bare = plain[1].rsplit(",", 1)[0] + f",C{Customer.objects.get().pk}"
    assert fates(bring("\n".join([plain[0], bare]).encode(), cast.alice, name="a.csv")[1]) == ["wrong"]


# --- on the page ---


def decided(client, batch, do, **data):
    return client.post(
        reverse("exchange:import_check", args=[batch.pk]) + "?tab=conflict&page=1", {"key": key(), "do": do, **data}
    )


@pytest.mark.proves("M1")
def test_the_page_shows_the_sides_and_takes_by_cell_row_column_and_all(cast, client_of, clash):
    customer, data = clash
    client = client_of(cast.mia)
    client.post(reverse("exchange:imports"), {"key": key(), "file": SimpleUploadedFile("a.xlsx", data)})
    batch = ImportBatch.objects.get()
    client.post(reverse("exchange:import_map", args=[batch.pk]), {"key": key()})
    page = client.get(reverse("exchange:import_check", args=[batch.pk])).content.decode()
    for words in ("1 in conflict", "In the file", "Here now", "When exported", "半导体", "制造", "软件", "王敏"):
        assert words in page
    row = batch.rows.get()
    boxes = {"choose": row.pk, f"take-{row.pk}-website": "on"}
    wanted = [
        ("save", boxes, [], []),
        ("save", {"choose": row.pk, f"take-{row.pk}-industry": "on"}, ["industry"], ["website"]),
        (f"take:{row.pk}:", {}, ["industry"], []),
        (f"keep:{row.pk}:", {}, [], ["website"]),
        ("take:conflict:industry", {}, ["industry"], ["website"]),
        ("take:conflict:", {}, ["industry"], []),
        ("keep:conflict:website", {}, ["industry"], ["website"]),
        ("take:nonsense:", {}, ["industry"], ["website"]),
        ("take:changed:", {}, ["industry"], ["website"]),
        ("page:1", boxes, [], []),
        ("take:conflict:", {}, ["industry"], []),
    ]
    for do, data, taken, kept in wanted:
        answer = decided(client, batch, do, **data)
        assert answer.status_code == 302 and "tab=conflict" in answer.url
        row.refresh_from_db()
        assert (row.take, row.keep) == (taken, kept), do
    assert decided(client_of(cast.alice), batch, "keep:conflict:").status_code == 404
    assert decided(client_of(cast.ada), batch, "keep:conflict:").status_code == 403
    decided(client, batch, "import")
    customer.refresh_from_db()
    assert (customer.industry, customer.website) == ("半导体", "xl.cn")
    assert customer.history.first().history_user == cast.mia


@pytest.mark.proves("M1", "D50")
def test_a_page_of_a_large_file_asks_as_little_as_that_of_a_small_one(cast, client_of):
    counted = []
    for size in (3, 160):
        names = [f"客户{size} {n}" for n in range(size)]
        for name in names:
            make_customer(cast.alice, name=name, industry="软件")
        batch, records = bring(
            edited(out("customers", cast.alice), *((n, "Industry", "贸易") for n in names)), cast.alice
        )
        url = reverse("exchange:import_check", args=[batch.pk]) + "?tab=changed&page=2"
        client = client_of(cast.alice)
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url).content.decode()
        counted.append(len(asked))
        assert page.count('name="choose"') == min(size, 50)
        take(batch)
    assert counted[0] == counted[1] and "51–100 of 160" in page


@pytest.mark.proves("D50")
@pytest.mark.parametrize("slug", ["customers", "stage-progress"])
def test_the_budget_of_a_round_trip(cast, slug):
    size = 2_000 if connection.vendor == "postgresql" else 250
    from customers.creating import create_many

    rows = [{"name": f"客户{n}", "owner": cast.alice, "contacts": [], "deal": {}} for n in range(size)]
    create_many(rows, by=cast.alice, now=timezone.now())
    head = "Industry" if slug == "customers" else "Key action"
    data = edited(out(slug, cast.alice), *((f"客户{n}", head, f"新{n}") for n in range(0, size, 2)))
    batch, records = bring(data, cast.alice)
    assert sorted(set(fates(records))) == ["changed", "same"]
    with CaptureQueriesContext(connection) as asked:
        take(batch)
    statements = [q["sql"] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(statements) <= 60, len(statements)


def test_an_export_in_the_other_language_is_no_change_of_anybodys(cast):
    options = [
        {"code": "o1", "label": "国企", "label_en": "State"},
        {"code": "o2", "label": "民企", "label_en": "Private"},
    ]
    values = {"label": "性质", "label_en": "Kind", "kind": "choice", "choices": options}
    one = defining.add_field("customer", values, by=cast.ada, now=timezone.now())[0]
    customer = make_customer(cast.alice, name="甲")
    change(customer, by=cast.alice, custom={one.slug: "o1"})
    data = edited(out("customers", cast.alice), ("甲", "Kind", "Private"))
    with translation.override("zh-hans"):  # a job speaks the company's language
        batch, records = bring(data, cast.alice)
    assert fates(records) == ["changed"]
    take(batch)
    assert Customer.objects.get().custom == {one.slug: "o2"}
