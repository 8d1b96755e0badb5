"""The agenda of a weekly meeting, frozen when it starts (M4, R30): what was promised, then rep by rep his own page and
his deals that need the team: quiet without a plan, overdue, held, at risk, slipped, closing soon, won.

An agenda is JSON of facts, not of sentences: every reader sees it in his language. thaw() gives it back as values.
"""

import datetime as dt
from decimal import Decimal

from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from accounts.models import User
from core.periods import period_of, today
from customers.models import Customer, FollowUp, NextStep
from customers.staleness import Rule, state_of
from pipeline.models import CardNote, Deal, StageProgress
from pipeline.promises import state_of_promises

FLAGS = ("quiet", "overdue", "hold", "risk", "slipped", "closing", "good")
MOST = 12  # deals of a person; the rest is a click away
WEEK = dt.timedelta(days=7)


def freeze(team, *, since, now, before=None):
    """{"items": [...], "since", "until"}: everything the meeting goes through, as it is at `now`. `since` is when the
    team last met (a week ago the first time), `before` that Meeting. A fixed number of queries whatever the team."""
    on = today(now)
    people = list(User.objects.sellers().filter(team=team).order_by("pinyin", "pk"))
    deals = deals_of(team, on, since)
    named = {person.pk for person in people}
    others = User.objects.filter(pk__in={deal["user"] for deal in deals} - named - {None}).order_by("pinyin", "pk")
    people += list(others)
    pages = pages_of(people, team, since=since, now=now)
    items = [promises(before, on)] if before and before.items.exists() else []
    for person in [*people, None]:
        mine = [deal for deal in deals if deal["user"] == (person.pk if person else None)]
        if person and (person.pk in named or mine):
            page, rest = pages[person.pk], [deal["deal"] for deal in mine[MOST:]]
            items.append(page | {"more": len(rest), "rows": page["rows"] | {"more": rest}})
        items += mine[:MOST]
    return {"items": items, "since": since.isoformat(), "until": (on + WEEK).isoformat()}


def promises(meeting, on):
    rows = list(meeting.items.select_related("owner", "deal__customer"))
    state = state_of_promises(rows, on)
    return {"kind": "promises", "user": None, "week": meeting.week, "lines": [
        {"item": row.pk, "what": row.kind, "text": row.text, "who": row.owner.name if row.owner else "",
         "due": _iso(row.due_on), "about": row.deal.customer.name if row.deal else "", "state": state[row.pk],
         "customer": row.deal.customer_id if row.deal else None}
        for row in rows
    ]}  # fmt: skip


def pages_of(people, team, *, since, now):
    """{user id: his page}: done since the last meeting, planned for next week, Monday to Sunday. Only what is about
    customers of `team`: what else a person does is not for its meeting (D2)."""
    on, who = today(now), [person.pk for person in people]
    talks = FollowUp.objects.counted().filter(customer__team=team)
    talks = talks.filter(talked_by__in=who, entered_at__gte=since, entered_at__lte=now)
    moves = StageProgress.objects.standing().filter(deal__customer__team=team)
    moves = moves.filter(
        moved_by__in=who, came_from__isnull=False, recorded_at__gte=since, recorded_at__lte=now, stage__kind="open"
    )
    won = Deal.objects.filter(customer__team=team, owner__in=who, won_at__gte=since, won_at__lte=now)
    wins, worth = {}, {}
    signed = Coalesce("contract_amount", "amount")
    for owner, pk, value in won.order_by("won_at", "pk").values_list("owner", "pk", signed):
        wins.setdefault(owner, []).append(pk)
        worth[owner] = worth.get(owner, 0) + (value or 0)
    logs, moved = _keys(talks, "talked_by", "happened_at"), _keys(moves, "moved_by", "entered_at")
    steps = {}
    for step in plans_of(who, team, on):
        steps.setdefault(step.owner_id, []).append(
            {"on": step.due_on.isoformat(), "text": step.text, "customer": step.customer.name}
        )
    return {
        person.pk: {
            "kind": "rep", "user": person.pk, "name": person.name, "logs": len(logs.get(person.pk, ())),
            "moves": len(moved.get(person.pk, ())), "won": len(wins.get(person.pk, ())),
            "won_amount": _money(worth.get(person.pk, 0)), "since": since.isoformat(),
            "rows": {
                name: rows.get(person.pk, []) for name, rows in (("logs", logs), ("moves", moved), ("won", wins))
            },
            "plan": steps.get(person.pk, []), "until": period_of("week", on).next().last.isoformat(),
        }
        for person in people
    }


