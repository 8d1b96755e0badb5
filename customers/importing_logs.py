"""The follow-up's part: one conversation a row, or many dated lines in one cell (D12, D46, D48).

A logged follow-up is never rewritten by an import: its author has 24 hours, later a correction is appended (R24).
"""

import datetime as dt

from core.periods import at, today
from core.text import plain
from customers import facts
from customers.datewords import plan_in
from customers.importing import SAME_AS, chunks
from customers.importing_back import follow_ups_back
from customers.logging import Entry, log_many
from customers.models import FollowUp, Need, NextStep
from exchange import parsing
from exchange.problems import Wrong, gettext_noop
from exchange.sheets import Part

NO_DATE = gettext_noop("What was said has no date.")
FUTURE = gettext_noop("%(date)s lies in the future: a follow-up has already happened.")
OLD = gettext_noop("%(date)s is more than ten years ago.")
NOT_REWRITTEN = gettext_noop("A logged follow-up is not changed by an import: correct it on the customer's page.")
NO_SUCH = gettext_noop("This row belongs to a follow-up that was not found.")
NOBODY_TALKED = gettext_noop("Nobody is named who talked to the customer.")
PLAN_YEAR = gettext_noop("No year was given in the plan: %(date)s was chosen.")
YEAR_CHOSEN = gettext_noop("No year was given: %(date)s was chosen.")

NOON = dt.time(12)
NEED = 300


class Said:
    """One conversation a row tells of."""

    def __init__(self, day, text, *, time=None, methods=(), need="", next_text="", purpose=""):
        self.day, self.text, self.time, self.methods = day, text, time, methods
        self.need, self.next_text, self.purpose, self.next_words = need, next_text, purpose, ""

    def plan(self, next_text, next_words):
        """What comes next, out of a column of plans and one of days (下次跟进), which may hold words as well."""
        self.next_words = next_words.strip()
        said = "" if parsing.only_a_date(self.next_words) else self.next_words
        self.next_text = "；".join(dict.fromkeys(filter(None, [next_text, said])))

    def next_day(self):
        """The parsing.Day of the plan, on or after the day of the talk, or None: a whole cell, a date in its words, or
        下周三 where the day is asked for."""
        found = parsing.date_in(self.next_text, from_day=self.day)
        if not self.next_words:
            return found
        if parsing.only_a_date(self.next_words):
            return parsing.date(self.next_words, today=self.day, from_day=self.day)
        found = parsing.date_in(self.next_words, from_day=self.day) or found
        said = None if found else plan_in(self.next_words, self.day)
        return found or said and parsing.Day(said[0].day)

    def key(self, customer):
        # Without words two conversations of one day are told apart by how and what for.
        return (customer, self.day, squeezed(self.text) or f"{sorted(self.methods)} {plain(self.purpose)}")

    def happened_at(self, now):
        moment = at(self.day, self.time or NOON)
        return min(moment, now) if self.day == today(now) else moment


