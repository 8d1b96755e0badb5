"""The stage agreement check (M15): a weekly blind sample, kappa a stage, and where a low one leads."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.arranging import add_leave
from accounts.models import Leave, User
from activity.models import Event
from core.errors import Refused
from core.jobs import run_now
from core.periods import today
from customers.models import Customer
from pipeline import agreeing, agreement, staging
from pipeline.kappa import kappa
from pipeline.models import AgreementJudgement, AgreementSample, Deal, Playbook
from pipeline.moving import move_to
from pipeline.playbooks import Playbooks
from tests.cast import key, make_customer, make_log
from tests.pipeline.conftest import DAY

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 11, 29, 23, tzinfo=dt.UTC)  # 7:00 of 30 November in the company's zone
PAGE = "pipeline:agreement"


@pytest.fixture
def on(cast):
    switches.set("stage_agreement", True, by=cast.ada, now=timezone.now())


@pytest.fixture
def drawn(on, cast, stages, now):
    """Two deals of alice at different stages, drawn for her and mia this week."""
    for n, place in enumerate((2, 3)):
        customer = make_customer(cast.alice, name=f"判断{n}有限公司", now=now - 3 * DAY)
        move_to(customer.deals.get(), stages[place], by=cast.alice, now=now - 2 * DAY)
        make_log(customer, text=f"客户要样品 {n}", now=now - DAY, happened_at=now - DAY)
    agreement.draw(now=now)
    return list(AgreementSample.objects.order_by("pk"))


def stage_at(position):
    return next(stage for stage in Playbooks.load().default.line if stage.position == position)


def say(client, sample, position, **fields):
    stage = position if isinstance(position, str) else stage_at(position).pk
    return client.post(
        reverse("pipeline:agreement_judge", args=[sample.pk]), {"stage": stage, "key": key()} | fields
    )


# --- Drawing ------------------------------------------------------------------------------------------------------
@pytest.mark.proves("M15")
def test_the_weekly_job_draws_a_seeded_sample_spread_over_the_stages(on, cast, stages):
    for n in range(12):
        customer = make_customer(cast.alice, name=f"客户 {n}", now=MONDAY - 20 * DAY)
        if n in (3, 7):
            move_to(customer.deals.get(), stages[2 + (n == 7)], by=cast.alice, now=MONDAY - 9 * DAY)
    make_customer(cast.bob, name="王敏的", now=MONDAY - 9 * DAY)
    make_customer(cast.charlie, name="赵磊的", now=MONDAY - 9 * DAY)
    assert agreement.draw(now=MONDAY) == {"on": True, "drawn": 7}
    mine = AgreementSample.objects.filter(rep=cast.alice)
    first = set(mine.values_list("deal", flat=True))
    assert (len(first), {row.manager for row in mine}, {row.week for row in mine}) == (5, {cast.mia}, {"2026-W49"})
    assert {row.stage.position for row in mine} == {1, 2, 3}  # the two rare stages are in
    assert AgreementSample.objects.get(rep=cast.charlie).manager == cast.nadia
    assert agreement.draw(now=MONDAY + DAY)["drawn"] == 0  # the same week: nothing more
    AgreementSample.objects.all().delete()
    agreement.draw(now=MONDAY)
    assert set(mine.values_list("deal", flat=True)) == first  # the same seed
    agreement.draw(now=MONDAY + 7 * DAY)
    later = AgreementSample.objects.filter(rep=cast.alice, week="2026-W50")
    assert later.count() == 5 and not first & set(later.values_list("deal", flat=True))  # who was judged rests


def test_the_size_is_a_setting_and_a_managers_share_has_an_end(on, cast):
    for n in range(4):
        make_customer(cast.alice, name=f"客户 {n}", now=MONDAY - 9 * DAY)
    switches.set("agreement_deals", 2, by=cast.ada, now=MONDAY)
    assert agreement.draw(now=MONDAY)["drawn"] == 2
    pairs = [(n, n % 3) for n in range(30)]
    assert agreement.stratified(pairs, 7, seed="a") == agreement.stratified(pairs, 7, seed="a")
    assert len(set(agreement.stratified(pairs, 99, seed="a"))) == 30
    assert agreement.MANAGERS_MOST // 8 == 2  # eight reps: two deals each


def test_nothing_is_drawn_while_it_is_off_or_somebody_is_away(cast, stages):
    make_customer(cast.alice, now=MONDAY - 9 * DAY)
    assert run_now("draw_agreement") == {"on": False}
    switches.set("stage_agreement", True, by=cast.ada, now=MONDAY)
    day = today(MONDAY)
    add_leave(Leave(user=cast.alice, first=day, last=day), by=cast.alice, now=MONDAY)
    assert agreement.draw(now=MONDAY)["drawn"] == 0
    add_leave(Leave(user=cast.mia, first=day + DAY, last=day + DAY), by=cast.mia, now=MONDAY)
    assert agreement.draw(now=MONDAY + DAY)["drawn"] == 0
    assert agreement.draw(now=MONDAY + 2 * DAY)["drawn"] == 1


# --- Judging blind ------------------------------------------------------------------------------------------------
@pytest.mark.proves("M15")
def test_neither_sees_the_others_answer_before_both_are_in(drawn, cast, client_of):
    alice, mia, ada = client_of(cast.alice), client_of(cast.mia), client_of(cast.ada)
    one, two = drawn
    assert say(alice, one, 2).status_code == 302
    assert not AgreementJudgement.objects.visible_to(cast.mia).exists()
    assert not AgreementJudgement.objects.visible_to(cast.ada).exists()
    assert not AgreementJudgement.objects.visible_to(cast.grace).exists()
    seen = mia.get(reverse(PAGE)).content.decode()
    assert "Judged by both" not in seen and "You:" not in seen
    assert [book.together.n for book in ada.get(reverse("pipeline:agreement_results")).context["books"]][0] == 0
    for event in Event.objects.filter(verb="pipeline.judged"):
        assert (event.about_customer_id, set(event.data)) == (None, {"week"})
    say(mia, two, 4)
    assert "Judged by both" not in alice.get(reverse(PAGE)).content.decode()
    say(mia, one, 3)
    for client in (alice, mia):
        html = client.get(reverse(PAGE)).content.decode()
        assert "Judged by both" in html and "different" in html
        assert "Initial talk" in html.split("Judged by both")[1] and "Needs analysis" in html.split("Judged by both")[1]
    assert ada.get(reverse("pipeline:agreement_results")).context["books"][0].together.n == 1


@pytest.mark.proves("M15")
def test_the_card_hides_the_recorded_stage_and_shows_what_was_said(drawn, cast, client_of):
    client = client_of(cast.mia)
    page = client.get(reverse(PAGE))
    card, html = page.context["card"], page.content.decode()
    assert "客户要样品" in html
    assert [stage.position for stage in card.stages] == [1, 2, 3, 4, 5]
    above = html.split('id="judge-form"')[0].split('id="judge"')[1]
    assert not [stage for stage in Playbook.objects.default().stages.all() if stage.label_en in above]
    assert "aria-current" not in html.split('id="judge-form"')[1] and "checked" not in html.split('id="judge-form"')[1]


@pytest.mark.proves("M15")
def test_each_judgement_keeps_the_definition_in_force(drawn, cast, client_of, stages):
    one, two = drawn
    say(client_of(cast.alice), one, 3)
    before = stage_at(3).version_now
    staging.save_stage(
        stages[3], by=cast.ada, now=timezone.now(), expect=stages[3].version, meaning={"definition": "需求书面确认"}
    )
    say(client_of(cast.alice), two, 3)
    kept = {row.sample_id: row.stage_version for row in AgreementJudgement.objects.all()}
    assert kept[one.pk] == before
    assert (kept[two.pk].definition, kept[two.pk].pk != before.pk) == ("需求书面确认", True)


def test_an_answer_may_change_until_both_are_in_and_stands_then(drawn, cast, now):
    one = drawn[0]
    agreement.judge(one, stage_at(2), by=cast.alice, now=now)
    agreement.judge(one, stage_at(4), by=cast.alice, now=now)
    assert AgreementJudgement.objects.get().stage.position == 4
    agreement.judge(one, None, by=cast.mia, now=now)
    with pytest.raises(Refused):
        agreement.judge(one, stage_at(1), by=cast.alice, now=now)
    with pytest.raises(Refused):
        agreement.judge(drawn[1], stage_at(1), by=cast.alice, now=now + 8 * DAY)


def test_who_it_was_not_drawn_for_does_not_know_of_it(drawn, cast, client_of):
    for login in ("bob", "charlie", "nadia", "grace", "ada"):
        client = client_of(getattr(cast, login))
        assert say(client, drawn[0], 2).status_code == 404
        assert "判断" not in client.get(reverse(PAGE)).content.decode()
    assert say(client_of(cast.sam), drawn[0], 2).status_code == 403
    assert client_of(cast.alice).get(reverse("pipeline:agreement_results")).status_code == 403
    rows = client_of(cast.nadia).get(reverse("pipeline:agreement_results")).context["books"]
    assert rows[0].together.n == 0


def test_an_answer_that_is_no_stage_is_refused_in_words(drawn, cast, client_of):
    client = client_of(cast.alice)
    for wrong in ("", "999999", str(Playbook.objects.default().stages.get(kind="won").pk)):
        answer = say(client, drawn[0], wrong)
        assert answer.status_code == 422 and "Choose one of the stages" in answer.content.decode()
    assert say(client, drawn[0], "unsure").status_code == 302
    assert AgreementJudgement.objects.get().stage is None


def test_with_htmx_the_next_card_comes_and_then_the_end(drawn, cast, client_of):
    client = client_of(cast.alice)
    first = say(client, drawn[0], 2, **{})
    assert first.status_code == 302
    last = client.post(
        reverse("pipeline:agreement_judge", args=[drawn[1].pk]), {"stage": stage_at(3).pk, "key": key()},
        headers={"HX-Request": "true", "HX-Target": "agreement"},
    )  # fmt: skip
    assert "You have judged all of this week." in last.content.decode() and "<html" not in last.content.decode()


def test_a_deal_that_was_lost_or_went_to_another_team_is_not_asked_about(drawn, cast, client_of):
    one, two = drawn
    Deal.objects.filter(pk=one.deal_id).update(stage=Playbook.objects.default().stages.get(kind="lost"))
    Customer.objects.filter(pk=two.deal.customer_id).update(owner=cast.charlie, team=cast.south)
    assert client_of(cast.alice).get(reverse(PAGE)).context["week"].total == 0
    assert say(client_of(cast.alice), two, 2).status_code == 404


def test_the_day_and_the_team_home_say_how_many_wait_and_nothing_while_it_is_off(drawn, cast, client_of):
    alice, mia = client_of(cast.alice), client_of(cast.mia)
    assert "2 deals to judge this week" in alice.get(reverse("today")).content.decode()
    say(alice, drawn[0], 2)
    assert "1 deal to judge this week" in alice.get(reverse("today")).content.decode()
    assert "2 deals to judge this week" in mia.get(reverse("team")).content.decode()
    switches.set("stage_agreement", False, by=cast.ada, now=timezone.now())
    assert "to judge" not in alice.get(reverse("today")).content.decode()
    for name in (PAGE, "pipeline:agreement_results"):
        assert mia.get(reverse(name)).status_code == 404
    assert say(mia, drawn[0], 2).status_code == 404
    assert reverse("pipeline:agreement_results") not in mia.get(reverse("pipeline:process")).content.decode()


# --- What came out ------------------------------------------------------------------------------------------------
def judged(cast, pairs, *, now, at=None):
    """Finished samples, one a pair of positions (0: cannot be told), as if judged `at`."""
    owner = cast.alice
    deal = make_customer(owner, name="样本", now=now - 30 * DAY).deals.get()
    stages = {stage.position: stage for stage in Playbooks.load().default.line}
    samples = AgreementSample.objects.bulk_create(
        AgreementSample(
            week=f"X{n}", team=cast.east, rep=cast.alice, manager=cast.mia, deal=deal, stage=stages[1],
            drawn_at=at or now, done_at=at or now,
        ) for n in range(AgreementSample.objects.count(), AgreementSample.objects.count() + len(pairs))
    )  # fmt: skip
    AgreementJudgement.objects.bulk_create(
        AgreementJudgement(sample=sample, judge=judge, stage=stages.get(position), at=at or now)
        for sample, pair in zip(samples, pairs, strict=True)
        for judge, position in zip((cast.alice, cast.mia), pair, strict=True)
    )


GOOD = [(1, 1)] * 12 + [(2, 2)] * 12 + [(5, 5)] * 12
MIXED = [(3, 4)] * 8 + [(4, 3)] * 8 + [(3, 3)] * 4 + [(4, 4)] * 4


@pytest.mark.proves("M15")
def test_each_stage_has_its_agreement_and_a_low_one_opens_its_wording(on, cast, now, client_of):
    judged(cast, GOOD + MIXED + [(1, 0), (0, 0)], now=now)
    book = agreeing.books(AgreementSample.objects.visible_to(cast.ada), now=now)[0]
    found = {one.stage.position: one for one in book.stages}
    pairs = GOOD + MIXED
    for position, one in found.items():
        table = [[0, 0], [0, 0]]
        for a, b in pairs:
            table[int(a != position)][int(b != position)] += 1
        assert one.found == kappa(table)
        assert one.found.n == 60 and one.percent == sum(a == b or position not in (a, b) for a, b in pairs) / 60
    assert [one.stage.position for one in book.low] == [3, 4]
    assert found[1].found.low >= agreeing.LIMIT and (book.together.n, book.unsure) == (60, 1)
    admin = client_of(cast.ada).get(reverse("pipeline:agreement_results")).content.decode()
    link = reverse("setup_stage", args=[found[3].stage.pk]) + "#meaning"
    assert link in admin and "Edit the wording" in admin and "read the same" in admin
    assert 'id="meaning"' in client_of(cast.ada).get(link).content.decode()
    manager = client_of(cast.mia).get(reverse("pipeline:agreement_results")).content.decode()
    assert "read differently" in manager and link not in manager
    assert "read differently" not in client_of(cast.nadia).get(reverse("pipeline:agreement_results")).content.decode()


@pytest.mark.proves("M15")
def test_too_little_says_about_how_much_more(on, cast, now, client_of):
    judged(cast, [(1, 1)] * 5 + [(2, 3)], now=now)
    book = agreeing.books(AgreementSample.objects.visible_to(cast.ada), now=now)[0]
    found = {one.stage.position: one for one in book.stages}
    assert [found[place].missing for place in (1, 2, 5)] == [14, 54, 20]  # 5 of 6 named 1; 1 of 6 named 2; none 5
    assert not book.low
    html = client_of(cast.ada).get(reverse("pipeline:agreement_results")).content.decode()
    assert "not enough yet, about 14 more deals" in html


@pytest.mark.proves("M15")
def test_new_wording_starts_anew_and_a_new_name_does_not(on, cast, stages, now):
    judged(cast, GOOD + MIXED, now=now, at=now - DAY)
    staging.save_stage(stages[1], by=cast.ada, now=now, expect=stages[1].version, label="线索池")
    staging.save_stage(
        stages[3], by=cast.ada, now=now, expect=stages[3].version, meaning={"evidence": "客户书面确认需求清单"}
    )
    found = {
        one.stage.position: one
        for one in agreeing.books(AgreementSample.objects.visible_to(cast.ada), now=now)[0].stages
    }
    assert (found[1].found.n, found[3].found.n, found[4].found.n) == (60, 0, 60)
    assert found[3].missing and found[4].is_low


def test_old_judgements_and_unfinished_ones_do_not_count(on, cast, now):
    judged(cast, GOOD, now=now, at=now - agreeing.BACK - DAY)
    assert agreeing.books(AgreementSample.objects.visible_to(cast.ada), now=now)[0].together.n == 0
    judged(cast, GOOD, now=now)
    AgreementSample.objects.filter(drawn_at=now).update(done_at=None)
    assert agreeing.books(AgreementSample.objects.visible_to(cast.ada), now=now)[0].together.n == 0


def test_the_results_cost_the_same_with_many_judgements(on, cast, now, client_of, django_assert_max_num_queries):
    client, path = client_of(User.objects.get(pk=cast.mia.pk)), reverse("pipeline:agreement_results")
    judged(cast, [(1, 1)], now=now)
    client.get(path)
    with django_assert_max_num_queries(12) as few:
        client.get(path)
    judged(cast, GOOD + MIXED, now=now)
    with django_assert_max_num_queries(12) as many:
        client.get(path)
    assert len(few) == len(many)
