"""How far rep and manager agree on each stage, corrected for chance, from the judgements both have given (M15)."""

import datetime as dt
from dataclasses import dataclass
from math import ceil

from pipeline.kappa import Kappa, folded, kappa
from pipeline.models import AgreementJudgement, StageVersion
from pipeline.playbooks import Playbooks

LEAST = 20  # deals both have judged: with fewer the interval says nothing
LEAST_NAMED = 10  # of them, deals one of both put into this stage
RARE = 200
LIMIT = 0.6  # agreement below it is no more than moderate (Landis and Koch 1977)
BACK = dt.timedelta(weeks=26)  # older judgements are about other people and another market
MEANING = ("definition", "definition_en", "evidence", "evidence_en")


@dataclass(frozen=True)
class Agreement:
    """One stage: `named` deals that one of both put there, the Kappa of "here or elsewhere"; `since` is the day from
    which its wording is what it is now: earlier judgements were about other words."""

    stage: object
    named: int
    found: Kappa
    since: dt.datetime | None

    @property
    def missing(self):
        """About how many more deals must be judged before something can be said, at the rate so far; 0: enough."""
        if self.found.n >= LEAST and self.named >= LEAST_NAMED:
            return 0
        rate = self.named / self.found.n if self.named else 0
        more = ceil((LEAST_NAMED - self.named) / rate) if rate else LEAST
        return max(more, LEAST - self.found.n)

    @property
    def is_rare(self):
        """So seldom named that a number of deals would be no promise."""
        return self.missing > RARE

    @property
    def is_low(self):
        """Not only chance: even the upper end of the interval is below the limit."""
        return not self.missing and self.found.value is not None and self.found.high < LIMIT

    @property
    def percent(self):
        """Observed agreement as a share, None when nothing was judged."""
        return self.found.observed


@dataclass(frozen=True)
class Book:
    """The stages of a playbook, and all of them at once."""

    playbook: object
    stages: list
    together: Kappa
    unsure: int  # answers "cannot be told", which count nowhere

    @property
    def low(self):
        return [one for one in self.stages if one.is_low]


def books(samples, *, now):
    """A Book for each active playbook, from samples that came through their gate. Two queries."""
    given = AgreementJudgement.objects.filter(
        sample__in=samples.filter(done_at__isnull=False, drawn_at__gte=now - BACK)
    ).values_list("sample", "sample__rep", "judge", "stage", "at")
    pairs = {}
    for sample, rep, judge, stage, at in given:
        pairs.setdefault(sample, {})["rep" if judge == rep else "manager"] = (stage, at)
    pairs = [(both["rep"], both["manager"]) for both in pairs.values() if len(both) == 2]
    meaning = _meant_since()
    return [_book(playbook, pairs, meaning) for playbook in Playbooks.load().active]


def _book(playbook, pairs, meaning):
    line = [stage for stage in playbook.line if stage.is_open]
    ids = {stage.pk for stage in line}
    mine = [pair for pair in pairs if {pair[0][0], pair[1][0]} & ids]
    sure = [pair for pair in mine if pair[0][0] in ids and pair[1][0] in ids]
    stages = [_agreement(stage, sure, meaning.get(stage.pk)) for stage in line]
    order = {stage.pk: place for place, stage in enumerate(line)}
    table = [[0] * len(line) for _stage in line]
    for one, other in sure:
        table[order[one[0]]][order[other[0]]] += 1
    return Book(playbook, stages, kappa(table), len(mine) - len(sure))


def _agreement(stage, pairs, since):
    """Pairs both of which were given under the present wording of the stage."""
    fresh = [(one[0], other[0]) for one, other in pairs if since is None or min(one[1], other[1]) >= since]
    table = folded(fresh, stage.pk)
    return Agreement(stage, sum(map(sum, table)) - table[1][1], kappa(table), since)


def _meant_since():
    """{stage id: since when its definition and exit evidence read as they do now}, without those that always did; a new
    name alone changes nothing."""
    since, words = {}, {}
    for row in StageVersion.objects.order_by("since", "id").values("stage", "since", *MEANING):
        now = tuple(row[name] for name in MEANING)
        if words.setdefault(row["stage"], now) != now:
            words[row["stage"]], since[row["stage"]] = now, row["since"]
    return since
