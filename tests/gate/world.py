"""One world for the tests of the gate: the cast, and two of every thing, built with the product's own verbs.

`alice.*` hangs on a customer of alice (华东一组), `charlie.*` on one of charlie (华南组). Every text carries a canary, a
word that means nothing and occurs once in the code: CANARIES says who may ever read it (reliability §2, field table).
"""

import base64
import datetime as dt
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import joining, switches
from accounts.arranging import add_leave, set_day
from accounts.models import ApiToken, Leave, SavedView
from activity.files import attach
from activity.models import Event, Notification, Robot, Webhook
from activity.recording import notify
from collaboration import parts, verbs
from collaboration.models import CollaborationRequest
from core.changing import change
from core.models import Job
from core.periods import period_of, today
from customers import rowkeeping
from customers.models import CustomerHelper, CustomerPair, FollowUp, FollowUpComment, Owed, Topic, TopicWord
from customers.pooling import put_many
from exchange import defining, staging
from exchange.applying import apply
from exchange.checking import check
from exchange.models import ExportFile, FieldDefinition, MappingProfile
from pipeline import risks
from pipeline.models import AgreementSample, Deal, Playbook
from reviews.mining import Theme
from reviews.models import Improvement, MethodGoal, Review, Target, Themes
from tests.cast import build_cast, make_customer, make_deal, make_log, make_request, make_step, make_user

DAY = dt.timedelta(days=1)
ABOVE_EAST, ABOVE_SOUTH = {"mia", "grace", "ada"}, {"nadia", "grace", "ada"}
PHONES = {"alice": "13911112222", "charlie": "13933334444", "bob": "13955556666"}

PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

FIELD = {"label": "自定义栏", "label_en": "Own field", "kind": "text"}
ROW_FIELD = {"label": "内容", "kind": "text"}
CANARIES = {
    "quokkaone": {"alice", *ABOVE_EAST},  # what hangs on alice's customer
    "quokkaonename": {"alice", "sam", *ABOVE_EAST},  # its name and contact, which the request carries to 法务部
    "quokkaoneask": {"alice", "sam", *ABOVE_EAST},  # the request itself
    "quokkaoneprivate": ABOVE_EAST,  # a manager's private note
    "quokkaoneinternal": {"sam", "ada"},  # the department's own note
    "quokkaonefile": {"alice", "ada"},  # imports
    "quokkaoneexport": {"alice"},  # exports
    "quokkaoneview": {"alice"},  # a saved filter
    "quokkaoneleave": {"alice", "ada"},
    "wombattwo": {"charlie", *ABOVE_SOUTH},
    "wombattwoname": {"charlie", "tess", *ABOVE_SOUTH},
    "wombattwoask": {"charlie", "tess", *ABOVE_SOUTH},
    "wombattwoprivate": ABOVE_SOUTH,
    "wombattwointernal": {"tess", "ada"},
    "wombattwofile": {"charlie", "ada"},
    "wombattwoexport": {"charlie"},
    "wombattwoview": {"charlie"},
    "wombattwoleave": {"charlie", "ada"},
    "numbatthree": {"bob", *ABOVE_EAST},  # bob's customer: same team as alice, not hers
    "dingofour": {"mia", "nadia", "grace", "ada"},  # neither owner nor team
    "bilbyfive": {"mia", "grace", "ada"},  # no owner, but team 华东一组
    "koalasix": {"leo", "ada"},  # a rep without a team (INV-16)
    "potorooseven": {"alice", "charlie", *ABOVE_SOUTH},  # charlie's, alice helps
    "quokkaonemail": {"alice", "mia", "grace", "sam"},  # mail and WeChat are masked like the phone
    "quokkaonechat": {"alice", "mia", "grace", "sam"},
    "wombattwomail": {"charlie", "nadia", "grace", "tess"},
    "wombattwochat": {"charlie", "nadia", "grace", "tess"},
    PHONES["alice"]: {"alice", "mia", "grace", "sam"},  # full numbers: admins see the mask (D6)
    PHONES["charlie"]: {"charlie", "nadia", "grace", "tess"},
    PHONES["bob"]: {"bob", "mia", "grace"},
}


