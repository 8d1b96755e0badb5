"""What else a quarter's tuning looks at (S16): stages nobody stays in, labels never used, the phrases people take, and
the phrases of their talks that no word of the dictionary says yet."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Q

from core.text import plain
from customers.models import Customer, FollowUp, Need, Phrase, Topic, TopicWord
from pipeline.models import Stage, StageProgress
from reviews.models import Themes

STAY = dt.timedelta(days=1)  # shorter, a deal only passes through
WEEKS = 3  # a phrase that rose in so many weeks of the quarter is worth a word
MOST = 10


@dataclass(frozen=True)
class StageUse:
    """An open stage in use: stays that reach into the quarter, and those of them that lasted a day or more."""

    stage: Stage
    stays: int
    long: int


def stages(user, period, *, now):
    """Every open stage in use with its StageUse, in order. One query and one of the stays."""
    end = min(period.ends_at, now)
    there = StageProgress.objects.visible_to(user).filter(_reaches(period), voided_at=None)
    lasted = Q(left_at=None, entered_at__lte=end - STAY) | Q(left_at__gte=F("entered_at") + STAY)
    rows = there.order_by().values("stage").annotate(stays=Count("pk"), long=Count("pk", filter=lasted))
    counted = {row["stage"]: row for row in rows}
    live = Stage.objects.visible_to(user).live().filter(kind=Stage.Kind.OPEN, playbook__is_active=True)
    none = {"stays": 0, "long": 0}
    return [
        StageUse(one, *map(counted.get(one.pk, none).get, ("stays", "long")))
        for one in live.order_by("playbook", "position")
    ]


def stays_in(user, period, stage):
    """[(deal, when, None)]: the stays of a stage that reach into the quarter."""
    there = StageProgress.objects.visible_to(user).filter(_reaches(period), voided_at=None, stage=stage)
    return [(deal, at, None) for deal, at in there.order_by("-entered_at", "-pk").values_list("deal", "entered_at")]


def _reaches(period):
    return Q(entered_at__lt=period.ends_at) & (Q(left_at=None) | Q(left_at__gte=period.starts_at))


def unused_labels(user, period):
    """(needs and objections nobody ticked in the quarter, tags that no customer has now)."""
    ticked = Need.objects.visible_to(user).filter(
        follow_up__entered_at__gte=period.starts_at, follow_up__entered_at__lt=period.ends_at, topic__isnull=False
    )
    used = set(ticked.order_by().values_list("topic", flat=True).distinct())
    topics = Topic.objects.filter(retired_at=None).order_by("kind", "position", "pk")
    rows = Customer.objects.visible_to(user).filter(merged_into=None)
    tags = set(rows.order_by().values_list("tag", flat=True).distinct())
    return [one for one in topics if one.pk not in used], [tag for tag in Customer.Tag.values if tag not in tags]


def phrases(user, period):
    """[(phrase, logs of the quarter that hold its words, whether one before it is taken less)] in the order offered."""
    offered = list(Phrase.objects.filter(retired_at=None))
    counts = {f"p{one.pk}": Count("pk", filter=says(one)) for one in offered}
    talks = talks_of(user, period).order_by()
    said = talks.aggregate(**counts) if counts else {}
    found, least = [], None
    for one in offered:
        n = said[f"p{one.pk}"]
        found.append((one, n, least is not None and n > least))
        least = n if least is None else min(least, n)
    return found


def says(phrase):
    """The condition that a log holds what one tap on the phrase writes, in either language."""
    found = Q(text__contains=phrase.label)
    return found | Q(text__contains=phrase.label_en) if phrase.label_en else found


def talks_of(user, period):
    talks = FollowUp.objects.visible_to(user).counted().filter(customer__merged_into=None)
    return talks.filter(entered_at__gte=period.starts_at, entered_at__lt=period.ends_at)


def phrase_talks(user, period, phrase):
    """[(follow-up, when, None)] behind the count of a phrase."""
    rows = talks_of(user, period).filter(says(phrase)).order_by("-entered_at", "-pk")
    return [(pk, at, None) for pk, at in rows.values_list("pk", "entered_at")]


def untaught(period, scope):
    """[(phrase, weeks)] that rose in at least three weeks of the quarter and that no word of the dictionary says, by
    the company's weekly themes (reviews/mining.py) or those of the reader's own `scope`."""
    first, last = period.first, period.last
    weeks = {f"{year}-W{week:02d}" for year, week, _day in
             ((first + dt.timedelta(days=n)).isocalendar() for n in range((last - first).days + 1))}  # fmt: skip
    rows = Themes.objects.of(scope).filter(period__in=weeks).values_list("found", flat=True)
    risen = Counter(theme["phrase"] for found in rows for theme in found)
    often = {phrase: n for phrase, n in risen.items() if n >= WEEKS}
    known = set(TopicWord.objects.in_use().filter(key__in=[plain(one) for one in often]).values_list("key", flat=True))
    left = [(phrase, n) for phrase, n in often.items() if plain(phrase) not in known]
    return sorted(left, key=lambda pair: (-pair[1], pair[0]))[:MOST]
