"""Group robots: only outwards (B44), as each chat tool asks for it, once a working morning, and none stops another."""

import datetime as dt
import socket

import pytest
from django.utils import timezone, translation

from accounts.models import Leave
from activity import robots, webhooks
from activity.models import Event, Notification, Robot
from activity.webhooks import Unsendable
from core.errors import Refused
from core.jobs import JobProblem, execute
from core.models import Job
from core.periods import today, zone
from customers.models import Customer
from salesflow import morning
from salesflow.jobtitles import TITLES
from salesflow.myday import my_day
from tests.activity.chat_tool import ChatTool, leads_to
from tests.cast import PASSWORD, key, make_customer, make_step

pytestmark = pytest.mark.django_db
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-1234"
NOW = dt.datetime(2024, 3, 6, 8, 45, tzinfo=zone())  # a Wednesday


def a_robot(team, **fields):
    return Robot.objects.create(**{"team": team, "kind": "wecom", "address": WECOM, "is_on": True} | fields)


def why(function, *args, **how):
    with pytest.raises(Unsendable) as problem:
        function(*args, **how)
    assert "qyapi" not in problem.value.words  # the address carries a key
    return problem.value.reason


@pytest.mark.proves("B44")
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://qyapi.weixin.qq.com/x", "shape"),
        ("https://qyapi.weixin.qq.com:8443/x", "shape"),
        ("https://a:b@qyapi.weixin.qq.com/x", "shape"),
        ("https://qyapi.weixin.qq.com:0x/x", "shape"),
        ("https://qyapi.weixin.qq.com/\nx", "shape"),
        ("https://qyapi.weixin.qq.com\\@10.0.0.5/", "shape"),
        ("ftp://qyapi.weixin.qq.com/x", "shape"),
        ("", "shape"),
        ("https://localhost/x", "host"),
        ("https://10.0.0.5/x", "host"),
        ("https://169.254.169.254/latest", "host"),
        ("https://[::1]/x", "host"),
        ("https://qyapi.weixin.qq.com.evil.example/x", "host"),
        ("https://2130706433/x", "host"),
        ("https://oapi.dingtalk.com/x", "host"),
    ],
)
def test_only_the_chat_tools_own_address_is_taken(address, reason):
    assert why(webhooks.check, "wecom", address) == reason
    assert why(webhooks.post, "wecom", address, {}) == reason
    assert webhooks.check("wecom", WECOM).hostname == "qyapi.weixin.qq.com"


@pytest.mark.proves("B44")
@pytest.mark.parametrize(
    "numbers",
    [
        ["127.0.0.1"],
        ["10.0.0.5"],
        ["172.16.0.1"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["255.255.255.255"],
        ["203.0.114.9", "10.0.0.5"],
    ],
)
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(numbers):
    def connect(host, number):
        raise AssertionError("connected")

    assert why(webhooks.post, "wecom", WECOM, {}, resolve=leads_to(*numbers), connect=connect) == "inside"


@pytest.mark.proves("B44")
def test_the_connection_goes_to_the_number_that_was_looked_at(monkeypatch):
    seen = []

    def refuse(address, timeout):
        seen.append((address, timeout))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert why(webhooks.post, "wecom", WECOM, {}, resolve=leads_to("203.0.114.9")) == "silent"
    assert seen == [(("203.0.114.9", 443), webhooks.SECONDS)]


@pytest.mark.proves("B44", "B45")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 302, "headers": [("Location", "http://169.254.169.254/")]}, "redirect"),
        ({"status": 307, "headers": [("Location", "https://oapi.dingtalk.com/")]}, "redirect"),
        ({"status": 429}, "status 429"),
        ({"status": 500, "body": b"<html>"}, "status 500"),
        ({"body": b"<html>"}, "unreadable"),
        ({"body": b"[1]"}, "unreadable"),
        ({"body": b'{"errcode": 93000, "errmsg": "invalid"}'}, "refused 93000"),
        ({"body": b"{}"}, "refused ?"),
    ],
)
def test_what_the_tool_answers_is_told_apart_and_never_followed_or_shown(cast, answer, reason):
    one = a_robot(cast.east)
    with ChatTool(**answer) as tool:
        assert why(robots.send, one, "早", ["李强"], ("打开", "http://x/today"), now=NOW, **tool.how) == reason
        assert [path for path, _body in tool.got] == ["/cgi-bin/webhook/send?key=secret-1234"]
    one.refresh_from_db()
    assert (one.error, one.failed_at, one.arrived_at) == (reason, NOW, None)


