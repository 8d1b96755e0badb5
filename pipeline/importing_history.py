"""Another system's opportunities as deals with a past: the stay that begins with the engage date, and its end.

An opportunity is known by its identifier, kept in Deal.custom["opportunity_id"], so that a file that comes again opens
nothing twice. What the file does not say is not made up: a row without a customer, an opportunity that is closed and
has no day of its close, and one that closed before it began are errors of their rows; a deal that is still open and has
no day to begin with stands in its stage from the day of the import, and its row says so. Of a deal that is here
already only the close is taken; how far people have brought it here stands.
"""

import datetime as dt

from core.asked import number
from core.periods import at
from core.text import plain
from customers.importing import SAME_AS
from exchange.problems import gettext_noop
from exchange.sheets import Part
from pipeline.importing_asks import LOST_UNSAID, other_reason
from pipeline.importing_back import deals_back
from pipeline.models import Deal
from pipeline.moving import Move, move_many
from pipeline.opening import first_stage, open_rows, tell_opened

NO_CLOSE = gettext_noop("“%(stage)s” needs the day of the close.")
STILL_OPEN = gettext_noop("“%(stage)s” is an open stage, but there is a day of the close.")
BEFORE = gettext_noop("Closed on %(closed)s, before it began on %(engaged)s.")
FUTURE = gettext_noop("%(date)s lies in the future.")
TWICE = gettext_noop("Row %(row)s already tells about this opportunity, and something else.")
NO_START = gettext_noop("No day to begin with: it stands in “%(stage)s” from the day of the import.")
ONLY_CLOSE = gettext_noop("No day to begin with: only the close is kept.")
NO_VALUE = gettext_noop("Won without a value: the amount stays empty.")
STANDS = gettext_noop("The deal is in “%(stage)s” here; the file does not change that.")
OTHER_VALUE = gettext_noop("The deal is worth %(value)s here; the file does not change that.")

KEY, PRODUCT = "opportunity_id", "product"  # in Deal.custom
CHUNK = 2000
TOLD = ("customer", "stage", "engaged", "closed", "amount", "product")


