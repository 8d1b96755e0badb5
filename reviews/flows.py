"""Movements of deals between stages, read from the stays as they were known at a moment (D17).

A stay is known at `as_of` when recorded_at ≤ as_of and it was not voided by then; its end is known when
left_recorded_at ≤ as_of. Where a deal came from and went to is the neighbouring stay of the same deal, so that every
stay that ends is counted once, whatever `came_from` says. What a merge of stages carried over is neither further nor
back (kind "merged"). Days are company days (COMPANY_ZONE), moments are aware.
"""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, DateTimeField, F, Q, Value, When

from pipeline.models import StageProgress
from pipeline.playbooks import Playbooks
from reviews.scopes import COMPANY, person_of_deal

TOP = 10


class Stay(NamedTuple):
    """A month of a company has tens of thousands: tuples are made several times as fast as frozen dataclasses."""

    id: int
    deal: int
    stage: int
    came_from: int | None
    entered_at: dt.datetime
    left_at: dt.datetime | None
    team: int | None
    person: int | None
    amount: Decimal | None  # the deal's, now
    signed: Decimal | None  # contract amount
    reason: tuple | None  # why lost: (id, label, English label)

    def stands(self, moment):
        """Whether the deal was in this stay just before `moment` (a boundary belongs to what comes after it)."""
        return self.entered_at < moment and (self.left_at is None or self.left_at >= moment)


class Move(NamedTuple):
    """A deal entering a stage: kind new (from nowhere), reopened (from won or lost), forward, back, won, lost, and
    "closed" for a change among won, after and lost stages that no open stage is part of, "merged" where its stage
    became another one."""

    stay: Stay
    src: object  # StageFact or None
    dst: object
    kind: str

    @property
    def at(self):
        return self.stay.entered_at


class Exit(NamedTuple):
    """The end of a stay in an open stage: kind forward, back, won, lost, merged, or gone (nothing follows)."""

    stay: Stay
    src: object
    kind: str

    @property
    def at(self):
        return self.stay.left_at


def left_known(as_of):
    """`left_at` as it was known at `as_of`, as an expression."""
    unknown = When(left_recorded_at__gt=as_of, then=Value(None, output_field=DateTimeField()))
    return Case(unknown, default=F("left_at"), output_field=DateTimeField())


def known_stays(scope, as_of):
    """The stays of a scope as of a moment, each with `left`, `team` and `person`."""
    return (
        StageProgress.objects.as_of(as_of)
        .filter(scope.deals("deal__"))
        .annotate(left=left_known(as_of), team=F("deal__customer__team_id"), person=person_of_deal("deal__"))
    )


def standing_at(moment):
    """The condition "the deal was in this stay just before the moment"."""
    return Q(entered_at__lt=moment) & (Q(left=None) | Q(left__gte=moment))


