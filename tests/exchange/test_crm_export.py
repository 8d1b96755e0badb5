"""Another CRM's export: a small one of every flaw, made here, and the public one where it lies beside the project.

The public one comes without a licence and is not part of the repository: CRM_EXPORT names its folder, else it is looked
for in ../shared/data of the project. Its figures are counted from the files by csv alone and compared with what the
monthly report says.
"""

import csv
import datetime as dt
import io
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Team, User
from core.errors import NotAllowed
from core.periods import day_start, period_of
from customers.models import Customer, FollowUp
from exchange.models import ImportBatch
from exchange.problems import tell
from pipeline.crm_export import bring_export
from pipeline.models import Deal, Stage, StageProgress
from reviews.figures import monthly
from reviews.pace import pace_of
from reviews.scopes import COMPANY
from tests.cast import key
from tests.exchange.test_wizard import step, upload

HERE = Path(__file__).resolve().parents[2]
BESIDE = HERE.parent / "shared/data/crm-sales-opportunities"
REAL = next((place for place in (Path(os.environ.get("CRM_EXPORT", "-")), BESIDE) if place.is_dir()), None)

TEAMS = """sales_agent,manager,regional_office
Ann Bell,Max Boss,North
Bob Cole,Max Boss,North
Cid Dorn,Eva Lead,South
Idle Ike,Eva Lead,South
,Eva Lead,South
"""
PRODUCTS = "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n"
ACCOUNTS = """account,sector,year_established,revenue,employees,office_location,subsidiary_of
Acme,technolgy,1996,1100.04,2822,Philipines,
Bolt,retail,2001,20.5,40,Kenya,Acme
"""
HEAD = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
DEALS = [
    "W1,Ann Bell,GTXPro,Acme,Won,10/20/2016,3/1/2017,4514",
    "L1,Bob Cole,MG Special,Acme,Lost,2/3/2017,3/31/2017,0",
    "E1,Cid Dorn,GTX Pro,Bolt,Engaging,3/5/2017,,",
    "P1,Ann Bell,MG Special,Acme,Prospecting,,,",
    "N1,Ann Bell,MG Special,,Engaging,3/5/2017,,",  # no account
    "B1,Ann Bell,MG Special,Acme,Won,3/5/2017,3/4/2017,50",  # closed before it began
    "C1,Ann Bell,MG Special,Acme,Won,3/5/2017,,50",  # won, nobody knows when
    "W1,Ann Bell,GTX Pro,Acme,Won,10/20/2016,3/1/2017,4500",  # the identifier again, worth something else
    "X1,No Body,MG Special,Acme,Won,3/5/2017,3/9/2017,50",
    "U1,Cid Dorn,Gizmo,Unlisted,Engaging,3/6/2017,,",
]


def folder_of(path, deals=DEALS, **files):
    texts = {
        "sales_teams": TEAMS,
        "products": PRODUCTS,
        "accounts": ACCOUNTS,
        "sales_pipeline": HEAD + "\n".join(deals),
    }
    for name, text in (texts | files).items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def said(brought):
    return {(one.row, one.field, tell(one.message, one.params), one.wrong) for one in brought.said}


def counts():
    return [model.objects.count() for model in (Deal, Customer, StageProgress, User, Team, Department)]


