"""Open work without exactly one accountable person: the daily check, its page, and a recount by other means (R18)."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.accountable import Absent
from accounts.arranging import add_leave
from accounts.models import Department, Leave, Team, User
from activity.models import Notification
from collaboration import verbs
from collaboration.models import ApprovalStep, CollaborationRequest
from core.jobs import run_now
from core.periods import day_start, today
from customers.models import Customer, CustomerHelper, NextStep
from pipeline.models import Deal, Meeting, MeetingItem, Stage, StageDuty
from salesflow import unowned
from tests.cast import key, make_customer, make_deal, make_request, make_step, make_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WORKDAY = dt.datetime(2026, 12, 1, 0, 30, tzinfo=dt.UTC)  # a Tuesday, 8:30 in the company's zone


def leave(user, *, days, substitute=None, by=None):
    first = today(timezone.now()) - DAY
    row = Leave(user=user, first=first, last=first + (days - 1) * DAY, substitute=substitute)
    return add_leave(row, by=by or user, now=timezone.now())


def gone(*people):
    """As a database that was mended by hand leaves it: the product's own leaving hands everything over."""
    User.objects.filter(pk__in=[person.pk for person in people]).update(is_active=False)


# --- Said again, row by row in plain Python -------------------------------------------------------------------
def cannot(person, on, *, sells):
    if person is None or not person.is_active:
        return True
    covers = [row for row in person.leaves.all() if row.first <= on <= row.last]
    for row in covers:
        if (row.last - row.first).days + 1 > switches.get("long_leave_days"):
            other = row.substitute
            away = other and [o for o in other.leaves.all() if o.first <= on <= o.last]
            if other is None or not other.is_active or away:
                return True
    leads = person.role == "manager" and (
        Team.objects.filter(manager=person, is_active=True).exists()
        or any(
            team.department.path.startswith(place.path)
            for place in Department.objects.filter(lead=person) for team in Team.objects.filter(is_active=True)
        )
    )
    team = bool(person.team and person.team.is_active) or leads
    if sells:
        return person.role not in ("rep", "manager") or not team
    return not team and not (person.department and person.department.is_active)


def recount(on):
    """{kind: ids} over every row there is."""
    found = {kind: set() for kind in ("customer", "step", "deal", "update", "decision", "stage", "request", "approval")}
    live = {c.pk: c for c in Customer.objects.all() if not (c.archived_at or c.merged_into_id)}
    for c in live.values():
        if c.pooled_at is None and cannot(c.owner, on, sells=True):
            found["customer"].add(c.pk)
    for s in NextStep.objects.all():
        if s.closed_at is None and s.customer_id in live and cannot(s.owner, on, sells=False):
            found["step"].add(s.pk)
    for d in Deal.objects.all():
        if d.stage.kind != "open" or d.customer_id not in live or d.customer.pooled_at:
            continue
        if cannot(d.owner, on, sells=True):
            found["deal"].add(d.pk)
        elif not Customer.objects.visible_to(User.objects.get(pk=d.owner_id)).filter(pk=d.customer_id).exists():
            found["update"].add(d.pk)
    for i in MeetingItem.objects.all():
        if i.kind == "note" and i.kept_at is None and i.due_on and i.due_on >= on and cannot(i.owner, on, sells=False):
            found["decision"].add(i.pk)
    here = [u for u in User.objects.all() if not cannot(u, on, sells=False)]
    for stage in Stage.objects.all():
        if stage.retired_at or stage.kind == "lost" or not stage.playbook.is_active:
            continue
        answered = [
            u for u in here for duty in stage.duties.all()
            if duty.person_id == u.pk or duty.role == u.role
            or (duty.department and u.department and duty.department.is_active
                and u.department.path.startswith(duty.department.path))
        ]
        if not answered:
            found["stage"].add(stage.pk)
    for r in CollaborationRequest.objects.all():
        there = [u for u in here if u.department and u.department.path.startswith(r.department.path)]
        if r.state in ("submitted", "accepted") and not r.kind.is_approval:
            nobody = r.person is None and (r.state == "accepted" or not there)
            if nobody or (r.person and cannot(r.person, on, sells=False)):
                found["request"].add(r.pk)
        asked = r.state in ("countered", "waiting", "delivered", "refused") and cannot(r.asker, on, sells=False)
        if asked and (r.customer is None or cannot(r.customer.owner, on, sells=True)):
            found["request"].add(r.pk)
        if r.state not in ("done", "withdrawn", "closed"):
            for step in r.steps.all():
                place = step.department
                there = [u for u in here if place and u.department and u.department.path.startswith(place.path)]
                if step.state == "waiting" and (cannot(step.person, on, sells=False) if step.person else not there):
                    found["approval"].add(step.pk)
    return found


def checked(on):
    from accounts.accountable import checks  # noqa: PLC0415  (registered by then)

    absent = Absent.load(on)
    return {check.kind: set(check.rows(absent).values_list("pk", flat=True)) for check in checks()}