def test_each_tool_gets_its_own_shape_and_signature(cast):
    with ChatTool(b'{"code": 0, "errcode": 0}') as tool:
        for kind, address, secret in [
            ("wecom", WECOM, ""),
            ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", "SECabc"),
            ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/u", "abc"),
        ]:
            Robot.objects.all().delete()
            one = a_robot(cast.east, kind=kind, address=address, secret=secret)
            robots.send(one, "华东", ["[李强](http://evil) @all"], ("打开今日", "http://x/today"), now=NOW, **tool.how)
            one.refresh_from_db()
            assert (one.error, one.arrived_at) == ("", NOW)
    (_p1, wecom), (ding_path, ding), (_p3, feishu) = tool.got
    assert wecom["markdown"]["content"] == "**华东**\n\n李强 http://evil all\n\n[打开今日](http://x/today)"
    assert ding["markdown"]["title"] == "华东"
    # computed with openssl as the tools' manuals say
    assert ding_path == (
        "/robot/send?access_token=t&timestamp=1709685900000&sign=dB81uzKbl7VDM97kgb4oyB%2FRDYL3RdezS5hZ4SqSRGI%3D"
    )
    assert (feishu["timestamp"], feishu["sign"]) == ("1709685900", "s8ZkcSgIkBKpQ9LTAf5+BVrQc2Li+CmQB5no7I33SMM=")
    assert feishu["content"]["post"]["zh_cn"]["content"][-1] == [
        {"tag": "a", "text": "打开今日", "href": "http://x/today"}
    ]


def quiet(owner, name, days):
    customer = make_customer(owner, now=NOW - dt.timedelta(days=days), name=name)
    return Customer.objects.get(pk=customer.pk)


def test_the_message_has_each_persons_own_numbers_and_no_customer(cast):
    customer = quiet(cast.alice, "星澜科技", 9)
    make_step(customer, today(NOW), now=NOW, text="上门演示")
    quiet(cast.alice, "远洋制造", 9)
    Leave.objects.create(user=cast.mia, first=today(NOW), last=today(NOW))
    with translation.override("zh-hans"):
        title, lines, link = morning.message(cast.east, today(NOW))
    mine = my_day(cast.alice, NOW)
    assert (mine.due.count, mine.quiet.count, mine.owed.count) == (1, 1, 0)
    assert lines == ["李强：到期 1，久未跟进 1，待记录 0", "没有待办：王敏"]
    assert title == "华东一组 · 3月6日 周三" and not [
        word for word in ("星澜科技", "远洋制造", "上门演示") if word in f"{lines}"
    ]
    assert link[1].endswith("/today")


@pytest.mark.proves("REL18")
def test_once_a_working_morning_however_often_it_is_asked(cast):
    a_robot(cast.east), a_robot(cast.south, is_on=False)
    assert morning.greet_teams(now=dt.datetime(2024, 3, 9, 8, 45, tzinfo=zone())) == 0  # Saturday
    assert [morning.greet_teams(now=NOW) for _ in range(2)] == [1, 1]
    assert list(Job.objects.filter(name="greet_team").values_list("key", flat=True)) == [
        f"greet_team {cast.east.pk} 2024-03-06"
    ]
    with ChatTool() as tool:
        how = {"due_at": NOW, "now": NOW} | tool.how
        assert morning.greet_team(cast.east.pk, today(NOW), **how) == {"sent": 1}
        assert morning.greet_team(cast.east.pk, today(NOW), **how) == {"sent": 0}
        assert morning.greet_team(cast.south.pk, today(NOW), **how) == {"sent": 0}
        assert len(tool.got) == 1
    assert morning.greet_teams(now=NOW) == 0


@pytest.mark.proves("REL18", "REL22")
def test_a_broken_robot_stops_no_other_and_is_said_to_the_admins_once(cast, settings):
    settings.ROBOT_HOSTS = {"wecom": ["localhost", "qyapi.weixin.qq.com"]}
    broken = a_robot(cast.east, address="https://localhost/x")
    whole = a_robot(cast.south)
    due = {"due_at": NOW, "now": NOW}
    with ChatTool() as tool:
        for _try in range(2):
            with pytest.raises(JobProblem):
                morning.greet_team(cast.east.pk, today(NOW), **due)  # with the machine's own look-up
        assert morning.greet_team(cast.south.pk, today(NOW), **due, **tool.how) == {"sent": 1}
    broken.refresh_from_db(), whole.refresh_from_db()
    assert (broken.error, broken.sent_on, whole.error, whole.sent_on) == ("inside", None, "", today(NOW))
    told = Notification.objects.filter(kind="today.robot")
    assert [(n.recipient, n.group) for n in told] == [(cast.ada, "act")]
    with ChatTool() as tool, pytest.raises(JobProblem):  # an evening is no morning
        morning.greet_team(cast.east.pk, today(NOW), due_at=NOW, now=NOW + dt.timedelta(hours=4), **tool.how)
    assert tool.got == []


def test_its_failure_stands_on_the_page_of_jobs(cast, client_of, settings):
    settings.ROBOT_HOSTS = {"wecom": ["localhost"]}
    a_robot(cast.east, address="https://localhost/x?key=secret-1234")
    admin = client_of(cast.ada)
    assert admin.post(f"/setup/robots/team/{cast.east.pk}/test", {"key": key()}).status_code == 302
    job = Job.objects.get(name="test_robot")
    assert execute(job.pk, now=timezone.now(), once=True).state == "failed"
    page = admin.get("/setup/jobs").text
    assert TITLES["test_robot"] and "Test of a group robot" in page and "internal network" in page
    seen = admin.get("/setup/robots").text
    assert "The address leads into an internal network." in seen
    assert "secret-1234" not in page + seen