class OpportunityPart(Part):
    order = 30

    def check(self, records, run):
        known, seen = self._known(records, run), {}
        self.began_in = began_in(records) or run.once("first stage", first_stage)
        for record in records:
            key = record.get("opportunity", "")
            if record.errors or not key:
                continue
            if key in seen:
                self._again(record, seen[key])
                continue
            seen[key] = record
            if self._dates_are_wrong(record, run):
                continue
            if deal := known.get(key):
                self._compare(record, deal)
            else:
                self._open(record, run)

    def _known(self, records, run):
        """{identifier: deal} of those that are here already."""
        keys = {record.values.get("opportunity") for record in records}
        deals = Deal.objects.visible_to(run.by).filter(custom__has_key=KEY).select_related("stage", "customer")
        return {deal.custom[KEY]: deal for deal in deals if deal.custom[KEY] in keys}

    def _again(self, record, first):
        if all(record.values.get(name) == first.values.get(name) for name in TOLD):
            record.links.clear()
            record.is_new = False
            record.flag("opportunity", SAME_AS, row=first.number)
        else:
            record.wrong("opportunity", TWICE, row=first.number)

    def _dates_are_wrong(self, record, run):
        stage, engaged, closed = (record.values.get(name) for name in ("stage", "engaged", "closed"))
        if stage.is_open and closed:
            record.wrong("closed", STILL_OPEN, stage=stage.label)
        elif not stage.is_open and not closed:
            record.wrong("closed", NO_CLOSE, stage=stage.label)
        elif engaged and closed and closed < engaged:
            record.wrong("closed", BEFORE, closed=closed.isoformat(), engaged=engaged.isoformat())
        for name in ("engaged", "closed"):
            if (day := record.values.get(name)) and day > run.today:
                record.wrong(name, FUTURE, date=day.isoformat())
        return bool(record.errors)

    def _compare(self, record, deal):
        """Only the close of a deal that is open here is taken."""
        record.links["deal"] = deal
        stage, amount = record.values["stage"], record.values.get("amount")
        if deal.stage.is_open and not stage.is_open:
            if record.change("stage", deal.stage, stage, was=deal.stage_id):
                record.links["to"] = stage
        elif deal.stage_id != stage.pk:
            record.flag("stage", STANDS, stage=deal.stage.label)
        elif stage.kind == "won" and amount is not None and amount != deal.contract_amount:
            record.flag("amount", OTHER_VALUE, value=str(deal.contract_amount or "–"))

    def _open(self, record, run):
        stage, engaged, closed = (record.values.get(name) for name in ("stage", "engaged", "closed"))
        rep = run.people.needed(record, "rep")
        if record.errors:
            return
        amount, key, product = record.values.get("amount"), record.values["opportunity"], record.get("product", "")
        values = {
            "stage": stage,
            "name": f"{product} {key}".strip()[:120],
            "rep": rep,
            "owner": rep,
            "custom": {KEY: key} | ({PRODUCT: product} if product else {}),
            "amount": None if stage.kind == "lost" and not amount else amount,  # 0 of a lost one: nothing came of it
        }
        if began := closed or engaged:
            values["entered_at"] = at(began, dt.time())
        else:
            record.flag("engaged", NO_START, stage=stage.label)
        if closed and engaged:
            values["before"] = [(self.began_in, at(engaged, dt.time()))]
            values["opened_at"] = at(engaged, dt.time())
        elif closed:
            record.flag("engaged", ONLY_CLOSE)
        if stage.kind == "won":
            values |= {"signed_on": closed, "contract_amount": amount}
            if amount is None:
                record.flag("amount", NO_VALUE)
        if stage.kind == "lost":
            values["lost_reason"] = run.once("lost reason", other_reason)
            record.flag("stage", LOST_UNSAID, reason=str(values["lost_reason"]))
        record.is_new = True
        new = record.links.get("new")
        if new and not new.row["deal"].get("told"):
            new.row["deal"] |= {name: value for name, value in values.items() if value is not None} | {"told": True}
            record.links["with_customer"] = True
        else:
            record.links["open"] = values

    def write(self, records, run):
        self._note_opened(records, run)
        waiting = [record for record in records if record.links.get("open")]
        for start in range(0, len(waiting), CHUNK):
            part = waiting[start : start + CHUNK]
            pairs = [(record.links["customer"], record.links["open"]) for record in part]
            deals = open_rows(pairs, by=run.by, at=run.now, batch=run.batch)
            tell_opened(deals, by=run.by, now=run.now)
            for record, deal in zip(part, deals, strict=True):
                record.made.append(["pipeline.deal", deal.pk, str(deal)])
        self._close(records, run)

    def _note_opened(self, records, run):
        """The deals that came with their customers."""
        mine = {r.links["customer"].pk: r for r in records if r.links.get("with_customer")}
        for deal in Deal.objects.filter(customer_id__in=mine, batch=run.batch) if mine else ():
            mine[deal.customer_id].made.append(["pipeline.deal", deal.pk, str(deal)])

    def _close(self, records, run):
        moves = []
        for record in records:
            if to := record.links.get("to"):
                deal, closed = record.links["deal"], record.values["closed"]
                record.set.append(["pipeline.deal", deal.pk, "stage", deal.stage_id, to.pk])
                moves.append(
                    Move(
                        deal,
                        to,
                        expected=deal.stage_id,
                        entered_at=max(at(closed, dt.time()), deal.entered_at),
                        signed_on=closed,
                        contract_amount=record.values.get("amount"),
                        reason=run.source,
                        lost_reason=run.once("lost reason", other_reason) if to.kind == "lost" else None,
                    )
                )
        move_many(moves, by=run.by, now=run.now, batch=run.batch, force_gate=True)

    def take_back(self, batch, run):
        deals_back(batch, run)


def began_in(records):
    """The stage an opportunity was in from its engage date until its close: the furthest open one the file names."""
    stages = [record.values["stage"] for record in records if record.values.get("stage")]
    return max((stage for stage in stages if stage.is_open), key=lambda stage: stage.position, default=None)


def order_of_days(texts):
    """ "mdy" or "dmy" of days such as 10/20/2016, as all of a file together show it; "" when they may be either, or
    say both."""
    pairs = [plain(text).split("/")[:2] for text in texts if text.count("/") == 2]
    pairs = [(number(a), number(b)) for a, b in pairs]
    pairs = [pair for pair in pairs if None not in pair]
    first, second = any(a > 12 for a, _b in pairs), any(b > 12 for _a, b in pairs)
    return "" if first == second else "dmy" if first else "mdy"
