"""The deal's part of a sheet: which deal a row is, what differs, and one set-based write by the deal's own verbs."""

import datetime as dt

from core.periods import at, today
from core.text import plain
from customers.importing import SAME_AS, chunks
from customers.transferring import IMPORT
from exchange.problems import gettext_noop
from exchange.sheets import Part
from pipeline import actions, facts, importing_asks, importing_own, risks
from pipeline.handing import change_deals
from pipeline.holding import hold_customers
from pipeline.importing_asks import other_reason
from pipeline.importing_back import deals_back
from pipeline.models import Deal
from pipeline.moving import Move, closing_fields, move_many
from pipeline.opening import first_stage, open_deals, tell_opened
from pipeline.own import own_fields

SEVERAL = gettext_noop("This customer has %(count)s open deals. Name the deal: %(deals)s.")
NO_SUCH = gettext_noop("This row belongs to a deal that was not found.")
TWICE = gettext_noop("Row %(row)s already tells about this deal, and something else.")
FUTURE = gettext_noop("%(date)s lies in the future: a stage is entered when it happens.")
STAYS = gettext_noop("The deal is in this stage since %(date)s; that date is kept.")
CLOSED = gettext_noop("A deal that is won or lost has no expected close; the date was left out.")
NOT_YOURS = gettext_noop("You may not give this deal to somebody else.")

TOLD = ("stage", "entered", "expected_close", "amount", "key_action", "risk", "deal", "signed_on", "contract_amount")