def build_world(now=None):
    now = now or timezone.now()
    cast = build_cast()
    cast.leo = make_user("leo", "罗一", "rep", department=cast.sales)  # a rep without a team
    world = SimpleNamespace(cast=cast, now=now)
    world.field = defining.add_field("customer", FIELD, by=cast.ada, now=now)[0]
    world.table = defining.add_table({"label": "闸门表"}, by=cast.ada, now=now, fields=[ROW_FIELD])[0]
    world.stages = list(Playbook.objects.get(is_default=True).stages.order_by("position"))
    world.book = Playbook.objects.get(code="repurchase")
    world.alice = _place(world, cast.alice, cast.mia, cast.legal, cast.sam, "quokkaone", now)
    world.charlie = _place(world, cast.charlie, cast.nadia, cast.tech, cast.tess, "wombattwo", now)
    world.bob = SimpleNamespace(customer=_customer(cast.bob, "numbatthree", now, phone=PHONES["bob"]))
    world.nobody = SimpleNamespace(customer=_customer(None, "dingofour", now, by=cast.ada))
    world.east = SimpleNamespace(customer=_customer(None, "bilbyfive", now, by=cast.mia, team=cast.east))
    world.leo = SimpleNamespace(customer=_customer(cast.leo, "koalasix", now))
    world.helped = SimpleNamespace(customer=_customer(cast.charlie, "potorooseven", now))
    CustomerHelper.objects.create(customer=world.helped.customer, user=cast.alice, added_by=cast.nadia)
    world.pair = CustomerPair.objects.create(
        first=world.alice.customer, second=world.bob.customer, why="name", found_at=now
    )
    switches.set("pool", True, by=cast.ada, now=now)
    switches.set("stage_agreement", True, by=cast.ada, now=now)
    switches.set("payments", True, by=cast.ada, now=now)
    world.sample = AgreementSample.objects.create(
        week=period_of("week", today(now)).code, team=cast.east, rep=cast.alice, manager=cast.mia,
        deal=world.alice.deal, stage=world.alice.deal.stage, drawn_at=now,
    )
    world.pooled = SimpleNamespace(customer=make_customer(cast.charlie, now=now - 9 * DAY, name="公海闸门"))
    put_many([world.pooled.customer], by=cast.nadia, now=now - DAY)
    world.week, world.month = (period_of(kind, today(now)) for kind in ("week", "month"))
    world.day = set_day(day=dt.date(2031, 5, 6), works=False, name="周年", by=cast.ada, now=now)
    world.join = joining.ask(joining.open_link(by=cast.ada, now=now, name="展会", days=7), name="新人",
                             mobile="13800009999", now=now)
    world.copy = "2031-05-06"
    Path(settings.COPIES_ROOT).mkdir(parents=True, exist_ok=True)
    (Path(settings.COPIES_ROOT) / f"{world.copy}.xlsx").write_bytes(b"a workbook")
    world.hook = Webhook.objects.create(name="ERP", address="https://hooks.example.com/x", secret="s", is_on=False)
    world.delivery = world.hook.deliveries.create(made_at=now, error="silent")
    world.robot = Robot.objects.create(team=world.cast.south, kind="wecom", address="https://qyapi.weixin.qq.com/x")
    world.job = Job.objects.create(
        name="flag_stale", key="gate failed", state=Job.State.FAILED, due_at=now - DAY, error="ValueError"
    )
    world.stage = world.stages[1]
    world.improvement = Improvement.objects.create(
        period=world.month.previous().code, scope="person", scope_id=cast.alice.pk, metric="rate",
        detail=str(world.stage.pk), text="早些沟通 quokkaone", owner=cast.alice, due_on=today(now) + 20 * DAY,
        made_by=cast.mia, made_at=now,
    )
    world.goal = MethodGoal.objects.create(
        metric="response_elapsed", direction="up", kind="points", size=15, scope="person", scope_id=cast.alice.pk,
        before_first=today(now) - 60 * DAY, before_last=today(now) - 20 * DAY, since=today(now) - 19 * DAY,
        ends_on=today(now) + 30 * DAY, owner=cast.alice, made_by=cast.mia, made_at=now,
    )
    world.topic = Topic.objects.order_by("pk").first()
    world.objection = Topic.objects.filter(kind="objection").order_by("pk").first()
    world.word = TopicWord.objects.order_by("pk").first()
    theme = Theme("multi-warehouse", list(FollowUp.objects.values_list("pk", flat=True)), 3, 1, [], [],
                  [[pk, "1.00"] for pk in Deal.objects.values_list("pk", flat=True)])  # others' as well: no name of them
    Themes.objects.create(period=world.week.code, scope="team", scope_id=cast.east.pk, as_of=now, found=[asdict(theme)])
    return world


