"""A merge of stages is no progress: every figure of the month and the week is as it was, but for where the deals of the
stage stand now, which the balance tells in columns of its own (S18, R37)."""

import datetime as dt

import pytest

from core.periods import period_of, read_period
from pipeline import staging
from pipeline.changes import changed_between
from pipeline.models import Deal, Stage, StageProgress
from pipeline.moving import Move, move_many
from pipeline.playbooks import Playbooks
from reviews.behind import Asked, behind
from reviews.contract import PARTS, Ends, contract_of, is_inside
from reviews.figures import monthly, weekly
from reviews.opening import take_opening
from reviews.scopes import COMPANY, read_stages
from tests.lanes import shared
from tests.reviews.test_contract import CHANCES, Month
from tests.reviews.world import HOUR, World, moment

pytestmark = pytest.mark.django_db
APRIL = read_period("2024-04")
MERGED = moment(dt.date(2024, 4, 24), 12)
WEEK = period_of("week", dt.date(2024, 4, 24))


class Spring(Month):
    """A world that goes on until nine days before the merge: what is recorded late or undone is done with by then."""

    def __init__(self, cast, seed):
        World.__init__(self, cast, seed, last=dt.date(2024, 4, 15), customers=26)
        for stage, chance in zip(self.open, CHANCES, strict=True):
            Stage.objects.filter(pk=stage.pk).update(probability=chance)
        for deal in Deal.objects.order_by("pk"):
            self.expect(deal)
        for stay in StageProgress.objects.filter(left_at=None, voided_at=None).select_related("deal"):
            stay.deal.stage_id, stay.deal.entered_at, stay.deal._history_date = stay.stage_id, stay.entered_at, MERGED
            stay.deal.save()


def told(cast, as_of):
    month, stages = monthly(APRIL, COMPANY, as_of=as_of), read_stages()
    ends = Ends(COMPANY, APRIL, stages, as_of=as_of)
    contract = contract_of(ends, COMPANY, is_inside(COMPANY), None)
    pieces = {part: [] for part in PARTS}
    for piece in contract.pieces:
        pieces[piece.part].append(piece.deal)  # what each is worth goes by the chance of the stage it stands in now
    week = weekly(WEEK, COMPANY, as_of=as_of)
    changes = changed_between(cast.ada, APRIL.starts_at, as_of, Playbooks.load().stages)
    return {
        "lines": {line["stage"]: line for line in month["balance"]["stages"]},
        "totals": (month["balance"]["total"], month["balance"]["money"]),
        "rates": ({r["stage"]: r for r in month["rates"] if r["entered"]}, week["moves"], week["places"]),
        "dwell": {line["stage"]: line for line in month["dwell"]},
        "contract": pieces,
        "changes": {kind: (deals, worth) for kind, _words, deals, worth, _open in changes.lines},
    }


@pytest.mark.proves("R37", "R39")
@pytest.mark.parametrize("seed", shared(range(4)))
def test_figures_do_not_jump_when_a_stage_is_merged(cast, seed):
    """The fullest stage in the middle, into the next one with an even seed, into the one before with an odd one."""
    world = Spring(cast, seed)
    take_opening(now=APRIL.starts_at)
    before = told(cast, MERGED)
    place = max((1, 2, 3), key=lambda n: before["lines"][world.open[n].pk]["closing"])
    old, new = world.open[place], world.open[place + (1 if seed % 2 == 0 else -1)]
    moved = staging.merge(Stage.objects.get(pk=old.pk), Stage.objects.get(pk=new.pk), by=cast.ada, now=MERGED + HOUR)
    after = told(cast, MERGED + 2 * HOUR)
    standing = before["lines"][old.pk]["closing"]
    assert moved >= standing > 0  # archived or merged customers' deals move, and are in no figure
    expected = {stage: dict(line) for stage, line in before["lines"].items()}
    expected[old.pk] |= {"merged_out": standing, "closing": 0}
    expected[new.pk] |= {"merged_in": standing, "closing": before["lines"][new.pk]["closing"] + standing}
    assert after["lines"] == expected
    assert (after["totals"], after["rates"], after["changes"]) == (before["totals"], before["rates"], before["changes"])
    for name in ("left", "stays"):
        assert after["dwell"][old.pk][name] == before["dwell"][old.pk][name]
    rated = after["contract"].pop("rated")
    assert before["contract"].pop("rated") == [] and after["contract"] == before["contract"]
    assert set(rated) <= set(
        StageProgress.objects.filter(came_from=old, stage=new, entered_at=MERGED + HOUR).values_list("deal", flat=True)
    )
    for name, stage in (("merged_out", old), ("merged_in", new)):
        found = behind(
            APRIL, COMPANY, Asked(of=name, stage=stage.pk), as_of=MERGED + 2 * HOUR, stages=read_stages(), settings={}
        )
        assert len(found.lines) == standing


@pytest.mark.proves("R37")
def test_what_goes_on_after_a_merge_went_on_from_the_stage_it_had_entered(cast):
    world = Spring(cast, 1)
    old, new, beyond = world.open[2:5]
    staging.merge(Stage.objects.get(pk=old.pk), Stage.objects.get(pk=new.pk), by=cast.ada, now=MERGED)
    before = told_rate(old)
    asked = Asked(of="rate_open", stage=old.pk)
    cohort = behind(APRIL, COMPANY, asked, as_of=MERGED, stages=read_stages(), settings={}).lines
    deal = Deal.objects.filter(pk__in=[line[0] for line in cohort], stage=new).first()
    move_many([Move(deal, Stage.objects.get(pk=beyond.pk), key_action="谈价")], by=cast.ada, now=MERGED + HOUR)
    assert told_rate(old) == (before[0], before[1] + 1)


def told_rate(stage):
    found = monthly(APRIL, COMPANY, as_of=MERGED + 2 * HOUR)["rates"]
    return next((line["entered"], line["on"]) for line in found if line["stage"] == stage.pk)