class FollowUpPart(Part):
    order = 20

    def check(self, records, run):
        self._existing(records, run)
        seen = {}
        for record in records:
            said = self._said(record, run)
            if record.errors or (said is None and not record.values.get("follow_up_key")):
                continue
            self._settle(record, said or [], seen, run)

    def _said(self, record, run):
        """The conversations of a row, or None when the row tells only about the customer."""
        if record.values.get("log_lines"):
            return self._lines(record, run)
        day, text = record.values.get("happened"), record.get("text", "")
        if day is None:
            told = text or any(record.get(name) for name in ("next_text", "next_on", "methods", "need"))
            if told and not record.errors:
                record.wrong("happened", NO_DATE)
            return None
        self._check_day(record, "happened", day.day, run)
        one = Said(
            day.day,
            text,
            time=day.time,
            methods=record.get("methods", ()),
            need=record.get("need", ""),
            purpose=record.get("purpose", ""),
        )
        one.plan(record.get("next_text", ""), record.get("next_on", ""))
        return [one]

    def _lines(self, record, run):
        said = []
        for words, text in record.values["log_lines"]:
            try:
                day = parsing.date(words, today=run.today)
            except Wrong as problem:
                record.wrong("log_lines", problem.message, **problem.values)
                continue
            if day.year_chosen:
                record.flag("log_lines", YEAR_CHOSEN, date=day.day.isoformat())
            self._check_day(record, "log_lines", day.day, run)
            said.append(Said(day.day, text))
        if said:  # the row's plan follows from what was said last
            max(said, key=lambda one: one.day).plan(record.get("next_text", ""), record.get("next_on", ""))
        return said

    def _check_day(self, record, field, day, run):
        if day > run.today:
            record.wrong(field, FUTURE, date=day.isoformat())
        elif (run.today - day).days > 3653:
            record.flag(field, OLD, date=day.isoformat())

    # --- against what is there ---

    def _existing(self, records, run):
        customers = {r.links["customer"].pk for r in records if r.links.get("customer")}
        keys = {r.values["follow_up_key"] for r in records if r.values.get("follow_up_key")}
        found = []
        for chunk in chunks(customers):
            found += FollowUp.objects.filter(customer_id__in=chunk, voided_at=None).select_related("talked_by")
        known = {follow_up.pk: follow_up for follow_up in found}
        rows = FollowUp.objects.visible_to(run.by).filter(voided_at=None).select_related("talked_by", "customer")
        for chunk in chunks(keys - set(known)):
            known |= {follow_up.pk: follow_up for follow_up in rows.filter(pk__in=chunk)}
        needs = {}
        for chunk in chunks(known):
            for pk, text in Need.objects.filter(follow_up__in=chunk).values_list("follow_up", "text"):
                needs.setdefault(pk, []).append(text)
        by_key = {}
        for one in known.values():
            by_key.setdefault(as_said(one, needs).key(one.customer_id), one)
        run.shared["logs"] = known, needs, by_key

    def _settle(self, record, said, seen, run):
        customer, new = record.links.get("customer"), record.links.get("new")
        subject = customer.pk if customer else id(new)
        if key := record.values.get("follow_up_key"):
            self._same_as_logged(record, key, said[0] if said else None, run)
            return
        fresh, by_key = [], run.shared["logs"][2]
        for one in said:
            place = one.key(subject)
            if place in by_key and customer:
                record.links["follow_up"] = by_key[place]
            elif place in seen:
                record.flag("happened", SAME_AS, row=seen[place])
            else:
                seen[place] = record.number
                fresh.append(one)
        if not fresh:
            return
        talked_by = run.people.needed(record, "rep") if record.values.get("rep") else None
        if record.errors:
            return
        owner = customer.owner if customer else new and new.row["owner"]
        record.links["talked_by"] = talked_by or owner or run.by
        record.links["said"], record.is_new = fresh, True
        if new:
            earliest = min(one.day for one in fresh)
            opened = min(at(earliest, dt.time()), new.row["deal"].get("opened_at") or run.now)
            new.row["deal"]["opened_at"] = new.row["deal"]["entered_at"] = opened

    def _same_as_logged(self, record, key, said, run):
        known, needs, _by_key = run.shared["logs"]
        logged = known.get(key)
        if logged is None or (record.links.get("customer") and record.links["customer"].pk != logged.customer_id):
            record.wrong("_key", NO_SUCH)
            return
        before = as_said(logged, needs)
        if said is None:
            return
        differs = [
            ("happened", before.day, said.day),
            ("text", squeezed(before.text), squeezed(said.text)),
            ("methods", set(before.methods), set(said.methods)),
            ("need", squeezed(before.need), squeezed(said.need)),
            ("next_text", squeezed(before.next_text), squeezed(said.next_text)),
            ("purpose", plain(before.purpose), plain(said.purpose)),
        ]
        for field, old, new in differs:
            if old != new:
                record.may_not(field, NOT_REWRITTEN)

    def take_back(self, batch, run):
        follow_ups_back(batch, run)

    # --- writing ---

    def write(self, records, run):
        pairs = [(record, one) for record in records for one in record.links.get("said", [])]
        pairs.sort(key=lambda pair: pair[1].day)
        entries = [self._entry(record, one, run) for record, one in pairs]
        follow_ups = log_many(entries, by=run.by, now=run.now, batch=run.batch)
        for (record, _one), follow_up in zip(pairs, follow_ups, strict=True):
            record.made.append(["customers.followup", follow_up.pk, str(follow_up)])
        settle_steps(follow_ups, run)

    def _entry(self, record, said, run):
        plan = said.next_day()
        contact = record.links.get("contact")
        return Entry(
            customer=record.links["customer"],
            talked_by=record.links["talked_by"],
            happened_at=said.happened_at(run.now),
            time_known=said.time is not None,
            text=said.text,
            methods=said.methods,
            purpose=said.purpose,
            contact=contact if contact and contact.pk else None,
            needs=tuple(("need", None, text) for text in need_lines(said.need)),
            next_text=said.next_text,
            next_on=plan.day if plan else None,
            next_time=plan.time if plan else None,
            year_chosen=bool(plan and plan.year_chosen),
            source="import",
        )


def settle_steps(follow_ups, run):
    """A plan that a later conversation of the customer came up to is settled: kept by its day, else missed."""
    made = list(NextStep.objects.open().filter(batch=run.batch).order_by("pk")) if follow_ups else []
    if not made:
        return
    talks = {}
    logs = FollowUp.objects.counted().filter(customer__in={step.customer_id for step in made}, outcome="talked")
    for pk, customer, happened in logs.order_by("happened_at", "pk").values_list("pk", "customer", "happened_at"):
        talks.setdefault(customer, []).append((today(happened), pk))
    own = {follow_up.pk: today(follow_up.happened_at) for follow_up in follow_ups}
    closed = []
    for step in made:
        later = (
            (day, pk)
            for day, pk in talks[step.customer_id]
            if pk != step.follow_up_id and day >= max(step.due_on, own[step.follow_up_id])
        )
        if found := next(later, None):
            step.closed_at, step.kept_by_id = run.now, found[1]
            step.closed_as = NextStep.ClosedAs.KEPT if found[0] == step.due_on else NextStep.ClosedAs.MISSED
            closed.append(step)
    NextStep.objects.bulk_update(closed, ["closed_at", "closed_as", "kept_by"], batch_size=500)
    customers = {f.customer_id: f.customer for f in follow_ups}
    facts.refresh_steps([customers[pk] for pk in {step.customer_id for step in closed}])


def as_said(follow_up, needs):
    return Said(
        today(follow_up.happened_at),
        follow_up.text,
        methods=tuple(c for c in follow_up.methods.split(",") if c),
        need="\n".join(needs.get(follow_up.pk, [])),
        next_text=follow_up.next_text,
        purpose=follow_up.purpose,
    )


def need_lines(text):
    """A cell of needs as rows of at most 300 characters: nothing is dropped."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [line[i : i + NEED] for line in lines for i in range(0, len(line), NEED)]


def squeezed(text):
    """A text as compared: case, width, space and line breaks do not make another conversation of it."""
    return "".join(plain(text).split())