def _customer(owner, word, now, *, by=None, phone="", name="", **more):
    """A customer with the word in every text field."""
    by = by or owner
    name = name or word
    row = {
        "industry": f"{word}行业", "address": f"{word}路 1 号", "website": f"https://{word}.example", "notes": f"备注 {word}",
        "custom": {FieldDefinition.objects.get(label=FIELD["label"]).slug: f"自定义 {word}"},
        "source": f"{word}展会", "labels": f",{word}标签,", "size_text": "500-1000人",
        "contacts": [{"name": f"{name}经理", "position": f"{name}主管", "phone": phone, "email": f"{word}mail@example.cn",
                      "wechat": f"{word}chat", "notes": f"联系 {word}", "is_main": True}],
        "deal": {"amount": 580_000, "expected_close": today(now) + 20 * DAY},
    } | more  # fmt: skip
    return make_customer(owner, by=by, now=now - 9 * DAY, name=f"{name}有限公司", **row)


def _place(world, person, manager, department, colleague, word, now):
    """Everything one person has. Owner and manager sell; `colleague` serves in `department`."""
    start = now - 8 * DAY
    customer = _customer(person, word, now, phone=PHONES[person.username], name=f"{word}name")
    deal = customer.deals.get()
    place = SimpleNamespace(person=person, word=word, customer=customer, deal=deal, contact=customer.contacts.get())
    said = {FieldDefinition.objects.get(table=world.table).slug: f"行 {word}"}
    place.row = rowkeeping.add_row(world.table, customer, said, by=person, now=start)
    change(place.contact, by=person, email=f"{word}mail.new@example.cn", wechat=f"{word}chat.new")
    place.log = make_log(
        customer, by=person, now=start, text=f"谈到 {word}", purpose=f"{word}确认", contact=place.contact,
        methods=("phone", "wechat"), needs=(("need", None, f"要 {word}"),), next_text=f"寄 {word}",
        next_on=today(now) + 2 * DAY, no_next_reason="", with_people=f"{word}同行",
    )
    place.need = place.log.needs.get()
    place.step = place.log.steps.get()
    place.late_step = make_step(customer, today(now) - DAY, by=person, now=start, text=f"回访 {word}")
    deal.move_to(
        world.stages[1], by=person, now=start + DAY, key_action=f"签 {word}", risk=(None, f"险 {word}", "high"),
        expected_close=today(now) + 15 * DAY,
    )
    place.move = Event.objects.filter(verb="pipeline.moved", subject_id=deal.pk).latest("pk")
    place.risk = deal.risks.get()
    place.second = make_deal(customer, by=person, now=start + DAY, name=f"二期 {word}", amount=120_000)
    risks.set_risk(place.second, text=f"预算 {word}", by=person, now=start + DAY)
    place.request = _request(place, department, colleague, f"{word}ask", start + 2 * DAY)
    place.asked = make_request(  # a second one, still submitted, asked without a customer
        person, department, now=now - DAY, title=f"开票 {word}ask", description=f"资料 {word}ask"
    )
    verbs.say(place.request, by=colleague, now=start + 3 * DAY, text=f"内部 {word}internal", internal=True)
    FollowUpComment.objects.create(follow_up=place.log, by=manager, at=start + DAY, text=f"评论 {word}")
    FollowUpComment.objects.create(
        follow_up=place.log, by=manager, at=start + DAY, text=f"私下 {word}private", private=True
    )
    place.item = parts.add_item(place.request, f"{word}ask", by=person, now=start + 3 * DAY)
    place.file = attach(place.request, _text(f"{word}ask"), by=person, now=now - 2 * DAY)
    place.picture = attach(
        place.request, SimpleUploadedFile(f"{word}ask.png", PNG, content_type="image/png"), by=person, now=now
    )
    place.own_file = attach(customer, _text(word), by=person, now=now - 2 * DAY)
    place.batch = _import(person, word, now)
    place.ready = _import(person, word, now, only_checked=True)
    place.matches = MappingProfile.objects.create(owner=person, name=f"{word}matches", sheet="customers", columns={"a": "notes"})
    place.export = ExportFile(owner=person, sheet="customers", name=f"{word}export.xlsx", ready_at=now)
    place.export.file.save("gate.xlsx", _text(word), save=False)
    place.export.save()
    place.view = SavedView.objects.create(
        page="customers:list", name=f"{word}view", query="tag=prospect", owner=person
    )
    place.board_view = SavedView.objects.create(
        page="pipeline:board", name=f"{word}board", query="tag=prospect", owner=person
    )
    place.target = Target(
        period=period_of("month", today(now)).code, metric="signed", scope="person", scope_id=person.pk, value=500_000, first_value=500_000,
        reason=f"理由 {word}",
    )
    place.target._history_user = manager
    place.target.save()
    place.device = person.usersession_set.create(ip="10.0.0.7", session_key=f"gate {word}", user_agent="Firefox")
    place.token = ApiToken.objects.create(
        user=person, name="接口", token_hash=f"gate {word}", stamp=person.get_session_auth_hash(), made_at=now,
        ends_at=now + 30 * DAY,
    )  # fmt: skip
    place.leave = add_leave(
        Leave(user=person, first=today(now) + 30 * DAY, last=today(now) + 32 * DAY, note=f"休 {word}leave",
              substitute=None), by=person, now=now,
    )  # fmt: skip
    place.owed = Owed.objects.create(
        user=person, customer=customer, contact=place.contact, how="phone", started_at=now - dt.timedelta(minutes=50),
        ended_at=now - dt.timedelta(minutes=45),
    )
    notify("customers.assigned", customer, tell=[person], at=now, key=f"gate {word}", name=customer.name, n=1)
    place.notice = Notification.objects.filter(recipient=person).latest("pk")
    place.review = Review.objects.filter(scope="person", scope_id=person.pk).first()
    return place


