"""People of an old sheet who are not here yet, made by an admin's tick; the headers 跟进情况 and 下次跟进 (D47)."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from accounts.changing import free_login
from accounts.models import User
from customers.models import Customer, FollowUp, NextStep
from exchange.models import ImportBatch
from tests.cast import key, make_user
from tests.exchange.conftest import bring_rows, fates, take, xlsx
from tests.exchange.test_wizard import step, upload

HEAD = ["客户名称", "跟进时间", "跟进情况", "下次跟进", "销售代表"]
DAY = dt.date(2024, 3, 6)
ROWS = [
    HEAD,
    ["星澜科技", DAY, "客户确认预算", dt.date(2024, 3, 15), "刘洋"],
    ["远洋制造", DAY, "介绍了方案", "3月12日上门演示", "刘洋"],
    ["云帆物流", DAY, "加了微信", "等通知", "陈晨"],
    ["蓝海", DAY, "谈了价格", "下周三", "李*"],
]


def the_batch(client):
    upload(client, xlsx(ROWS))
    return ImportBatch.objects.latest("pk")


def test_an_admin_makes_the_missing_people_by_a_tick(cast, client_of):
    client = client_of(cast.ada)
    batch = the_batch(client)
    page = client.get(step(batch, "import_map")).text
    assert page.count("Create this person as a sales rep") == 2  # nobody can be made of the mask 李*
    ticks = {"make-0": "1", "make-1": "1", "make-2": "1", "person-2": "alice"}
    without = client.post(step(batch, "import_map"), ticks | {"key": key()})
    assert without.status_code == 422 and "Choose the team of the people to be created." in without.text
    assert 'id="make-0" value="1" checked' in without.text and not User.objects.filter(name="刘洋").exists()
    answer = client.post(step(batch, "import_map"), ticks | {"make_team": cast.south.pk, "key": key()})
    assert (answer.status_code, answer.url) == (302, step(batch, "import_check"))
    made = User.objects.get(name="刘洋")
    assert (made.username, made.role, made.team, made.department) == ("liuyang", "rep", cast.south, cast.sales)
    assert not made.has_usable_password() and User.objects.filter(name="陈晨").count() == 1
    assert not User.objects.filter(name__contains="*").exists()
    assert "4 new" in client.get(answer.url).text
    client.post(answer.url, {"key": key(), "do": "import"})
    owners = dict(Customer.objects.values_list("name", "owner__username"))
    assert owners == {"星澜科技": "liuyang", "远洋制造": "liuyang", "云帆物流": "chenchen", "蓝海": "alice"}
    assert {follow_up.talked_by.name for follow_up in FollowUp.objects.all()} == {"刘洋", "陈晨", "李强"}


@pytest.mark.parametrize("login", ["alice", "mia"])
def test_nobody_else_makes_people(cast, client_of, login):
    client = client_of(getattr(cast, login))
    batch = the_batch(client)
    assert "Create this person" not in client.get(step(batch, "import_map")).text
    before = User.objects.count()
    client.post(step(batch, "import_map"), {"make-0": "1", "make_team": cast.east.pk, "key": key()})
    assert User.objects.count() == before
    assert "is nobody you may assign to" in client.get(step(batch, "import_check")).text


def test_a_name_that_is_settled_otherwise_makes_nobody(cast, client_of):
    client = client_of(cast.ada)
    batch = the_batch(client)
    sent = {"make-0": "1", "person-0": "bob", "make-1": "1", "person-1": "-", "make_team": cast.south.pk, "key": key()}
    before = User.objects.count()
    assert client.post(step(batch, "import_map"), sent).status_code == 302
    assert User.objects.count() == before


def test_a_login_is_made_of_the_name(cast):
    assert free_login("刘洋") == "liuyang"
    make_user("LiuYang", "刘洋", "rep"), make_user("liuyang2", "刘洋", "rep")
    assert (free_login("刘洋"), free_login("Ann O'Neil"), free_login("…")) == ("liuyang3", "annoneil", "person")


def test_the_command_makes_them_too(cast, tmp_path):
    file = tmp_path / "old.xlsx"
    file.write_bytes(xlsx(ROWS))
    arguments = [str(file), "--as=ada", "--people=李*=alice", "--make-people=华南组"]
    no_team, no_admin = [*arguments[:-1], "--make-people=没有"], [str(file), "--as=mia", *arguments[2:]]
    for wrong in (arguments, [*no_team, "--apply"], [*no_admin, "--apply"]):
        with pytest.raises(CommandError):
            call_command("import_workbook", *wrong)
    out = io.StringIO()
    call_command("import_workbook", *arguments, "--apply", stdout=out)
    assert "刘洋 is now the rep liuyang of 华南组." in out.getvalue()
    assert (Customer.objects.count(), User.objects.get(username="liuyang").team) == (4, cast.south)


def test_what_was_said_and_what_comes_next(cast):
    """跟进情况 beside a day is what was said that day; 下次跟进 is a day, words with a day in them, or words."""
    rows = [row[:4] for row in ROWS]
    batch, records = bring_rows([*rows, ["盛业", DAY, "", "2024-03-20 10:30"]], cast.alice)
    assert fates(records) == ["new"] * 5
    take(batch)
    said = {f.customer.name: (f.text, f.next_text) for f in FollowUp.objects.select_related("customer")}
    assert said == {
        "星澜科技": ("客户确认预算", ""), "远洋制造": ("介绍了方案", "3月12日上门演示"),
        "云帆物流": ("加了微信", "等通知"), "蓝海": ("谈了价格", "下周三"), "盛业": ("", ""),
    }
    steps = {s.customer.name: (s.due_on, s.due_time) for s in NextStep.objects.select_related("customer")}
    assert steps == {
        "星澜科技": (dt.date(2024, 3, 15), None), "远洋制造": (dt.date(2024, 3, 12), None),
        "蓝海": (dt.date(2024, 3, 13), None), "盛业": (dt.date(2024, 3, 20), dt.time(10, 30)),
    }
    assert not Customer.objects.exclude(notes="").exists()  # nothing strayed into the notes


def test_dated_lines_in_one_cell_stay_so_many_conversations_and_the_plan_is_the_last_one_s(cast):
    lines = "老客户介绍\n2024-03-01：电话，要报价\n2024-03-05：发了报价"
    rows = [["客户名称", "跟进情况", "下次跟进", "下一步计划"], ["星澜科技", lines, "2024/3/15", "催合同"]]
    batch, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["new"]
    take(batch)
    logs = FollowUp.objects.order_by("happened_at").values_list("text", "next_text")
    assert list(logs) == [("电话，要报价", ""), ("发了报价", "催合同")]
    assert list(NextStep.objects.values_list("due_on", "text")) == [(dt.date(2024, 3, 15), "催合同")]
    assert Customer.objects.get().notes == "老客户介绍"
    again, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["same"]
