"""People by paste (S24): what is matched, made and refused, row by row, all or nothing."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts import inviting
from accounts.hirechecking import check
from accounts.hiring import hire
from accounts.models import Department, Invitation, Team, User
from core.errors import Refused
from core.models import SubmittedKey
from core.reaching import address_for_others
from exchange.peoplelist import read_list
from tests.cast import key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


NEW = """姓名\t手机\t部门\t角色\t直属上级
周远\t138 0000 0001\t大客户部\t销售总监\t
陈一\t13800000002\t大客户部\t销售经理\t周远
林二\t13800000003\t大客户部\t销售代表\t陈一
吴三\t+86 13800000004\t大客户部/华北组\t销售\t
孙四\t13800000005\t售后部\t经理\t
钱五\t\t售后部\t\t孙四
赵六\t13800000007\t法务部\t法务\t孙立
"""


def planned(text):
    return check(read_list(text).rows)


def problems(text):
    return {row.name or row.number: row.problems for row in planned(text).rows if row.problems}


def test_departments_teams_and_superiors_are_matched_or_made(cast):
    plan = planned(NEW)
    assert [row.problems for row in plan.rows] == [[]] * 7
    assert plan.new_places == ["大客户部", "Team of 陈一", "华北组", "售后部"]
    made = hire(plan, by=cast.ada, now=timezone.now())
    people = {user.name: user for user, _token in made}
    sells, after = Department.objects.get(name="大客户部"), Department.objects.get(name="售后部")
    assert (sells.sells, sells.serves, sells.lead.name, sells.path) == (True, False, "周远", f"/{sells.pk}/")
    assert (after.sells, after.serves, after.lead.name) == (False, True, "孙四")
    assert [people[name].role for name in ("周远", "陈一", "林二", "吴三", "孙四", "钱五", "赵六")] == [
        "manager", "manager", "rep", "rep", "support", "support", "support",
    ]  # fmt: skip
    assert people["林二"].team.manager == people["陈一"] and people["陈一"].team == people["林二"].team
    assert people["吴三"].team == Team.objects.get(name="华北组", department=sells)
    assert people["吴三"].mobile == "13800000004" and people["赵六"].department == cast.legal
    assert set(people["周远"].teams_led()) == {
        people["林二"].team_id,
        people["吴三"].team_id,
    }  # he heads the department
    for user, token in made:
        assert inviting.read(token, now=timezone.now()).user == user


def test_english_headers_a_list_without_one_and_a_team_that_is_here(cast):
    plan = planned("Name\tPosition\tManager\tPhone\tTeam\tDept\nJo Lee\tSales rep\t\t13700000001\tEast team 1\tSales\n")
    row = plan.rows[0]
    assert (row.problems, row.group, row.place, row.as_role) == ([], cast.east, cast.sales, "rep")
    bare = planned("李新\t13700000002\t华东一组\t销售\t陈曦").rows[0]
    assert (bare.problems, bare.group, bare.boss) == ([], cast.east, cast.mia)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("\t13800000001\t销售部\t销售\t", "The name is empty"),
        ("新人\t12\t销售部\t销售\t", "is not a phone number"),
        ("新人\t13800000001\t销售部\t飞行员\t", "“飞行员” is not known"),
        ("新人\t13800000001\t法务部\t销售代表\t", "is not a sales department"),
        ("新人\t13800000001\t\t法务\t", "needs one"),
        ("新人\t13800000001\t销售部\t销售\t没有这个人", "There is nobody called “没有这个人”"),
        ("新人\t13800000001\t销售部\t销售\t李强", "李强 is not a sales manager"),
        ("新人\t13800000001\t华东一组\t销售\t何娜", "华东一组 is led by 陈曦"),
        ("新人\t13800000001\t销售部\t销售经理\t陈曦", "销售部 is led by 顾岚"),
        ("新人\t13800000001\t销售部\t销售\t新人", "A circle of superiors: 新人 → 新人"),
        ("新人\t13800000001\t法务部/华东一组\t销售\t", "belongs to 销售部"),
        ("新人\t13800000001\ta/b/c\t销售\t", "at most department / team"),
        ("新人\t13900000009\t销售部\t销售\t", "王敏 has this number already"),
        ("伊恩\t13900000008\t销售部\t销售\t", "伊恩 is deactivated"),
        ("李强\t13800000001\t销售部\t销售\t", "李强 is here without a mobile"),
    ],
)
def test_every_problem_is_said_at_its_row(cast, row, said):
    for person, mobile in ((cast.bob, "13900000009"), (cast.ian, "13900000008")):
        person.mobile = mobile
        person.save()
    found = planned(f"姓名\t手机\t部门\t角色\t上级\n{row}").rows[0]
    assert any(said in one for one in found.problems), found.problems


def test_doubles_and_circles_within_the_list(cast):
    head = "姓名\t手机\t部门\t角色\t上级\n"
    rows = ("甲\t13800000001\t销售部\t销售", "乙\t13800000001\t销售部\t销售", *("丙\t\t销售部\t销售",) * 2)
    twice = problems(head + "\n".join(rows))
    assert {name: said[0][:11] for name, said in twice.items()} == {
        "甲": "This mobile", "乙": "This mobile", "丙": "This name s",
    }  # fmt: skip
    managers = ("甲\t1380001\t南部\t销售经理\t乙", "乙\t1380002\t南部\t销售经理\t丙")
    rows = (*managers, "丙\t1380003\t南部\t销售经理\t甲", "丁\t1380004\t南部\t销售\t甲")
    circle = problems(head + "\n".join(rows))
    assert circle["甲"] == ["A circle of superiors: 甲 → 乙 → 丙 → 甲"]
    assert set(circle) == {"甲", "乙", "丙", "丁"} and circle["丁"] == ["The row of 甲 has a problem"]


def test_who_is_here_is_left_as_he_is_and_the_rest_is_all_or_nothing(cast):
    rows = ("李强\t\t\t法务", "新一\t13800000001\t销售部\t销售", "新二\t1\t销售部\t销售")
    text = "\n".join(("姓名\t手机\t部门\t角色", *rows))
    plan = planned(text)
    assert ([row.name for row in plan.here], len(plan.good), len(plan.wrong)) == (["李强"], 1, 1)
    with pytest.raises(Refused):
        hire(plan, by=cast.ada, now=timezone.now())
    assert not User.objects.filter(name="新一").exists()
    assert len(hire(plan, by=cast.ada, now=timezone.now(), only_good=True)) == 1
    cast.alice.refresh_from_db()
    assert (cast.alice.role, cast.alice.department) == ("rep", cast.sales)


def test_the_page_checks_first_and_its_links_are_not_kept(cast, client_of):
    client = client_of(cast.ada)
    path = reverse("exchange:people_paste")
    seen = client.post(path, {"key": key(), "text": NEW})
    assert seen.status_code == 422 and not User.objects.filter(name="周远").exists()
    assert "Create 7 accounts" in seen.content.decode()
    made = client.post(path, {"key": key(), "text": NEW, "add": "1"})
    text = made.content.decode()
    links = re.findall(r'value="(http://testserver/invite/[\w-]+)"', text)
    assert (made.status_code, len(links), text.count('class="qr"')) == (200, 7, 7)
    assert not any(links[0].rsplit("/", 1)[1] in row.body for row in SubmittedKey.objects.all())
    assert client_of(cast.ada).get(links[0]).status_code == 200
    wrong = client.post(
        path, {"key": key(), "text": NEW.replace("周远", "周近").replace("\t法务\t", "\t飞行员\t"), "add": "1"}
    )
    assert wrong.status_code == 422 and not User.objects.filter(name="周近").exists()  # all or nothing


def test_who_has_not_signed_in_gets_a_new_link(cast, client_of):
    cast.alice.last_login = timezone.now()
    cast.alice.save()
    client = client_of(cast.ada)
    path = reverse("exchange:people_waiting")
    text = client.get(path).content.decode()
    assert "王敏" in text and "李强" not in text and "伊恩" not in text
    old = inviting.invite(cast.bob, by=cast.ada, now=timezone.now())
    assert client.post(path, {"key": key()}).status_code == 200
    assert inviting.read(old, now=timezone.now()) is None
    assert Invitation.objects.filter(user=cast.bob, used_at=None).count() == 1


@pytest.mark.parametrize(("host", "allowed", "shown"), [
    ("127.0.0.1:8000", ["127.0.0.1", "localhost", "[::1]", "desk", "192.168.1.20"], "http://192.168.1.20:8000/invite/x"),
    ("localhost:8000", ["localhost", "10.0.0.5", "10.0.0.9"], "http://10.0.0.5:8000/invite/x"),
    ("127.0.0.1:8000", ["127.0.0.1", "localhost", "[::1]"], "http://127.0.0.1:8000/invite/x"),  # this computer alone
    ("crm.example.com", ["crm.example.com", "192.168.1.20"], "http://crm.example.com/invite/x"),
    ("192.168.1.21:8000", ["192.168.1.20", "192.168.1.21"], "http://192.168.1.21:8000/invite/x"),
])  # fmt: skip
def test_a_link_for_somebody_else_never_names_his_own_device(rf, settings, host, allowed, shown):
    settings.ALLOWED_HOSTS = allowed
    assert address_for_others(rf.get("/", headers={"host": host}), "/invite/x") == shown


def test_links_made_at_the_computer_itself_open_on_a_phone(cast, client_of, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "192.168.1.20"]
    client = client_of(cast.ada)
    made = client.post(
        reverse("exchange:people_paste"), {"key": key(), "text": NEW, "add": "1"}, headers={"host": "127.0.0.1:8000"}
    )
    assert len(re.findall(r'value="http://192\.168\.1\.20:8000/invite/[\w-]+"', made.content.decode())) == 7


def test_the_check_names_departments_in_the_readers_language(cast, client_of):
    cast.sales.name_en = "Field sales"
    cast.sales.save()
    text = f"name\tmobile\tdepartment\trole\nAmy Fox\t13911112222\t{cast.sales.name}\tsales"
    seen = client_of(cast.ada).post(reverse("exchange:people_paste"), {"key": key(), "text": text})
    assert "<td>Field sales</td>" in seen.content.decode()
