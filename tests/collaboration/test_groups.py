"""What a group chat hears of requests by its robot: at once, once, only what still lies there, and no customer."""

import datetime as dt

import pytest

from activity.models import Notification, Robot
from collaboration import escalating, groups, verbs
from collaboration.models import CollaborationRequest
from core.jobs import JobProblem
from core.models import Job
from core.periods import today
from salesflow import morning
from tests.activity.chat_tool import ChatTool
from tests.cast import make_customer
from tests.collaboration.world import MONDAY, TUESDAY, ask

pytestmark = pytest.mark.django_db
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-1234"


def a_robot(**fields):
    return Robot.objects.create(**{"kind": "wecom", "address": WECOM, "tells_requests": True} | fields)


def jobs():
    return list(Job.objects.filter(name="tell_group").order_by("pk"))


def run(job, tool, now=MONDAY):
    return groups.post(job.args["robot"], job.args["request"], job.args["verb"], now=now, **tool.how)


@pytest.mark.proves("REL18", "INV-5")
def test_what_comes_in_is_said_at_once_without_a_customer_a_title_or_an_amount(cast):
    a_robot(department=cast.tech), a_robot(department=cast.legal), a_robot(team=cast.east)
    customer = make_customer(cast.alice, name="星澜科技")
    request = ask(cast.alice, cast.tech, customer=customer, title="星澜科技 60 万的方案", description="王总要看")
    (job,) = jobs()
    with ChatTool() as tool:
        assert run(job, tool) == {"sent": 1}
        text = tool.got[0][1]["markdown"]["content"]
    assert f"R-{request.number} 技术评估" in text and "李强" in text and f"/requests/R-{request.number}" in text
    assert not [word for word in ("星澜", "60", "王总") if word in text]


def test_what_was_taken_meanwhile_is_not_said(cast):
    a_robot(department=cast.tech)
    request = ask(cast.alice, cast.tech)
    verbs.accept(request, by=cast.tess, now=MONDAY)
    with ChatTool() as tool:
        assert run(jobs()[0], tool) == {"sent": 0} and tool.got == []


def test_at_night_it_waits_for_the_working_day_and_a_rest_of_the_verbs_says_nothing(cast):
    a_robot(department=cast.tech)
    night = MONDAY.replace(hour=22)
    request = ask(cast.alice, cast.tech, now=night)
    assert [job.due_at for job in jobs()] == [TUESDAY.replace(hour=9, minute=1)]
    verbs.ask_back(request, by=cast.tess, now=TUESDAY, question="?")
    assert len(jobs()) == 1


def test_a_refusal_goes_to_the_askers_team_and_a_step_to_its_department(cast):
    a_robot(team=cast.east), a_robot(department=cast.legal)
    request = ask(cast.alice, cast.tech)
    verbs.refuse(request, by=cast.tess, now=MONDAY, reason="不在范围内")
    contract = ask(cast.alice, cast.legal, code="contract")
    verbs.approve(contract, by=cast.mia, now=MONDAY)
    assert [job.args["verb"] for job in jobs()] == ["refused", "approved"]
    with ChatTool() as tool:
        assert [run(job, tool) for job in jobs()] == [{"sent": 1}] * 2
        texts = [body["markdown"]["content"] for _path, body in tool.got]
    assert "已拒绝" in texts[0] and "李强" in texts[0]
    assert f"R-{contract.number}" in texts[1]


def test_a_broken_robot_is_tried_again_by_its_job(cast, settings):
    settings.ROBOT_HOSTS = {"wecom": ["localhost"]}
    a_robot(department=cast.tech, address="https://localhost/x")
    ask(cast.alice, cast.tech)
    job = jobs()[0]
    with pytest.raises(JobProblem):
        groups.post(job.args["robot"], job.args["request"], job.args["verb"], now=MONDAY)


def test_the_morning_of_a_department(cast):
    a_robot(department=cast.tech, is_on=True)
    late, taken = ask(cast.alice, cast.tech, title="星澜科技"), ask(cast.alice, cast.tech)
    verbs.accept(taken, by=cast.tess, now=MONDAY)
    now = TUESDAY + dt.timedelta(hours=1)
    CollaborationRequest.objects.filter(pk=late.pk).update(due_at=TUESDAY)
    assert morning.greet_teams(now=now) == 1
    job = Job.objects.get(name="greet_department")
    with ChatTool() as tool:
        for sent in (1, 0):
            args = {"due_at": now, "now": now} | tool.how
            assert morning.greet_department(job.args["department"], today(now), **args) == {"sent": sent}
        text = tool.got[0][1]["markdown"]["content"]
    assert "待接收 1，其中超时 1" in text and "周婷：处理中 1" in text and "星澜" not in text


def test_an_approver_is_reminded_when_half_his_time_is_over(cast):
    ask(cast.alice, cast.legal, code="contract")  # mia decides first, within a working day
    assert escalating.remind(now=MONDAY + dt.timedelta(hours=2)) == {"soon": 0, "late": 0}
    assert escalating.remind(now=MONDAY + dt.timedelta(hours=6)) == {"soon": 1, "late": 0}
    assert escalating.remind(now=MONDAY + dt.timedelta(hours=7)) == {"soon": 0, "late": 0}
    assert [(n.recipient, n.group) for n in Notification.objects.filter(kind="collaboration.half")] == [
        (cast.mia, "act")
    ]