def plans_of(who, team, on, *, after=None):
    """Open own steps at the team's customers: those of the week after the day `on`, Monday to Sunday; with `after` the
    ones made since that moment, whenever they are due."""
    steps, week = NextStep.objects.open().filter(customer__team=team, owner__in=who, kind="ours"), period_of("week", on)
    if after:
        steps = steps.filter(made_at__gt=after, due_on__gte=on)
    else:
        steps = steps.filter(due_on__range=(week.next().first, week.next().last))
    return steps.select_related("customer").order_by("due_on", "id")


def conditions(on, since, rule):
    """What brings a deal to the meeting: {flag: condition}, the most urgent first."""
    open_ones = Q(stage__kind="open")
    earlier = Deal.history.filter(id=OuterRef("pk"), history_date__lte=since).order_by("-history_date", "-history_id")
    slipped = Q(slips__gt=Coalesce(Subquery(earlier.values("slips")[:1]), Value(0)))
    return {
        "quiet": open_ones & Q(customer__in=Customer.objects.quiet(on, rule).values("pk")),
        "overdue": open_ones & Q(customer__next_step_on__lt=on),
        "hold": open_ones & Q(pk__in=CardNote.objects.filter(kind="hold", until=None).values("deal")),
        "risk": open_ones & ~Q(risk=""),
        "slipped": open_ones & Q(slips__gt=0) & slipped,
        "closing": open_ones & Q(expected_close__lte=on + WEEK),
        "good": Q(stage__kind__in=["won", "after"], won_at__gte=since),
    }


def deals_of(team, on, since):
    """The deals of a team that need it, most urgent first, as facts."""
    rule = Rule.load()
    whens = conditions(on, since, rule)
    yes, no = Value(True), Value(False)
    rows = (
        Deal.objects.filter(customer__team=team, customer__archived_at=None, customer__merged_into=None)
        .filter(Q(stage__kind="open") | whens["good"])
        .annotate(**{f"is_{name}": Case(When(condition, then=yes), default=no) for name, condition in whens.items()})
        .annotate(person=Coalesce("owner", "rep", "customer__owner"))
        .filter(Q(*[(f"is_{name}", True) for name in FLAGS], _connector=Q.OR))
    )
    ranked = sorted(
        rows.order_by().values_list("pk", "person", "amount", *[f"is_{name}" for name in FLAGS]),
        key=lambda row: (row[3:].index(True), -(row[2] or 0), row[0]),
    )
    flags = {row[0]: [name for name, on_it in zip(FLAGS, row[3:], strict=True) if on_it] for row in ranked}
    count, chosen = {}, []
    for pk, person, *_rest in ranked:
        count[person] = count.get(person, 0) + 1
        if count[person] <= MOST:
            chosen.append((pk, person))
    facts = facts_of([pk for pk, _person in chosen], on, rule)
    full = [facts[pk] | {"user": person, "flags": flags[pk]} for pk, person in chosen]
    left = [{"user": person, "deal": pk} for pk, person, *_rest in ranked if pk not in facts]
    return full + left


