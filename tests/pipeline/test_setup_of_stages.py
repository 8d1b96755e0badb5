"""Setup of stages (S18): preview, order, undo, calibration; the process page; filters that never break (R14, R39)."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts import switches
from accounts.models import SavedView
from activity.models import Event
from activity.undoing import undo
from core.errors import NotAllowed, Refused
from core.periods import period_of, today
from customers.models import Customer, TagChange
from pipeline import staging
from pipeline.calibrating import Chance, chances, wilson
from pipeline.effects import effects_of
from pipeline.forms_stage import StageForm
from pipeline.models import Deal, Playbook, Stage, StageProgress
from pipeline.moving import move_to
from pipeline.process import draw, median_stay, process_of
from pipeline.proving import stays_of
from pipeline.undoing import undo_move
from reviews.figures import weekly
from reviews.scopes import COMPANY, read_stages
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db


def fresh(stage):
    return Stage.objects.select_related("playbook").get(pk=stage.pk)


def last(verb):
    return Event.objects.filter(verb=verb).latest("pk")


def order():
    return staging.order_of(Playbook.objects.default())


def test_a_preview_says_what_saving_would_do_and_writes_nothing(own, cast, now, stages, client_of, english):
    Deal.objects.filter(pk=own.deal.pk).update(amount=100000)
    said = effects_of(stages[1], {"probability": 20, "label": "线索", "stale_days": 1}, on=today(now), language="en")
    assert said == [
        "The new name shows everywhere at once; what was written before keeps the old one.",
        "Likely money of this stage: ¥5,000 → ¥20K.",
        "Quiet customers: 1 more, 0 fewer.",
        "1 deal stays where it is.",
    ]
    own.customer.refresh_from_db()
    assert (fresh(stages[1]).version, own.customer.limit_days) == (1, None)
    staging.save_stage(stages[1], by=cast.ada, now=now, expect=1, stale_days=1)  # what was said comes true
    own.customer.refresh_from_db()
    assert own.customer.limit_days == 1
    page = client_of(cast.ada).get(f"/setup/stages/{stages[2].pk}/effect?label=x&probability=15&duty_roles=rep")
    assert page.status_code == 200 and "stay where they are" in page.content.decode()
    assert client_of(cast.mia).get(f"/setup/stages/{stages[2].pk}/effect").status_code == 403


def test_every_change_can_be_undone(own, cast, now, stages):
    before = order()
    staging.save_stage(
        stages[2],
        by=cast.ada,
        now=now,
        expect=1,
        label="深聊",
        probability=22,
        duties=[{"department": cast.tech}],
        meaning={"evidence": "有记录"},
    )
    changed = last("pipeline.stage_changed")
    with pytest.raises(NotAllowed):
        undo(changed, by=cast.mia, now=now)
    undo(Event.objects.get(pk=changed.pk), by=cast.ada, now=now)
    again = fresh(stages[2])
    assert (again.label, again.probability, [d.role for d in again.duties.all()]) == ("初步沟通", 15, ["rep"])
    assert again.versions.latest("pk").evidence == "记录了至少一条需求，知道谁参与决定。"
    staging.shift(fresh(stages[2]), 1, by=cast.ada, now=now)
    undo(last("pipeline.stages_ordered"), by=cast.ada, now=now)
    assert order() == before
    staging.retire(fresh(stages[3]), by=cast.ada, now=now)
    undo(last("pipeline.stage_retired"), by=cast.ada, now=now)
    assert order() == before
    made = staging.add_stage(Playbook.objects.default(), by=cast.ada, now=now, duties=[{"role": "rep"}], label="样品")
    undo(last("pipeline.stage_added"), by=cast.ada, now=now)
    assert (order(), fresh(made).retired_at) == (before, now)
    staging.save_stage(fresh(stages[2]), by=cast.ada, now=now, expect=fresh(stages[2]).version, probability=23)
    stale = last("pipeline.stage_changed")
    staging.save_stage(fresh(stages[2]), by=cast.ada, now=now, expect=fresh(stages[2]).version, probability=24)
    with pytest.raises(Refused):  # somebody built on it
        undo(stale, by=cast.ada, now=now)


def test_a_merge_undone_leaves_the_deals_as_if_it_had_not_been(own, cast, now, stages):
    early = now - dt.timedelta(days=2)
    move_to(own.deal, stages[3], by=cast.alice, now=early)
    moved_on = make_customer(cast.bob, name="远洋", now=early).deals.get()
    move_to(moved_on, stages[3], by=cast.bob, now=early)
    shown = list(StageProgress.objects.standing().filter(deal=own.deal).values_list("stage", "entered_at", "left_at"))
    tags, before = Customer.objects.get(pk=own.customer.pk).tag, order()
    assert staging.merge(fresh(stages[3]), fresh(stages[4]), by=cast.ada, now=now) == 2
    way = stays_of(own.deal, {stage.pk: stage for stage in Stage.objects.all()})
    assert [stay.unproven for stay in way[:2]] == [False, True]  # a merge asks for no evidence, her own move did
    assert not any(one.data.get("unproven") for one in Event.objects.filter(verb="pipeline.moved", at=now))
    moved_on.refresh_from_db()
    move_to(moved_on, fresh(stages[5]), by=cast.bob, now=now)
    undo(last("pipeline.stage_merged"), by=cast.ada, now=now)
    own.deal.refresh_from_db()
    moved_on.refresh_from_db()
    assert (order(), own.deal.stage, own.deal.entered_at, moved_on.stage) == (before, stages[3], early, stages[5])
    rows = StageProgress.objects.standing().filter(deal=own.deal).values_list("stage", "entered_at", "left_at")
    assert sorted(rows, key=lambda row: row[1]) == shown
    assert (Customer.objects.get(pk=own.customer.pk).tag, fresh(stages[3]).merged_into) == (tags, None)
    assert TagChange.objects.filter(customer=own.customer, recorded_at=now, voided_at=None).count() == 0


def test_an_undone_move_does_not_lead_into_a_stage_out_of_use(own, cast, now, stages):
    move_to(own.deal, stages[2], by=cast.alice, now=now)
    staging.retire(fresh(stages[1]), by=cast.ada, now=now)
    with pytest.raises(Refused):
        undo_move(last("pipeline.moved"), by=cast.alice, now=now)


def test_saved_filters_follow_a_merged_stage_and_outlive_a_retired_one(own, cast, now, stages, client_of):
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    view = SavedView.objects.create(page="pipeline:board", name="需求", query=f"stage={stages[3].pk}", owner=cast.alice)
    client = client_of(cast.alice)
    staging.merge(fresh(stages[3]), fresh(stages[4]), by=cast.ada, now=now)
    staging.merge(fresh(stages[4]), fresh(stages[5]), by=cast.ada, now=now)  # twice: the last one counts
    for page in ("pipeline:board", "pipeline:table"):
        answer = client.get(f"{reverse(page)}?{view.query}")
        assert answer.status_code == 200
        assert answer.context["board"].asked.dropped in ([], set(), {}, ())
        assert answer.context["board"].count == 1
    staging.retire(fresh(stages[2]), by=cast.ada, now=now)
    answer = client.get(f"/pipeline/table?stage={stages[2].pk}")
    assert (answer.status_code, answer.context["table"].total) == (200, 0)
    assert client.get(f"/customers?stage={stages[3].pk}").status_code == 200


@pytest.mark.proves("R39")
def test_rates_and_frozen_figures_stand_when_stages_come_and_go(own, cast, now, stages):
    start = now - dt.timedelta(days=2)
    move_to(own.deal, stages[3], by=cast.alice, now=start)
    move_to(own.deal, stages[4], by=cast.alice, now=start + dt.timedelta(hours=1))
    period = period_of("week", today(own.opened))
    as_of = now - dt.timedelta(hours=1)
    rates = {row["stage"]: row for row in weekly(period, COMPANY, as_of=as_of)["rates"]}
    staging.add_stage(
        Playbook.objects.default(),
        by=cast.ada,
        now=now,
        duties=[{"role": "rep"}],
        after=fresh(stages[3]),
        label="方案预沟通",
        label_en="Pre-talk",
        probability=40,
    )
    staging.merge(fresh(stages[4]), fresh(stages[5]), by=cast.ada, now=now)
    later = {row["stage"]: row for row in weekly(period, COMPANY, as_of=as_of)["rates"]}
    assert {pk: later[pk] for pk in rates if pk in later and rates[pk]["entered"]} == {
        pk: row for pk, row in rates.items() if row["entered"]
    }


@pytest.mark.proves("R39")
def test_what_went_on_stays_an_advance_when_the_stage_it_left_is_merged(own, cast, now, stages):
    """Positions close up behind a merged stage: 3 → 4 must not read as a step back for that, nor after a new stage
    stands before it, nor when the next one is merged as well."""
    start = now - dt.timedelta(days=2)
    move_to(own.deal, stages[3], by=cast.alice, now=start)
    move_to(own.deal, stages[4], by=cast.alice, now=start + dt.timedelta(hours=1))
    move_to(own.deal, stages[5], by=cast.alice, now=start + dt.timedelta(hours=2))
    period = period_of("week", today(start))

    def told():
        found = weekly(period, COMPANY, as_of=now - dt.timedelta(hours=1))
        return {row["stage"]: (row["entered"], row["on"]) for row in found["rates"] if row["entered"]}

    def line():
        return [fact.id for fact in read_stages() if fact.id in {stage.pk for stage in stages.values()}]

    before, order_before = told(), line()
    assert before[stages[3].pk] == before[stages[4].pk] == (1, 1)
    staging.merge(fresh(stages[3]), fresh(stages[5]), by=cast.ada, now=now)
    assert (told(), line()) == (before, order_before)
    staging.add_stage(Playbook.objects.default(), by=cast.ada, now=now, duties=[{"role": "rep"}],
                      after=fresh(stages[1]), label="方案预沟通", label_en="Pre-talk")
    assert (told(), line()) == (before, order_before)
    staging.merge(fresh(stages[4]), fresh(stages[5]), by=cast.ada, now=now)
    assert (told(), line()) == (before, order_before)
    staging.revive(fresh(stages[3]), by=cast.ada, now=now)
    shown = [stage.pk for stage in Playbook.objects.default().stages.live().order_by("position")]
    assert len(shown) == len(set(shown)) == 7 + 1 and sorted(
        Playbook.objects.default().stages.live().values_list("position", flat=True)) == list(range(1, 9))


def test_the_share_really_won_stands_beside_the_probability(own, cast, now, stages, approve, price, client_of):
    for number in range(31):
        deal = make_customer(cast.alice, name=f"客户{number}", now=now - dt.timedelta(days=9)).deals.get()
        move_to(deal, stages[2], by=cast.alice, now=now - dt.timedelta(days=8))
        move_to(deal, stages[1], by=cast.alice, now=now - dt.timedelta(days=7), reason="误")
        if number < 12:
            approve(deal)
            move_to(deal, stages[6], by=cast.alice, now=now, signed_on=today(now), contract_amount=1)
        elif number < 30:
            deal.lose(price, by=cast.alice, now=now)
    found = chances(list(Playbook.objects.default().stages.order_by("position")))
    assert found[stages[1].pk] == Chance(5, 12, 30)  # once a deal, though it stayed twice; the open one is not counted
    assert (found[stages[1].pk].share, found[stages[1].pk].low, found[stages[1].pk].high) == (40, 24, 58)
    assert found[stages[3].pk].missing == 30 and found[stages[3].pk].share is None
    low, high = wilson(12, 30)  # the roots of (p − s)² = z² s(1−s)/n
    for side in (low, high):
        assert abs((0.4 - side) ** 2 - 1.959964**2 * side * (1 - side) / 30) < 1e-9
    client, url = client_of(cast.ada), f"/setup/stages/{stages[1].pk}/chance"
    assert "40%" not in client.get("/setup/stages").content.decode()
    assert client.post(url, {"key": key()}).status_code == 404  # off until switched on (D52)
    switches.set("calibration", True, by=cast.ada, now=now)
    page = client.get("/setup/stages").content.decode()
    assert "40% were won; 5% is set" in page and "30 more before" in page
    assert fresh(stages[1]).probability == 5  # offered, not imposed
    for query, counted in (("", 30), ("?won=1", 12), ("?tag=won", 12), ("?tag=won&tag=lost", 30)):
        rows = client.get(f"{url}{query}").content.decode()
        assert (f'id="count">{counted}<' in rows, rows.count("<tr data-row")) == (True, counted)
    assert f'href="{url}?won=1"' in page and client_of(cast.alice).get(url).status_code == 403
    assert client.post(url, {"key": key(), "version": 1}).status_code == 302
    assert fresh(stages[1]).probability == 40
    assert client.post(f"/setup/stages/{stages[3].pk}/chance", {"key": key()}).status_code == 409


def plain_median(stays):
    """Kaplan–Meier written the long way: at each time the share of those still under view who leave."""
    for time in sorted({days for days, left in stays if left}):
        alive = 1.0
        for moment in sorted({days for days, left in stays if left and days <= time}):
            seen = [one for one in stays if one[0] >= moment]
            alive *= 1 - sum(1 for days, left in seen if left and days == moment) / len(seen)
        if alive <= 0.5:
            return round(time, 1)
    return None


@pytest.mark.parametrize(
    "stays",
    [
        [],
        [(3, True)],
        [(3, False)],
        [(1, True), (2, True), (30, False), (40, False)],
        [(1, True), (2, False), (3, True), (3, True), (5, False)],
        [(n % 7, n % 3 > 0) for n in range(50)],
    ],
)
def test_the_median_counts_those_who_have_not_left(stays):
    assert median_stay(stays) == plain_median(stays)


@pytest.mark.proves("R14")
def test_the_process_is_drawn_with_load_and_median_of_what_the_reader_sees(own, cast, now, stages, client_of):
    for days in (1, 2, 8):
        deal = make_customer(cast.bob, name=f"乙{days}", now=now - dt.timedelta(days=10)).deals.get()
        move_to(deal, stages[2], by=cast.bob, now=now - dt.timedelta(days=10 - days))
    make_customer(cast.charlie, name="不见", now=now)
    nodes = {node.stage.position: node for node in process_of(cast.mia, Playbook.objects.default(), now=now)}
    stays = [
        (((stay.left_at or now) - stay.entered_at).total_seconds() / 86400, stay.left_at is not None)
        for stay in StageProgress.objects.filter(stage=stages[1], voided_at=None, deal__customer__team=cast.east)
    ]
    assert (nodes[1].deals, nodes[1].stays, nodes[1].waiting) == (1, 4, 1)
    assert nodes[1].median_days == plain_median(stays) == 2.0
    assert (nodes[2].deals, nodes[2].median_days, nodes[2].waiting) == (3, None, 3)
    assert [box.node.stage.position for box in draw(list(nodes.values())).boxes] == [1, 2, 3, 4, 5, 6, 7]
    for person in (cast.alice, cast.mia, cast.ada):
        html = client_of(person).get("/process").content.decode()
        assert '<svg class="chart-process' in html and "style=" not in html
        assert f"/pipeline/table?stage={stages[2].pk}" in html
    assert client_of(cast.mia).get(f"/pipeline/table?stage={stages[2].pk}").context["table"].total == nodes[2].deals
    assert client_of(cast.sam).get("/process").status_code == 403


@pytest.mark.parametrize("said", ["150", "-1", "99999"])
def test_a_probability_beyond_a_hundred_is_said_at_its_field(cast, stages, said):
    """In words, not as the name of a rule of the database."""
    form = StageForm({"label": "x", "probability": said}, instance=fresh(stages[2]), playbook=stages[2].playbook)
    assert not form.is_valid() and set(form.errors) == {"probability"}


@pytest.mark.proves("REL1")
def test_an_order_dragged_in_an_old_window_is_refused(cast, stages, client_of):
    client, ids = client_of(cast.ada), order()
    assert client.get("/setup/stages").content.decode().count('name="seen"') == len(ids)
    one, other = [ids[1], ids[0], *ids[2:]], [ids[0], ids[2], ids[1], *ids[3:]]
    said = {"playbook": stages[1].playbook.code, "seen": ids}
    assert client.post("/setup/stages/order", said | {"stage": one, "key": key()}).status_code == 302
    late = client.post("/setup/stages/order", said | {"stage": other, "key": key()}, headers={"HX-Request": "true"})
    assert (late.status_code, order()) == (409, one)
    assert "changed meanwhile" in late.content.decode()
    assert client.post("/setup/stages/order", said | {"seen": one, "stage": ids, "key": key()}).status_code == 302