@pytest.fixture
def mess(cast):
    """Some of everything nobody answers for, in both teams, beside much that is well."""
    now = timezone.now()
    ian = make_customer(cast.alice, name="伊恩的客户", now=now - DAY)
    Customer.objects.filter(pk=ian.pk).update(owner=cast.ian)
    Deal.objects.filter(customer=ian).update(owner=cast.ian)
    well = make_customer(cast.alice, name="好好的客户", now=now - DAY)
    make_step(well, today(now) + DAY, by=cast.alice)
    lost = make_step(well, today(now) + DAY, by=cast.alice, text="寄合同")
    NextStep.objects.filter(pk=lost.pk).update(owner=cast.ian)
    leo = make_user("leo", "罗一", "rep", department=cast.sales)  # in no team
    make_customer(leo, name="没团队的客户", now=now - DAY)
    make_customer(None, by=cast.mia, team=cast.east, name="没人的客户", now=now - DAY)
    south = make_customer(cast.charlie, name="华南客户", now=now - DAY)
    blind = make_deal(south, by=cast.charlie, name="二期")
    Deal.objects.filter(pk=blind.pk).update(owner=cast.bob)  # who does not see it
    meeting = Meeting.objects.create(team=cast.east, week="2026-W48")
    decided = {"meeting": meeting, "kind": "note", "made_at": now}
    for owner, due in ((None, DAY), (cast.ian, DAY), (cast.mia, DAY), (None, -DAY)):
        MeetingItem.objects.create(text="约高层", owner=owner, due_on=today(now) + due, **decided)
    MeetingItem.objects.create(text="只是记一下", **decided)
    taken = make_request(cast.alice, cast.legal, customer=well)
    verbs.accept(taken, by=cast.sam, now=now)
    fay = make_user("fay", "冯雅", "support", department=cast.finance)
    asked = make_request(cast.alice, cast.finance, title="开票")
    verbs.hand_over(asked, by=fay, now=now, person=fay)
    make_request(cast.bob, cast.production, title="没人的部门")
    back = make_request(cast.bob, cast.tech, title="要补充")
    verbs.ask_back(back, by=cast.tess, now=now, question="规格？")
    deal = well.deals.get()
    contract = make_request(cast.alice, cast.legal, code="contract", customer=well, deal=deal, title="合同审批")
    verbs.approve(contract, by=cast.mia, now=now)
    gone(fay, cast.sam)
    StageDuty.objects.filter(stage=Stage.objects.columns().first()).delete()
    return well


@pytest.mark.proves("R18")
def test_the_check_finds_what_a_recount_finds(mess, cast):
    on = today(timezone.now())
    found = recount(on)
    assert {kind: len(rows) for kind, rows in found.items()} == {
        "customer": 3, "step": 1, "deal": 3, "update": 1, "decision": 2, "stage": 1, "request": 3, "approval": 1,
    }  # fmt: skip
    assert checked(on) == found
    assert unowned.counts_of_all(on) == {kind: len(rows) for kind, rows in found.items()}


@pytest.mark.proves("R18")
def test_long_leave_counts_unless_somebody_there_stands_in(cast):
    make_customer(cast.alice)
    on = today(timezone.now())
    assert sum(unowned.counts_of_all(on).values()) == 0
    row = leave(cast.alice, days=7)
    assert checked(on)["customer"] == recount(on)["customer"] == set()  # a week is short
    Leave.objects.filter(pk=row.pk).update(last=row.last + DAY)
    assert len(checked(on)["customer"]) == len(recount(on)["customer"]) == 1
    Leave.objects.filter(pk=row.pk).update(substitute=cast.bob)
    assert checked(on)["customer"] == recount(on)["customer"] == set()
    leave(cast.bob, days=3)  # who stands in is away himself
    assert len(checked(on)["customer"]) == len(recount(on)["customer"]) == 1


@pytest.mark.proves("R18")
def test_the_daily_job_tells_managers_and_admins_their_own_number(mess, cast):
    result = unowned.check(now=WORKDAY)
    told = {n.recipient.username: n.data["n"] for n in Notification.objects.filter(kind=unowned.KIND)}
    on = today(WORKDAY)
    assert result["open"] == sum(len(rows) for rows in recount(on).values())
    assert told == {
        name: n for name in ("mia", "nadia", "grace", "ada")
        if (n := sum(unowned.counts(User.objects.get(username=name), on).values()))
    }
    assert told["ada"] == result["open"] > told["mia"] > 0
    unowned.check(now=WORKDAY)
    assert Notification.objects.filter(kind=unowned.KIND).count() == len(told)  # once a day
    unowned.check(now=WORKDAY + DAY)
    assert Notification.objects.filter(kind=unowned.KIND, over_at=None, at__lt=day_start(on + DAY)).count() == 0