class Flows:
    """The stays that touch the period [start, end) and what happened in them. One query.

    `read_from` reads the wins of an earlier stretch as well (the month before), `cut` ends what is known later than the
    period (as_of, or 60 days after it). For sums of money, by `amounts`, come beside them: the stays of deals whose
    price changed that stood at `start` or `end`, and the `TOP` largest open ones at `end`. `then` (reviews/past.py)
    says whose they were on a day gone by: everybody's are read, and what belonged to the scope is kept; the largest are
    found with all that stand (reviews/balance.py).
    """

    def __init__(self, scope, stages, *, start, end, as_of, cut=None, read_from=None, amounts=None, then=None):
        self.stages = {fact.id: fact for fact in stages}
        self.start, self.end, self.read_from = start, end, read_from or start
        self.as_of = as_of
        self.by_deal = {}
        read = self._read(COMPANY if then else scope, cut or as_of, amounts, 0 if then else TOP)
        for stay in then.stays(read) if then else read:
            self.by_deal.setdefault(stay.deal, []).append(stay)
        for stays in self.by_deal.values():
            stays.sort(key=lambda stay: (stay.entered_at, stay.id))
        self.moves, self.exits = defaultdict(list), []  # moves by their kind
        self._merges = Playbooks.load().merges
        self._kinds = {}  # {(stage before or None, stage after): kind}, since there are few and moves are many
        for stays in self.by_deal.values():
            self._walk(stays)

    def _read(self, scope, cut, amounts, top):
        base = known_stays(scope, self.as_of)
        parts = [
            base.filter(entered_at__gte=self.start, entered_at__lt=max(cut, self.end)),
            base.filter(
                entered_at__lt=self.start, left__gte=self.start, left__lt=self.end,
                left_at__gte=self.start, left_at__lt=self.end,  # says nothing new, but has an index
            ),
        ]
        if self.read_from < self.start:
            won = [fact.id for fact in self.stages.values() if fact.is_won]
            earlier = {"entered_at__gte": self.read_from, "entered_at__lt": self.start}
            winners = StageProgress.objects.as_of(self.as_of).filter(stage__in=won, **earlier).order_by()
            since = Q(**earlier) | Q(entered_at__lt=self.read_from, left__gte=self.read_from, left__lt=self.end)
            parts.append(base.filter(since, deal__in=winners.values("deal")))
        if amounts:
            changed = Q(deal__in=amounts.changed)
            parts.append(base.filter(changed & (standing_at(self.start) | standing_at(self.end))))
            if top:
                largest = base.filter(standing_at(self.end), stage__kind="open", deal__amount__isnull=False)
                largest = largest.exclude(changed).order_by("-deal__amount", "deal_id")
                parts.append(base.filter(pk__in=largest.values("pk")[:top]))
        rows = [
            part.order_by().values_list(
                "pk", "deal_id", "stage_id", "came_from_id", "entered_at", "left", "team", "person", "deal__amount",
                "deal__contract_amount", "deal__lost_reason_id", "deal__lost_reason__label",
                "deal__lost_reason__label_en",
            )
            for part in parts
        ]
        found = {row[0]: row for row in rows[0].union(*rows[1:], all=True)}  # a stay may be in several parts
        return (Stay(*row[:10], row[10:] if row[10] else None) for row in found.values())

    def _walk(self, stays):
        for n, stay in enumerate(stays):
            before = stays[n - 1].stage if n else stay.came_from
            dst, src = self.stages.get(stay.stage), self.stages.get(before)
            if stay.entered_at >= self.read_from:
                kind = self._kind(before, stay)
                self.moves[kind].append(Move(stay, src, dst, kind))
            if dst.is_open and stay.left_at is not None and self.start <= stay.left_at < self.end:
                after = stays[n + 1] if n + 1 < len(stays) else None
                known = after and after.stage in self.stages
                self.exits.append(Exit(stay, dst, self._kind(stay.stage, after) if known else "gone"))

    def _kind(self, before, stay):
        """The kind of a move from the stage `before` into this stay."""
        if self._merges and (before, stay.stage, stay.entered_at) in self._merges:
            return "merged"
        pair = before, after = before, stay.stage
        if pair not in self._kinds:
            self._kinds[pair] = move_kind(self.stages.get(before), self.stages[after])
        return self._kinds[pair]

    def entries(self, *kinds, since=None, until=None):
        """Moves of the given kinds within the period (or another stretch that was read)."""
        since, until = since or self.start, until or self.end
        return [m for kind in kinds for m in self.moves.get(kind, ()) if since <= m.stay.entered_at < until]

    def stage_at(self, deal, moment):
        """The stage a deal that moved was in just before `moment`; None before its first stay."""
        before = [stay for stay in self.by_deal[deal] if stay.entered_at < moment]
        return self.stages.get(before[-1].stage) if before else None

    def won(self, since=None, until=None):
        """One winning move a deal: of the deals that entered a won stage from another in the stretch, those that
        still stand as won at its end. Won and taken back is not won; won twice counts once, the last time."""
        until = until or self.end
        last = {move.stay.deal: move for move in sorted(
            self.entries("won", since=since, until=until), key=lambda move: (move.at, move.stay.id)
        )}
        return [m for deal, m in last.items() if (stage := self.stage_at(deal, until)) and stage.is_won]

    def lost(self):
        """One losing move a deal, of those that still stand as lost at the end of the period."""
        last = {move.stay.deal: move for move in sorted(
            self.entries("lost", "lost_after"), key=lambda move: (move.at, move.stay.id)
        )}
        return [m for deal, m in last.items() if (stage := self.stage_at(deal, self.end)) and stage.kind == "lost"]

    def later(self, stay):
        """The stays of a deal after this one, but for those a merge of stages made of the one before."""
        stays = self.by_deal[stay.deal]
        place = stays.index(stay) + 1
        return [now for was, now in zip(stays[place - 1 :], stays[place:], strict=False) if not self.carried(was, now)]

    def carried(self, was, now):
        """Whether a merge of stages made the stay `now` of the stay `was`."""
        return (was.stage, now.stage, now.entered_at) in self._merges


def move_kind(src, dst):
    if dst.is_open:
        if src is None:
            return "new"
        if not src.is_open:
            return "reopened"
        # to another playbook is neither further nor back: it enters that one's line (pipeline.Move.backward)
        return "forward" if dst.playbook != src.playbook or dst.place > src.place else "back"
    if src is not None and not src.is_open and (src.is_won or src.kind == dst.kind):
        return "closed" if dst.kind != "lost" else "lost_after"
    return "lost" if dst.kind == "lost" else "won"