def facts_of(keys, on, rule):
    """{deal id: the facts the meeting looks at}, in four queries."""
    last = FollowUp.objects.counted().contacts().filter(customer=OuterRef("customer")).order_by("-happened_at", "-id")
    step = NextStep.objects.open().filter(customer=OuterRef("customer"), kind="ours").order_by("due_on", "id")
    found = (
        Deal.objects.filter(pk__in=keys).select_related("customer", "stage", "owner", "rep")
        .annotate(
            last_text=Subquery(last.values("text")[:1]), last_at=Subquery(last.values("happened_at")[:1]),
            step_text=Subquery(step.values("text")[:1]),
        )
    )
    holds, waits = {}, {}
    standing = CardNote.objects.filter(deal__in=keys, kind__in=["hold", "waiting"], until=None)
    for note in standing.order_by("since", "id"):
        words = [note.words, note.words_en, note.link]
        if note.kind == CardNote.Kind.HOLD:
            holds[note.deal_id] = words
        else:
            waits.setdefault(note.deal_id, []).append(words)
    return {deal.pk: _facts(deal, on, rule, holds.get(deal.pk), waits.get(deal.pk, [])) for deal in found}


def _facts(deal, on, rule, hold, waits):
    customer, quiet = deal.customer, state_of(deal.customer, on, rule)
    return {
        "kind": "deal", "deal": deal.pk, "customer": customer.pk, "deal_name": deal.name, "name": customer.name,
        "tag": customer.tag, "stage": deal.stage_id, "position": deal.stage.position, "label": deal.stage.label,
        "label_en": deal.stage.label_en, "days": (on - today(deal.entered_at)).days,
        "amount": _money(deal.amount if deal.contract_amount is None else deal.contract_amount),
        "close": _iso(deal.expected_close), "slips": deal.slips, "owner_name": str(deal.owner or deal.rep or ""),
        "last": (deal.last_text or "")[:120], "last_on": _iso(deal.last_at and today(deal.last_at)),
        "step_on": _iso(customer.next_step_on), "step": deal.step_text or "", "risk": deal.risk, "hold": hold,
        "waits": waits,
        "quiet": quiet.days if quiet.listed else None,
    }  # fmt: skip


COMPARED = ("stage", "amount", "close", "owner_name", "step_on", "risk", "tag", "hold")


def changes_of(item, deal_facts):
    """[(name, then, now)] of what became different since the agenda was frozen (R30). Of a hold only that it is there:
    its words tell the hours, and those pass by themselves."""
    now = deal_facts.get(item["deal"])
    if now is None:
        return []
    words = {"stage": words_of_stage, "hold": lambda facts: bool(facts["hold"])}
    return [
        (name, words[name](item) if name in words else item[name], words[name](now) if name in words else now[name])
        for name in COMPARED
        if (bool(item[name]) != bool(now[name]) if name == "hold" else item[name] != now[name])
    ]


def words_of_stage(facts):
    label = facts["label_en"] if (get_language() or "").startswith("en") and facts["label_en"] else facts["label"]
    return f"{facts['position']} {label}"


def thaw(value):
    """An item of the agenda with its days, moments and money as values again."""
    made = dict(value)
    for name in ("close", "last_on", "step_on", "until", "due", "on"):
        if made.get(name):
            made[name] = dt.date.fromisoformat(made[name])
    if made.get("since"):
        made["since"] = dt.datetime.fromisoformat(made["since"])
    for name in ("amount", "won_amount"):
        if made.get(name) is not None:
            made[name] = Decimal(made[name])
    for name in ("plan", "lines"):
        if name in made:
            made[name] = [thaw(one) for one in made[name]]
    return made


def _keys(rows, who, at):
    """{person: the keys of his rows, in order}: the figure is how many, and the list behind it is these."""
    found = {}
    for person, pk in rows.order_by(at, "pk").values_list(who, "pk"):
        found.setdefault(person, []).append(pk)
    return found


def _iso(day):
    return day.isoformat() if day else None


def _money(amount):
    return None if amount is None else str(Decimal(amount).quantize(Decimal("0.01")))