def test_it_runs_as_a_job_and_by_hand(cast, capsys):
    assert run_now("check_unowned")["open"] == 0
    call_command("run_job", "check_unowned")
    assert "open" in capsys.readouterr().out


def test_a_rest_day_tells_nobody(mess, cast):
    assert unowned.check(now=dt.datetime(2026, 12, 5, 1, tzinfo=dt.UTC))["told"] == 0


# --- The page ---------------------------------------------------------------------------------------------------
def give(client, kind, row, to, *, version=None, **fields):
    path = reverse("unowned_give", args=[kind, row.pk])
    seen = row.version if version is None else version
    return client.post(path, {"to": to.pk, "version": seen, "key": key()} | fields)


@pytest.mark.proves("R18")
def test_each_kind_is_given_to_somebody_where_it_is_listed(mess, cast, client_of):
    client, on = client_of(cast.ada), today(timezone.now())
    gil = make_user("gil", "高力", "support", department=cast.legal)
    for person, place in (("finn", cast.finance), ("pia", cast.production)):
        make_user(person, person, "support", department=place)
    for _round in range(30):
        found = {kind: rows for kind, rows in recount(on).items() if rows}
        if not found:
            break
        kind, rows = next(iter(found.items()))
        for pk in sorted(rows):
            page = client.get(reverse("unowned_give", args=[kind, pk]))
            if page.status_code == 409:
                continue  # went along with what was given before
            people = list(page.context["form"].fields["to"].queryset)
            assert people, kind
            to = cast.bob if cast.bob in people else gil if gil in people else people[0]
            data = {"to": to.pk, "version": page.context["seen"], "why": "接手", "key": key()}
            assert client.post(reverse("unowned_give", args=[kind, pk]), data).status_code == 302, kind
    assert checked(on) == recount(on) == {kind: set() for kind in checked(on)}
    assert "Everything open has somebody" in client.get(reverse("unowned")).content.decode()
    assert "nobody who answers" not in client.get(reverse("unowned_count")).content.decode()


def test_a_manager_sees_and_gives_only_what_is_his_teams(mess, cast, client_of):
    client = client_of(cast.mia)
    html = client.get(reverse("unowned")).content.decode()
    assert "伊恩的客户" in html and "没人的客户" in html
    assert "华南客户" not in html and "没团队的客户" not in html
    assert "nobody who answers" in client.get(reverse("unowned_count")).content.decode()
    foreign = Customer.objects.get(name="没团队的客户")
    assert give(client, "customer", foreign, cast.bob).status_code == 404
    mine = Customer.objects.get(name="伊恩的客户")
    assert give(client, "customer", mine, cast.charlie).status_code == 422  # not of his teams
    assert give(client, "customer", mine, cast.bob, why="接手").status_code == 302
    assert Deal.objects.get(customer=mine).owner == cast.bob
    stage = Stage.objects.columns().first()
    assert give(client, "stage", stage, cast.bob).status_code == 404
    approval = ApprovalStep.objects.get(state="waiting")
    assert give(client, "approval", approval, cast.bob, version=approval.request.version).status_code == 403


def test_what_changed_since_it_was_shown_is_a_conflict(mess, cast, client_of):
    client = client_of(cast.ada)
    customer = Customer.objects.get(name="伊恩的客户")
    assert give(client, "customer", customer, cast.bob, version=customer.version + 1).status_code == 409
    step = NextStep.objects.get(owner=cast.ian)
    assert give(client, "step", step, cast.bob, version=step.version + 1).status_code == 409
    item = MeetingItem.objects.get(owner=cast.ian)
    assert give(client, "decision", item, cast.bob, version=0).status_code == 409
    assert give(client, "deal", Deal.objects.get(customer=customer), cast.bob, version=99).status_code == 409
    assert give(client, "customer", customer, cast.bob).status_code == 302
    assert give(client, "customer", customer, cast.alice).status_code == 409  # somebody answers for it by now
    assert client.get(reverse("unowned_give", args=["nothing", 1])).status_code == 404


def test_the_owner_who_cannot_see_keeps_the_deal_and_helps_from_then_on(mess, cast, client_of):
    deal = Deal.objects.get(name="二期")
    assert give(client_of(cast.ada), "update", deal, cast.bob).status_code == 302
    assert CustomerHelper.objects.filter(user=cast.bob, customer=deal.customer).exists()
    assert checked(today(timezone.now()))["update"] == set()


def test_the_page_costs_the_same_for_one_line_and_for_many(cast, client_of, django_assert_max_num_queries):
    client = client_of(cast.ada)
    make_customer(None, by=cast.ada, name="一")
    client.get(reverse("unowned"))
    with django_assert_max_num_queries(14) as few:
        client.get(reverse("unowned"))
    for n in range(25):
        make_customer(None, by=cast.ada, name=f"客户 {n}")
    with django_assert_max_num_queries(14) as many:
        html = client.get(reverse("unowned")).content.decode()
    assert len(many) == len(few) and "and 6 more" in html
