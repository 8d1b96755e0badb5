"""What pipeline pushes down to customers, and the tag that a customer's deals imply (D10, D11)."""

from collections import defaultdict

from core import periods
from customers.facts import DealFacts, deal_columns, note_deals, write_columns
from customers.tagging import set_tags, write_tags
from pipeline.models import Deal

RANK = {"prospect": 1, "interested": 2, "hot": 3, "won": 4}


def deals_of(customer_ids):
    """{customer id: [row, …]} of every deal of these customers: the columns that facts and tags are made of."""
    rows = defaultdict(list)
    found = Deal.objects.filter(customer_id__in=list(customer_ids)).values(
        "id", "customer_id", "stage__kind", "stage__default_tag", "stage__stale_days", "amount", "opened_at"
    )
    for row in found.iterator(chunk_size=2000):
        rows[row["customer_id"]].append(row)
    return rows


def around(deals):
    """{customer id: [row, …]} for deals about to move: a question only where a customer has others beside it, or
    counts one that was opened while this move waited for the customer."""
    alone = {
        deal.customer_id: [_row(deal)] for deal in deals
        if not deal.has_siblings and deal.customer.open_deals == deal.stage.is_open
    }
    others = {deal.customer_id for deal in deals} - set(alone)
    return alone | (deals_of(others) if others else {})


def moved(rows, deals):
    """The rows of around() as they are after these deals moved."""
    now = {deal.pk: _row(deal) for deal in deals}
    return {customer: [now.get(row["id"], row) for row in mine] for customer, mine in rows.items()}


def _row(deal):
    stage = deal.stage
    return {
        "id": deal.pk, "customer_id": deal.customer_id, "stage__kind": stage.kind, "amount": deal.amount,
        "stage__default_tag": stage.default_tag, "stage__stale_days": stage.stale_days, "opened_at": deal.opened_at,
    }


def push(customer_ids, *, rows=None):
    """Open deals, open money, smallest stage limit of the open deals, day of the first deal; one write for the list."""
    rows = deals_of(customer_ids) if rows is None else rows
    note_deals({pk: _facts(rows.get(pk, [])) for pk in customer_ids})
    return rows


def _facts(deals):
    mine = [row for row in deals if row["stage__kind"] == "open"]
    limits = [row["stage__stale_days"] for row in mine if row["stage__stale_days"] is not None]
    return DealFacts(
        open_deals=len(mine),
        open_amount=sum(row["amount"] or 0 for row in mine),
        limit_days=min(limits, default=None),
        opened_on=min((periods.today(row["opened_at"]) for row in deals), default=None),
    )


def implied_tag(deals):
    """The tag of a customer by its deals (D11), or "": won once any is won; else the highest of its open deals' stage
    tags; lost only when none is open and none was won. `deals` are rows with stage__kind and stage__default_tag."""
    kinds = {row["stage__kind"] for row in deals}
    if kinds & {"won", "after"}:
        return "won"
    tags = [row["stage__default_tag"] for row in deals if row["stage__kind"] == "open"]
    tags = [tag for tag in tags if tag in RANK]
    if tags:
        return max(tags, key=RANK.get)
    return "lost" if kinds == {"lost"} else ""


def tag_after(current, before, after):
    """The customer's new tag when its deals implied `before` and now imply `after`. What a person raised stays
    raised, what a person lowered stays lowered until the deals rise (D11)."""
    if after in ("", current):
        return current
    if after in ("won", "lost") or current in ("won", "lost", before):
        return after
    if RANK[current] > RANK[after]:
        return current
    return after if RANK[after] > RANK.get(before, 0) else current


def follow_tags(changes, *, by, now, why="deal"):
    """set_tags for the customers whose tag really changes; `changes` is a list of (customer, tag)."""
    wanted = [(customer, tag) for customer, tag in changes if tag and tag != customer.tag]
    if wanted:
        set_tags(wanted, by=by, now=now, why=why)
    return wanted


def follow(customers, rows, tags, *, by, now, why):
    """push() and follow_tags() for customers read in this transaction, each in one statement: only columns that say
    something else now are written, with the tag where it changes. Returns the events of the tags, unsaved."""
    facts = {pk: _facts(of) for pk, of in rows.items()}
    columns = deal_columns({customer.pk: customer for customer in customers}, facts)
    wanted = [(customer, tag) for customer, tag in tags if tag and tag != customer.tag]
    changed, events = write_tags(wanted, by=by, now=now, why=why, beside=columns) if wanted else ([], [])
    tagged = {customer.pk for customer in changed}
    write_columns([(customer, columns[customer.pk]) for customer in customers if customer.pk not in tagged])
    return events