def test_a_small_export_with_every_flaw(cast, tmp_path):
    now, won_stage = timezone.now(), Stage.objects.get(playbook__is_default=True, kind="won")
    teams, deals, accounts = bring_export(folder_of(tmp_path), by=cast.ada, now=now)
    assert teams.counts == {"rows": 5, "departments": 2, "teams": 2, "people": 6}
    assert said(teams) == {
        (6, "sales_agent", "“sales_agent” is empty.", True),
        (5, "sales_agent", "“Idle Ike” has no opportunity in the file.", False),
    }
    north = Team.objects.get(name="Max Boss")
    assert (north.manager.name, north.manager.role, north.department.name) == ("Max Boss", "manager", "North")
    ann = User.objects.get(name="Ann Bell")
    assert (ann.team, ann.role, ann.has_usable_password()) == (north, "rep", False)

    assert (deals.counts["new"], deals.counts["wrong"]) == (5, 5)
    assert {one for one in said(deals) if one[3]} == {
        (6, "customer", "“客户名称” is empty.", True),
        (7, "closed", "Closed on 2017-03-04, before it began on 2017-03-05.", True),
        (8, "closed", f"“{won_stage.label}” needs the day of the close.", True),
        (9, "opportunity", "Row 2 already tells about this opportunity, and something else.", True),
        (10, "rep", "“No Body” is nobody you may assign to.", True),
    }
    noted = {one[:3] for one in said(deals) if not one[3]}
    assert (2, "product", "“GTXPro” was read as “GTX Pro”.") in noted
    assert (11, "customer", "“Unlisted” is not in the list of accounts.") in noted
    assert (11, "product", "“Gizmo” is not in the list of products.") in noted
    assert any(row == 5 and name == "engaged" and "from the day of the import" in words for row, name, words in noted)
    assert any(row == 3 and name == "stage" and "No reason was given" in words for row, name, words in noted)

    won = Deal.objects.get(custom__opportunity_id="W1")
    assert (won.name, won.amount, won.contract_amount, won.rep) == ("GTX Pro W1", 4514, 4514, ann)
    assert (won.custom["product"], str(won.signed_on), won.customer.owner) == ("GTX Pro", "2017-03-01", ann)
    stays = [(s.stage.kind, s.stage.position, s.entered_at, s.left_at) for s in won.stays.order_by("entered_at")]
    engaged, closed = day_start(dt.date(2016, 10, 20)), day_start(dt.date(2017, 3, 1))
    assert [stay[0] for stay in stays] == ["open", "won"] and stays[0][1:] == (2, engaged, closed)
    assert stays[1][2:] == (closed, None)
    lost = Deal.objects.get(custom__opportunity_id="L1")
    assert (lost.stage.kind, lost.amount, lost.lost_reason.code) == ("lost", None, "other")
    waits = Deal.objects.get(custom__opportunity_id="P1")
    assert (waits.stage.position, waits.entered_at) == (1, now)

    acme = Customer.objects.get(name="Acme")
    assert (acme.industry, acme.size_text, acme.address, acme.revenue) == ("technology", "2822", "Philippines", None)
    assert (2, "industry", "“technolgy” was read as “technology”.", False) in said(accounts)
    assert any("revenue" in line and "in which unit" in line for line in accounts.notices)
    assert any("year_established" in line and "subsidiary_of" in line for line in accounts.notices)

    before = counts()
    again = bring_export(tmp_path, by=cast.ada, now=timezone.now())
    assert counts() == before
    assert [(one.counts.get("new", 0), one.counts.get("changed", 0)) for one in again[1:]] == [(0, 0), (0, 0)]
    assert again[0].counts["people"] == 0


def test_a_later_export_closes_what_was_open_and_leaves_what_people_did(cast, tmp_path):
    bring_export(folder_of(tmp_path), by=cast.ada, now=timezone.now())
    later = ["E1,Cid Dorn,GTX Pro,Bolt,Won,3/5/2017,4/13/2017,900", "W1,Ann Bell,GTXPro,Acme,Engaging,10/20/2016,,"]
    _teams, deals, _accounts = bring_export(folder_of(tmp_path, later), by=cast.ada, now=timezone.now())
    assert (deals.counts["changed"], deals.counts["same"]) == (1, 1)
    deal = Deal.objects.get(custom__opportunity_id="E1")
    assert (deal.stage.kind, deal.contract_amount, str(deal.signed_on)) == ("won", 900, "2017-04-13")
    assert Deal.objects.get(custom__opportunity_id="W1").stage.kind == "won"
    assert any("the file does not change that" in words for _row, _name, words, _wrong in said(deals))


def test_without_apply_nothing_is_kept_and_only_an_admin_may(cast, tmp_path):
    before, out = [*counts(), ImportBatch.objects.count()], io.StringIO()
    report = tmp_path / "report.csv"
    call_command("import_crm_export", str(folder_of(tmp_path)), "--as=ada", f"--report={report}", stdout=out)
    assert [*counts(), ImportBatch.objects.count()] == before
    assert "new 5" in out.getvalue() and "Nothing was kept" in out.getvalue()
    with report.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["left out"] == "1" for row in rows) == 6
    with pytest.raises(NotAllowed):
        bring_export(tmp_path, by=cast.mia, now=timezone.now())
    (tmp_path / "accounts.csv").unlink()
    with pytest.raises(CommandError, match="accounts.csv"):
        call_command("import_crm_export", str(tmp_path), "--as=ada", "--apply")
    assert [*counts(), ImportBatch.objects.count()] == before


def test_days_whose_order_nobody_can_tell_are_errors(cast, tmp_path):
    rows = ["A1,Ann Bell,GTX Pro,Acme,Won,3/4/2017,5/6/2017,1", "A2,Ann Bell,GTX Pro,Acme,Won,2017-03-04,2017-05-06,1"]
    _teams, deals, _accounts = bring_export(folder_of(tmp_path, rows), by=cast.ada, now=timezone.now())
    assert (deals.counts["wrong"], deals.counts["new"]) == (1, 1)
    (tmp_path / "b").mkdir()
    rows = ["A3,Ann Bell,GTX Pro,Acme,Won,3/4/2017,5/6/2017,1", "A4,Ann Bell,GTX Pro,Acme,Won,31/1/2017,5/6/2017,1"]
    bring_export(folder_of(tmp_path / "b", rows), by=cast.ada, now=timezone.now())
    assert str(Deal.objects.get(custom__opportunity_id="A3").signed_on) == "2017-06-05"