@pytest.mark.proves("B44")
def test_the_address_is_asked_for_of_a_confirmed_admin_and_never_shown(cast, client, client_of, settings):
    url = f"/setup/robots/team/{cast.east.pk}"
    assert client_of(cast.mia).get(url).status_code == 403
    assert client_of(cast.ada).get(url)["Location"].startswith("/confirm")
    client.post("/login", {"login": "ada", "password": PASSWORD})
    client.post("/confirm", {"password": PASSWORD, "next": url})
    page = client.get(url)
    assert page.status_code == 200 and "Today it would say" in page.text
    data = {"kind": "wecom", "address": WECOM, "is_on": "on", "version": "1"}
    for wrong in ("https://10.0.0.5/x", "http://qyapi.weixin.qq.com/x", ""):
        assert client.post(url, data | {"address": wrong, "key": key()}).status_code == 422
    assert client.post(url, data | {"address": "https://localhost/x", "key": key()}).status_code == 422
    settings.ROBOT_HOSTS = {"wecom": ["qyapi.weixin.qq.com"]}
    assert not Robot.objects.exists()
    assert client.post(url, data | {"key": key()}).status_code == 302
    one = Robot.objects.get()
    assert (one.address, one.is_on, one.version) == (WECOM, True, 1)
    assert "secret-1234" not in client.get(url).text + client.get("/setup/robots").text
    client.post(url, {"kind": "wecom", "address": "", "version": "1", "key": key()})
    one.refresh_from_db()
    assert (one.address, one.is_on, one.version) == (WECOM, False, 2)
    assert client.post(url, data | {"key": key()}).status_code == 409  # a stale form
    event = Event.objects.filter(verb="activity.robot_set").latest("pk")
    assert "qyapi" not in str(event.data)
    assert client.post(f"{url}/remove", {"key": key()}).status_code == 302 and not Robot.objects.exists()


@pytest.fixture
def confirmed(cast, client):
    """ada, who has just said again that it is she."""
    client.post("/login", {"login": "ada", "password": PASSWORD})
    client.post("/confirm", {"password": PASSWORD, "next": "/setup"})
    return client


def test_a_secret_can_be_emptied(cast, confirmed):
    one = a_robot(cast.east, secret="SECabc")
    url = f"/setup/robots/team/{cast.east.pk}"
    page = confirmed.get(url).text
    assert 'name="no_secret"' in page and "SECabc" not in page
    data = {"kind": "wecom", "is_on": "on", "version": "1"}
    both = confirmed.post(url, data | {"secret": "SECnew", "no_secret": "on", "key": key()})
    assert both.status_code == 422 and "Either enter a new secret" in both.text
    assert confirmed.post(url, data | {"key": key()}).status_code == 302  # neither: it stays
    one.refresh_from_db()
    assert one.secret == "SECabc"
    assert confirmed.post(url, data | {"version": "2", "no_secret": "on", "key": key()}).status_code == 302
    one.refresh_from_db()
    assert (one.secret, one.address) == ("", WECOM)
    assert 'name="no_secret"' not in confirmed.get(url).text


def test_two_admins_who_set_up_one_robot_are_both_told(cast, confirmed, monkeypatch):
    """The second one gets his form back with what he typed, and may save it over the other's."""
    url, data = f"/setup/robots/team/{cast.east.pk}", {"kind": "wecom", "address": WECOM + "5", "version": "1"}
    see = robots.save

    def faster(*args, **kwargs):
        a_robot(cast.east)
        monkeypatch.setattr(robots, "save", see)
        return see(*args, **kwargs)

    monkeypatch.setattr(robots, "save", faster)
    answer = confirmed.post(url, data | {"key": key()})
    assert answer.status_code == 409
    assert "Somebody else has just set up this robot." in answer.text and WECOM + "5" in answer.text
    one = a_robot(cast.south)
    with pytest.raises(Refused):
        robots.save(
            Robot(team=cast.south), by=cast.ada, now=NOW, expect=1, kind="wecom", address=WECOM, secret="", is_on=True
        )
    assert Robot.objects.get(team=cast.south) == one


def test_a_test_goes_out_once_a_minute_and_team(cast, client_of):
    a_robot(cast.east), a_robot(cast.south)
    admin, test = client_of(cast.ada), "/setup/robots/team/{}/test"
    assert admin.post(test.format(cast.east.pk), {"key": key()}).status_code == 302
    again = admin.post(test.format(cast.east.pk), {"key": key()})
    assert again.status_code == 429 and 0 < int(again["Retry-After"]) <= 60
    assert admin.post(test.format(cast.south.pk), {"key": key()}).status_code == 302
    Job.objects.update(created_at=timezone.now() - dt.timedelta(seconds=61))
    assert admin.post(test.format(cast.east.pk), {"key": key()}).status_code == 302
    assert Job.objects.filter(name="test_robot").count() == 3