def _request(place, department, colleague, word, now):
    request = make_request(
        place.person, department, now=now, customer=place.customer, deal=place.deal, contact=place.contact,
        title=f"评估 {word}", description=f"说明 {word}", standard=f"标准 {word}", reference=f"XQ-{word}",
        priority="urgent", urgent_why=f"急 {word}",
    )
    verbs.accept(request, by=colleague, now=now + DAY)
    verbs.say(request, by=place.person, now=now + DAY, text=f"补充 {word}")
    return CollaborationRequest.objects.get(pk=request.pk)


def _import(person, word, now, *, only_checked=False):
    """A pasted list of one customer, applied or only checked."""
    name = f"{word}{'ready' if only_checked else ''}"
    text = (
        "客户名称\t行业\t联系人\t联系方式\t跟进时间\t跟进方式\t跟进内容\n"
        f"{name}导入公司\t{word}\t王 {word}\t13800001111\t2026-11-02\t电话\t导入 {word}\n"
    )
    batch = staging.bring_in(by=person, now=now, text=text)
    batch.name = f"{word}file.xlsx"
    batch.save()
    check(batch, by=person, now=now)
    batch.refresh_from_db()
    if not only_checked:
        apply(batch, by=person, now=now)
        batch.refresh_from_db()
    return batch


def _text(word):
    return SimpleUploadedFile(f"{word}.txt", f"内容 {word}".encode(), content_type="text/plain")