class DealPart(Part):
    order = 30

    def check(self, records, run):
        telling = (*TOLD, "deal_key", *(one.slug for one in run.once("own of deals", own_fields)))
        told = [r for r in records if any(r.values.get(f) not in (None, "") for f in telling)]
        deals, by_customer = self._deals(told, run)
        seen = {}
        for record in told:
            if (entered := record.values.get("entered")) and entered.day > run.today:
                record.wrong("entered", FUTURE, date=entered.day.isoformat())
            customer, new = record.links.get("customer"), record.links.get("new")
            if customer is None and new is None:
                continue
            deal = self._find(record, deals, by_customer.get(customer.pk, []) if customer else [])
            if record.errors:
                continue
            place = deal.pk if deal else (customer.pk if customer else id(new), plain(record.get("deal", "")))
            if place in seen:
                self._again(record, seen[place])
                continue
            seen[place] = record
            if deal:
                self._compare(record, deal, run)
            else:
                self._open(record, new, run)
        importing_asks.ask(told, run)

    def _deals(self, records, run):
        customers = {r.links["customer"].pk for r in records if r.links.get("customer")}
        keys = {r.values["deal_key"] for r in records if r.values.get("deal_key")}
        rows = Deal.objects.visible_to(run.by).select_related("stage", "rep", "owner", "customer")
        found = {}
        for chunk in chunks(customers):
            found |= {deal.pk: deal for deal in rows.filter(customer_id__in=chunk).order_by("pk")}
        for chunk in chunks(keys - set(found)):
            found |= {deal.pk: deal for deal in rows.filter(pk__in=chunk)}
        by_customer = {}
        for deal in found.values():
            by_customer.setdefault(deal.customer_id, []).append(deal)
        return found, by_customer

    def _find(self, record, deals, mine):
        if key := record.values.get("deal_key"):
            deal = deals.get(key)
            if deal is None or (record.links.get("customer") and deal.customer_id != record.links["customer"].pk):
                record.wrong("_key", NO_SUCH)
                return None
            return deal
        if name := record.get("deal", ""):
            return next((deal for deal in mine if plain(deal.name) == plain(name)), None)
        open_ones = [deal for deal in mine if deal.stage.is_open]
        if len(open_ones) > 1:
            names = [deal.name or str(deal.pk) for deal in open_ones]
            record.wrong("deal" if "deal" in record.values else "customer", SEVERAL, count=len(open_ones), deals=names)
            return None
        return open_ones[0] if open_ones else mine[-1] if mine else None

    def _again(self, record, first):
        fields = [field for field in (*TOLD, "rep", "owner") if record.values.get(field) not in (None, "")]
        if all(record.values[field] == first.values.get(field) for field in fields):
            record.flag("customer", SAME_AS, row=first.number)
        elif record.sheet.slug == "stage-progress":
            record.wrong("customer", TWICE, row=first.number)

    # --- comparing ---

    def _compare(self, record, deal, run):
        record.links["deal"] = deal
        stage, entered = record.values.get("stage"), record.values.get("entered")
        target = stage or deal.stage
        if stage and stage.pk != deal.stage_id:
            if record.change("stage", deal.stage, stage, was=deal.stage_id):
                record.links["to"] = stage
        elif entered and entered.day != today(deal.entered_at):
            record.flag("entered", STAYS, date=today(deal.entered_at).isoformat())
        fields = record.links.setdefault("deal_fields", {})
        close = record.values.get("expected_close")
        if close and not target.is_open:
            record.flag("expected_close", CLOSED)
        elif (
            close
            and close.day != deal.expected_close
            and record.change("expected_close", deal.expected_close or "", close.day, was=deal.expected_close or "")
        ):
            fields["expected_close"] = close.day
        for field in ("amount", "signed_on", "contract_amount"):
            new = record.values.get(field)
            new = new.day if hasattr(new, "day") and field == "signed_on" else new
            if (
                new is not None
                and new != getattr(deal, field)
                and record.change(field, getattr(deal, field) or "", new, was=getattr(deal, field) or "")
            ):
                fields[field] = new
        for field in ("rep", "owner"):
            self._person(record, deal, field, fields, run)
        importing_own.compare(record, deal, run)
        line = record.get("key_action", "")
        if line and line != deal.key_action and record.change("key_action", deal.key_action, line):
            record.links["line"] = line
        if (risk := record.get("risk", "")) and risk != deal.risk and record.change("risk", deal.risk, risk):
            record.links["risk"] = risk

    def _person(self, record, deal, field, fields, run):
        named = record.values.get(field)
        before = getattr(deal, field)
        if named is None or record.sheet.slug != "stage-progress":
            return
        if before and (named.user == before or plain(named.words) == plain(before.name)):
            return
        if (user := run.people.needed(record, field)) is None:
            return
        if run.by.is_rep and before is not None:
            record.may_not(field, NOT_YOURS)
        elif record.change(field, before or "", user):
            fields[field] = user

    # --- new ones ---

    def _open(self, record, new, run):
        stage = record.values.get("stage")
        entered, close = record.values.get("entered"), record.values.get("expected_close")
        target = stage or run.once("first stage", first_stage)
        if close and not target.is_open:
            record.flag("expected_close", CLOSED)
        people = {f: run.people.needed(record, f) for f in ("rep", "owner") if record.values.get(f)}
        if record.errors:
            return
        values = {
            "stage": stage,
            "name": record.get("deal", ""),
            "amount": record.values.get("amount"),
            "expected_close": close.day if close else None,
            "key_action": record.get("key_action", ""),
            "risk": record.get("risk", ""),
            "contract_amount": record.values.get("contract_amount"),
        } | {name: user for name, user in people.items() if user}
        if record.sheet.slug != "stage-progress":
            values.pop("owner", None)
        if entered:
            values["entered_at"] = at(entered.day, dt.time())
            values["key_action_on"] = entered.day
        if target.kind in ("won", "after"):
            signed = record.values.get("signed_on")
            values["signed_on"] = signed.day if signed else entered.day if entered else None
            values["contract_amount"] = values["contract_amount"] or values["amount"]
        if target.kind == "lost":
            values["lost_reason"] = record.values.get("lost_reason") or run.once("lost reason", other_reason)
        values = {name: value for name, value in values.items() if value not in (None, "")}
        values |= importing_own.open_with(record, run)
        record.is_new = True
        if new and not new.row["deal"].get("told"):
            opened = new.row["deal"].get("opened_at")
            new.row["deal"] |= values | {"told": True}
            if opened and entered:
                new.row["deal"]["opened_at"] = min(opened, values["entered_at"])
            record.links["with_customer"] = True
        else:
            record.links["open"] = values

    # --- writing ---

    def write(self, records, run):
        self._note_opened(records, run)
        self._open_more(records, run)
        self._move(records, run)
        self._change(records, run)
        self._say(records, run)
        importing_own.write(records, run)

    def _note_opened(self, records, run):
        mine = {r.links["customer"].pk: r for r in records if r.links.get("with_customer")}
        for chunk in chunks(mine):
            for deal in Deal.objects.filter(customer_id__in=chunk, batch=run.batch):
                mine[deal.customer_id].made.append(
                    ["pipeline.deal", deal.pk, str(mine[deal.customer_id].links["customer"])]
                )

    def _open_more(self, records, run):
        waiting = [record for record in records if record.links.get("open") is not None]
        while waiting:  # a second new deal of one customer in one file waits a round
            once = {record.links["customer"].pk: record for record in reversed(waiting)}
            values = {
                pk: record.links["open"] | {"keep_tag": bool(record.links.get("tag"))} for pk, record in once.items()
            }
            customers = [record.links["customer"] for record in once.values()]
            deals = open_deals(customers, by=run.by, at=run.now, batch=run.batch, values=values)
            tell_opened(deals, by=run.by, now=run.now)
            for deal in deals:
                once[deal.customer_id].made.append(["pipeline.deal", deal.pk, str(deal)])
            done = {id(record) for record in once.values()}
            waiting = [record for record in waiting if id(record) not in done]

    def _move(self, records, run):
        moving = [record for record in records if record.links.get("to")]
        moves = []
        for record in moving:
            deal, entered = record.links["deal"], record.values.get("entered")
            signed, to = record.values.get("signed_on"), record.links["to"]
            record.set.append(["pipeline.deal", deal.pk, "stage", deal.stage_id, to.pk])
            moves.append(
                Move(
                    deal,
                    to,
                    expected=deal.stage_id,
                    entered_at=at(entered.day, dt.time()) if entered else None,
                    signed_on=signed.day if signed else entered.day if entered else run.today,
                    contract_amount=record.values.get("contract_amount") or record.values.get("amount") or deal.amount,
                    lost_reason=(record.values.get("lost_reason") or run.once("lost reason", other_reason))
                    if to.kind == "lost"
                    else None,
                    tag=record.links.get("tag"),
                )
            )
        moved = {d.pk: d for d in move_many(moves, by=run.by, now=run.now, batch=run.batch, force_gate=True)}
        for record in moving:
            record.links["deal"] = moved.get(record.links["deal"].pk, record.links["deal"])

    def _change(self, records, run):
        wanted = []
        for record in records:
            if fields := record.links.get("deal_fields"):
                deal = record.links["deal"]
                if "expected_close" in fields:
                    fields |= closing_fields(deal, fields["expected_close"])
                for name, new in fields.items():
                    old = getattr(deal, deal._meta.get_field(name).attname)
                    record.set.append(
                        [
                            "pipeline.deal",
                            deal.pk,
                            name,
                            None if old is None else str(old),
                            str(getattr(new, "pk", new)),
                        ]
                    )
                wanted.append((deal, fields))
        hold_customers(deal.customer_id for deal, _fields in wanted)
        change_deals(wanted, by=run.by, now=run.now, how=IMPORT)
        if wanted:
            facts.push({deal.customer_id for deal, _fields in wanted})

    def _say(self, records, run):
        lines, opened = [], []
        for record in records:
            deal = record.links.get("deal")
            if line := record.links.get("line"):
                entered = record.values.get("entered")
                day = max(entered.day if entered else run.today, deal.key_action_on or dt.date.min)
                lines.append(actions.Line(deal, min(day, run.today), line))
            if risk := record.links.get("risk"):
                opened.append((deal, None, risk, None))
        actions.add_line_many(lines, by=run.by, now=run.now)
        risks.open_many(opened, by=run.by, now=run.now)

    def take_back(self, batch, run):
        deals_back(batch, run)

