"""Stages as an admin changes them (S18): history keeps the name used then."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from activity.models import Event
from core.errors import Conflict, Refused
from pipeline import staging
from pipeline.models import Playbook, Stage, StageProgress
from pipeline.moving import move_to
from pipeline.path import path_of
from pipeline.playbooks import Playbooks
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db
REP = [{"role": "rep"}]


def labels(playbook=None):
    line = (playbook or Playbook.objects.default()).stages.live().order_by("position")
    return [stage.label for stage in line]


@pytest.mark.proves("R39", "R64")
def test_a_renamed_stage_is_renamed_everywhere_and_stays_keep_the_old_name(own, cast, stages, now):
    stage = stages[1]
    staging.save_stage(stage, by=cast.ada, now=now, expect=stage.version, label="线索池", label_en="New lead")
    assert own.deal.stays.get().stage_version.label == "线索获取"
    move_to(own.deal, stages[2], by=cast.alice, now=now)
    assert path_of(own.deal)[0].said == "线索获取"
    with translation.override("en"):
        assert path_of(own.deal)[0].said == "Lead"
    assert (path_of(own.deal)[0].stage.label, stage.history.first().history_user) == ("线索池", cast.ada)
    event = Event.objects.get(verb="pipeline.stage_changed")
    assert (event.data["before"]["label"], event.data["label"]) == ("线索获取", "线索池")
    fresh = make_customer(cast.alice, name="新客户", now=now).deals.get()
    assert fresh.stays.get().stage_version.label == "线索池"


def test_a_stale_form_is_a_conflict(cast, stages, now):
    stage = stages[2]
    staging.save_stage(stage, by=cast.ada, now=now, expect=1, label="沟通中")
    again = Stage.objects.get(pk=stage.pk)
    with pytest.raises(Conflict):
        staging.save_stage(again, by=cast.ada, now=now, expect=1, label="沟通")


def test_duplicate_labels_and_stages_without_duties_are_refused(cast, stages, now):
    with pytest.raises(ValidationError) as wrong:
        staging.save_stage(stages[2], by=cast.ada, now=now, expect=1, label="需求分析", label_en="proposal")
    assert sorted(wrong.value.message_dict) == ["label", "label_en"]
    with pytest.raises(ValidationError):
        staging.save_stage(stages[2], by=cast.ada, now=now, expect=1, duties=[])
    with pytest.raises(ValidationError):
        staging.add_stage(Playbook.objects.default(), by=cast.ada, now=now, duties=[], label="方案预沟通")


@pytest.mark.proves("R39")
def test_a_stage_added_in_the_middle_leaves_history_alone(own, cast, stages, now):
    move_to(own.deal, stages[4], by=cast.alice, now=now)
    before = list(StageProgress.objects.values_list("stage", "entered_at", "left_at"))
    made = staging.add_stage(
        Playbook.objects.default(),
        by=cast.ada,
        now=now,
        duties=REP,
        after=stages[3],
        label="方案预沟通",
        label_en="Pre-talk",
        probability=40,
    )
    assert labels() == [
        "线索获取",
        "初步沟通",
        "需求分析",
        "方案预沟通",
        "方案提交",
        "商务谈判",
        "合同签订",
        "售后跟进",
        "丢单",
    ]
    assert list(StageProgress.objects.values_list("stage", "entered_at", "left_at")) == before
    assert [s.label for s in Playbooks.load().columns(made.playbook_id)][3] == "方案预沟通"
    assert labels(Playbook.objects.get(code="repurchase"))[0] == "需求唤醒"


def test_order_changes_inside_a_kind_only(cast, stages, now):
    staging.shift(stages[2], 1, by=cast.ada, now=now)
    assert labels()[:3] == ["线索获取", "需求分析", "初步沟通"]
    with pytest.raises(Refused):
        staging.shift(Stage.objects.get(pk=stages[5].pk), 1, by=cast.ada, now=now)
    line = [stage.pk for stage in Playbook.objects.default().stages.live().order_by("position")]
    with pytest.raises(Refused):
        staging.reorder(Playbook.objects.default(), [line[-1], *line[:-1]], by=cast.ada, now=now)
    staging.reorder(Playbook.objects.default(), [line[1], line[0], *line[2:]], by=cast.ada, now=now)
    assert labels()[:2] == ["需求分析", "线索获取"]


def test_merge_moves_the_deals_by_recorded_moves_and_keeps_the_stays(own, cast, stages, now):
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    assert staging.merge(stages[3], stages[4], by=cast.ada, now=now) == 1
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[4]
    stays = own.deal.stays.order_by("id").values_list("stage__label", "stage_version__label", "moved_by")
    assert list(stays)[1:] == [("需求分析", "需求分析", cast.alice.pk), ("方案提交", "方案提交", cast.ada.pk)]
    gone = Stage.objects.get(pk=stages[3].pk)
    assert (gone.retired_at, gone.merged_into) == (now, stages[4])
    assert labels() == ["线索获取", "初步沟通", "方案提交", "商务谈判", "合同签订", "售后跟进", "丢单"]
    with pytest.raises(Refused):
        move_to(own.deal, gone, by=cast.alice, now=now, reason="x")


def test_what_cannot_go(own, cast, stages, now):
    for stage in (stages[6], stages["lost"]):
        with pytest.raises(Refused):
            staging.retire(stage, by=cast.ada, now=now)
        with pytest.raises(Refused):
            staging.merge(stage, stages[5], by=cast.ada, now=now)
    with pytest.raises(Refused):  # a deal is in it
        staging.retire(stages[1], by=cast.ada, now=now)
    staging.retire(stages[2], by=cast.ada, now=now)
    assert "初步沟通" not in labels()
    staging.revive(Stage.objects.get(pk=stages[2].pk), by=cast.ada, now=now)
    assert labels()[4] == "初步沟通"


def test_a_changed_limit_reaches_the_customers(own, cast, stages, now):
    staging.save_stage(stages[1], by=cast.ada, now=now, expect=1, stale_days=7)
    own.customer.refresh_from_db()
    assert own.customer.limit_days == 7


def form(stage, **changed):
    data = {
        "key": key(),
        "version": stage.version,
        "label": stage.label,
        "label_en": stage.label_en,
        "short": stage.short,
        "short_en": stage.short_en,
        "default_tag": stage.default_tag,
        "probability": stage.probability,
        "stale_days": "",
        "duty_roles": ["rep"],
        "definition": "定义",
        "definition_en": "",
        "evidence": "",
        "evidence_en": "",
    }
    return data | changed


def test_the_setup_page_renames_in_both_languages(cast, stages, client_of):
    client, url = client_of(cast.ada), f"/setup/stages/{stages[2].pk}"
    assert client.get(url).status_code == 200
    saved = client.post(url, form(stages[2], label="深度沟通", label_en="Deep talk"))
    assert saved.status_code == 302
    stage = Stage.objects.get(pk=stages[2].pk)
    assert (stage.label, stage.label_en) == ("深度沟通", "Deep talk")
    assert client.post(url, form(stage, label="需求分析")).status_code == 422
    assert client.post(url, form(stage, duty_roles=[])).status_code == 422
    assert client.post(url, form(stage, short="三个汉字")).status_code == 422
    page = client.get("/pipeline").content.decode()
    assert "Deep talk" in page


def test_the_setup_verbs_are_for_admins(cast, stages, client_of):
    urls = [f"/setup/stages/{stages[2].pk}{verb}" for verb in ("", "/shift", "/retire", "/merge")]
    for person in (cast.alice, cast.mia, cast.sam):
        for url in urls:
            assert client_of(person).post(url, {"key": key()}).status_code == 403, url
    client = client_of(cast.ada)
    assert client.get(urls[1]).status_code == 405
    assert client.post(urls[1], {"key": key(), "way": "down"}).status_code == 302
    assert client.get(urls[3]).status_code == 200
    assert client.post(urls[3], {"key": key(), "into": stages[3].pk}).status_code == 302
    assert Stage.objects.get(pk=stages[2].pk).merged_into == stages[3]
    assert client.post("/setup/stages/new", form(stages[2], label="预沟通", label_en="Pre-talk")).status_code == 302


@pytest.mark.proves("R14")
def test_the_process_page_draws_every_stage_with_its_people(own, cast, client_of, django_assert_max_num_queries):
    html = client_of(cast.alice).get("/process").content.decode()
    for words in ("Lead", "Negotiation", "Sales manager", "Exit evidence", "1 deal"):
        assert words in html