def test_the_page_takes_the_opportunities_too_and_asks_what_their_stages_are(cast, client_of):
    client = client_of(cast.ada)
    names = {"Ann Bell": cast.alice, "Bob Cole": cast.bob, "Cid Dorn": cast.charlie}
    text = HEAD + "\n".join(DEALS[:4])
    for name, user in names.items():
        text = text.replace(name, user.username)
    upload(client, text.encode(), name="sales_pipeline.csv")
    batch = ImportBatch.objects.latest("pk")
    page = client.get(step(batch, "import_map")).text
    assert batch.sheet == "opportunities" and "Engaging" in page and 'name="value-0"' in page
    settled = {f"value-{n}": label for n, label in enumerate(("潜在客户(初步沟通)", "潜在客户(线索获取)"))}
    answer = client.post(step(batch, "import_map"), settled | {"key": key()})
    assert "4 new" in client.get(answer.url).text
    client.post(answer.url, {"key": key(), "do": "import"})
    stays = Deal.objects.get(custom__opportunity_id="W1").stays.order_by("entered_at")
    assert [stay.stage.label for stay in stays] == ["初步沟通", "合同签订"]
    assert Deal.objects.get(custom__opportunity_id="P1").stage.label == "线索获取"
    client.post(reverse("exchange:import_undo", args=[batch.pk]), {"key": key()})
    assert not Deal.objects.exists()


def test_the_public_export_gives_the_figures_that_its_files_give(db):
    ada = User.objects.create_user("root", "x", name="Root", role="admin")
    teams, deals, accounts = bring_export(REAL, by=ada, now=timezone.now())

    with (REAL / "sales_teams.csv").open(encoding="utf-8-sig") as file:
        manager_of = {row["sales_agent"]: row["manager"] for row in csv.DictReader(file)}
    with (REAL / "sales_pipeline.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    by_month, by_rep, value = Counter(), defaultdict(Counter), Counter()
    for row in rows:
        if row["deal_stage"] in ("Won", "Lost"):
            day = dt.datetime.strptime(row["close_date"], "%m/%d/%Y").date()
            by_month[f"{day:%Y-%m}", row["deal_stage"]] += 1
            by_rep[row["sales_agent"]][row["deal_stage"]] += 1
            value[row["sales_agent"]] += int(row["close_value"])
            value[f"{day:%Y-%m}"] += int(row["close_value"])

    months, reps, money = {}, defaultdict(Counter), Counter()
    names, as_of = dict(User.objects.values_list("pk", "name")), timezone.now()
    month = period_of("month", dt.date(2016, 10, 1))
    while month.first < dt.date(2018, 2, 1):
        figures = monthly(month, COMPANY, as_of=as_of)
        if figures["won"]["count"] or figures["lost"]["count"]:
            months[month.code, "Won"], months[month.code, "Lost"] = figures["won"]["count"], figures["lost"]["count"]
        assert Decimal(figures["won"]["amount"]) == value[month.code]
        for line in figures["places"]["person"]:
            reps[names[line["id"]]].update(Won=line["won"], Lost=line["lost"])
            money[names[line["id"]]] += Decimal(line["value"])
        month = month.next()
    assert months == by_month
    won, lost = (sum(n for (_month, what), n in months.items() if what == kind) for kind in ("Won", "Lost"))
    assert (won, lost) == (4238, 2473)
    assert sum(money.values()) == 10_005_534
    assert {rep: tuple(reps[rep][what] for what in ("Won", "Lost")) for rep in by_rep} == {
        rep: (found["Won"], found["Lost"]) for rep, found in by_rep.items()
    }
    assert {rep: money[rep] for rep in by_rep} == {rep: value[rep] for rep in by_rep}
    team_of = dict(User.objects.filter(role="rep").values_list("name", "team__manager__name"))
    assert team_of == manager_of

    def rates(counted, boss_of):
        found = defaultdict(Counter)
        for rep, numbers in counted.items():
            found[boss_of[rep]].update({what: numbers[what] for what in ("Won", "Lost")})
        return {boss: round(n["Won"] / (n["Won"] + n["Lost"]), 4) for boss, n in found.items() if n["Won"] + n["Lost"]}

    assert rates({r: reps[r] for r in by_rep}, team_of) == rates(by_rep, manager_of)
    assert len(rates(by_rep, manager_of)) == 6

    assert teams.counts == {"rows": 35, "departments": 3, "teams": 6, "people": 41}
    assert deals.counts == {"rows": 8800, "new": 7375, "changed": 0, "same": 0, "wrong": 1425}
    told = Counter((one.field, one.value) for one in deals.said)
    assert told["customer", ""] == 1425 and sum(one.wrong for one in deals.said) == 1425
    assert told["product", "GTXPro"] == sum(row["product"] == "GTXPro" for row in rows)
    assert told["engaged", ""] == 163
    assert (accounts.counts["rows"], sum(one.field == "industry" for one in accounts.said)) == (85, 12)
    pace = pace_of(COMPANY, now=as_of)
    assert (FollowUp.objects.count(), pace.timed) == (0, 0)  # what was brought in is nobody's late log


if REAL is None:  # nothing to compare with
    del test_the_public_export_gives_the_figures_that_its_files_give
