"""The monthly review in heads and tables: what we had, what came, what left, why, what next (S15)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reviews.contracts import PART_WORDS
from reviews.frozen import thawed
from reviews.telling import Cell, Head, Row, Section, loss_section, named, place_sections, rate_section, stages_of

TAGS = {"prospect": lambda: _("Prospect"), "interested": lambda: _("Interested"), "won": lambda: pgettext("tag", "Won")}


def month_heads(reading):
    figures = reading.figures
    signed, time, before = figures["signed"], figures["time"], figures["before"]
    aim = _("of %(target)s") % {"target": Cell(signed["target"], "money").said} if signed["target"] else _("No target")
    fresh = figures["new_customers"]
    fresh_aim = _("of %(target)s") % {"target": int(float(fresh["target"]))} if fresh["target"] else ""
    heads = [
        Head(_("Won amount"), Cell(signed["value"], "money", {"of": "won"}), aim),
        Head(_("Attained"), Cell(signed["share"], "share")),
        Head(_("Time elapsed"), Cell(time["share"], "share"),
             _("%(gone)s of %(days)s working days") % {"gone": time["gone"], "days": time["days"]}),
        Head(_("On the month before"), Cell(before["change"], "change"), Cell(before["signed"], "money").said),
        Head(_("New customers"), Cell(fresh["value"], behind={"of": "new_customers"}), fresh_aim),
        Head(_("Deals won"), Cell(figures["won"]["count"], behind={"of": "won"})),
        Head(_("Deals lost"), Cell(figures["lost"]["count"], behind={"of": "lost"})),
    ]
    if "payments" in figures:  # a switch (D28)
        paid = figures["payments"]
        heads.append(Head(_("Payments"), Cell(paid["amount"], "money", {"of": "payments"}),
                          ngettext("%(n)s payment", "%(n)s payments", paid["count"]) % {"n": paid["count"]}))
    return heads


def month_sections(reading):
    sections = [balance_section(reading), money_section(reading), rate_section(reading, with_matured=True)]
    if "dwell" in reading.figures:  # months frozen before it was counted have none
        sections.append(dwell_section(reading))
    sections += [tag_section(reading), loss_section(reading), top_section(reading)]
    if reading.figures.get("contract"):
        sections.append(contract_section(reading))
    return sections + place_sections(reading, month_columns(paid="payments" in reading.figures))


def balance_section(reading):
    """Every line adds up; columns of their own for steps back and for merged stages where there were any."""
    figures = reading.figures
    names, balance = stages_of(figures), figures["balance"]
    lines, total = balance["stages"], balance["total"]
    back = any(line["back_in"] or line["back_out"] for line in lines)
    merged = any(line.get("merged_in") or line.get("merged_out") for line in lines)  # older months have no such part
    gone = any(line["gone"] for line in lines)
    columns = [("opening", _("Opening")), ("entered", _("+ entered"))]
    if back:
        columns += [("back_in", _("+ stepped back in")), ("back_out", _("− stepped back out"))]
    if merged:
        columns += [("merged_in", _("+ from a merged stage")), ("merged_out", _("− stage merged"))]
    columns += [("moved_on", _("− moved on")), ("lost", _("− lost"))]
    if gone:
        columns.append(("gone", _("− gone")))
    columns.append(("closing", _("= closing")))
    rows = [
        Row(
            reading.books.label(line["stage"], named(names[line["stage"]])),
            [Cell(line[key], behind={"of": "lost_from" if key == "lost" else key, "stage": line["stage"]},
                  strong=key == "closing") for key, _t in columns],
            pip=names[line["stage"]],
        )
        for line in lines if reading.books.shows(line["stage"])
    ]
    if reading.books.chosen is not None:  # the last line is of all playbooks: what goes over is in none of them alone
        return Section("balance", _("Balance of deals"), [_("Stage"), *(title for _k, title in columns)], rows)
    totals = {
        "opening": Cell(total["opening"], behind={"of": "opening"}, strong=True),
        "entered": Cell(total["new"] + total["reopened"], behind={"of": "new"}, strong=True),
        "moved_on": Cell(total["won"], behind={"of": "won_from"}, strong=True),
        "lost": Cell(total["lost"], behind={"of": "lost_from"}, strong=True),
        "gone": Cell(total["gone"], behind={"of": "gone"}, strong=True),
        "closing": Cell(total["closing"], behind={"of": "closing"}, strong=True),
    }
    rows.append(Row(_("Open, all"), [totals.get(key, Cell("", "text")) for key, _t in columns], total=True))
    note = _("In the last line: entered is new or reopened, moved on is won.")
    if total["reopened"]:
        note = _("In the last line: entered is new or reopened (%(n)s reopened), moved on is won.") % {
            "n": total["reopened"]
        }
    return Section("balance", _("Balance of deals"), [_("Stage"), *(title for _k, title in columns)], rows, note=note)


def money_section(reading):
    money = reading.figures["balance"]["money"]
    columns = [
        ("opening", _("Opening"), "opening"), ("new", _("+ new"), "new"), ("repriced", _("+ re-priced"), ""),
        ("won", _("− won"), "won_from"), ("lost", _("− lost"), "lost_from"),
    ]
    if float(money["gone"]):
        columns.append(("gone", _("− gone"), "gone"))
    columns.append(("closing", _("= closing"), "closing"))
    cells = [
        Cell(money[key], "money", {"of": of} if of else None, strong=key == "closing") for key, _t, of in columns
    ]
    note = _("Re-priced is every change of amount while a deal was open, and what signing added or took away.")
    return Section(
        "money", _("The same in money"), [_("CNY"), *(title for _k, title, _o in columns)],
        [Row(_("Open, all"), cells, total=True)], note=note,
    )


def dwell_section(reading):
    """How long deals stay in each stage; the median opens the stays it is made of."""
    names, rows = stages_of(reading.figures), []
    for line in reading.figures["dwell"]:
        if not reading.books.shows(line["stage"]):
            continue
        counts = [("stays", "stays"), ("left", "stays_left"), ("open", "stays_open")]
        median, kind = line["median"], "days"
        if line["stays"] and median is None:
            median, kind = _("too few") if line["thin"] else _("not reached"), "text"
        cells = [Cell(median, kind, {"of": "stays", "stage": line["stage"]}, strong=True)]
        cells.append(Cell(interval_said(line), "text"))
        cells += [Cell(line[key], behind={"of": of, "stage": line["stage"]}) for key, of in counts]
        stage = names[line["stage"]]
        rows.append(Row(reading.books.label(line["stage"], named(stage)), cells, pip=stage))
    head = [
        _("Stage"), pgettext("stay", "Median"), _("95 % interval"), _("Stays"), pgettext("stay", "Ended"),
        pgettext("stay", "Still open"),
    ]
    note = _(
        "Median by the Kaplan–Meier curve: by then half of the stays had ended, whichever way. A stay still open "
        "counts as not yet ended, one that was there before the month from the age it had on the first day. Not "
        "reached: more than half last longer than anybody was seen."
    )
    return Section("dwell", _("Time in a stage"), head, rows, note=note, empty=_("Nobody was in a stage."))


def interval_said(line):
    """6–14, or from 6 on where the upper bound is open; nothing without a lower one."""
    if line["low"] is None or line["thin"]:
        return ""
    if line["high"] is None:
        return _("%(n)s or more") % {"n": line["low"]}
    return f"{line['low']}–{line['high']}"


def tag_section(reading):
    rows = [
        Row(
            _("%(from)s → %(to)s") % {"from": TAGS[line["from"]](), "to": TAGS[line["to"]]()},
            [Cell(line["entered"], behind={"of": "tag_entered", "word": line["from"]}),
             Cell(line["reached"], behind={"of": "tag_reached", "word": line["from"]}),
             Cell(line["rate"], "share", strong=True)],
        )
        for line in reading.figures["tags"]
    ]
    return Section(
        "tags", _("Conversion by tag"), [_("Tags"), _("Became so"), _("Went on"), _("Conversion")], rows,
        note=_("Customers that got the tag in the month, and how many of them have reached the next one or beyond."),
    )


def top_section(reading):
    """The ten largest open deals of the month's end; one the reader may not open has no name."""
    stages, rows = stages_of(reading.figures), []
    for line in reading.figures["top"]:
        deal, stage = reading.top_deals.get(line["deal"]), stages[line["stage"]]
        label = " · ".join(filter(None, [deal.customer.name, deal.name])) if deal else _("Not visible to you")
        cells = [Cell(f"{stage['position']} {named(stage)}", "words"), Cell(line["amount"], "money", strong=True)]
        rows.append(Row(label, cells, url=reverse("customer", args=[deal.customer_id]) if deal else ""))
    return Section(
        "top", _("Top ten open deals"), [_("Customer"), _("Stage"), _("Amount")], rows,
        empty=_("No open deal with an amount."),
    )


def density(sections):
    """How close the lines of the one page stand, 0–2: the balance, below it the rates beside the top ten, the tags
    beside the reasons of losses. At most so many lines fit on A4 at each step (tests/browser/test_paper.py)."""
    lines = {section.slug: len(section.rows) for section in sections}
    side = [max(lines.get(a, 0), lines.get(b, 0)) for a, b in (("rates", "top"), ("tags", "lost"))]
    return sum(sum([lines.get("balance", 0), *side]) > most for most in (28, 36))


def contract_section(reading):
    """The month-start contract as it was when the month closed (M6): day one, what changed, the end, the target."""
    contract = thawed(reading.scope, reading.figures["contract"])

    def number(name, deals):
        return Cell(deals, url=contract_url(reading, name) if deals else "")

    rows = [Row(_("Likely on day one"), [number("first", contract.due), Cell(contract.first, "money")], total=True)]
    rows += [
        Row(PART_WORDS[part](), [number(part, deals), Cell(value, "money")]) for part, deals, value in contract.parts
    ]
    rows.append(Row(_("Likely at the end"), [Cell("", "text"), Cell(contract.now, "money", strong=True)], total=True))
    if contract.target is not None:
        rows += [
            Row(_("Target"), [Cell("", "text"), Cell(contract.target, "money")]),
            Row(_("Missing to the target") if contract.gap > 0 else _("Above the target"),
                [Cell("", "text"), Cell(abs(contract.gap), "money", url=contract_url(reading))], total=True),
        ]
    return Section(
        "contract", _("Month-start contract"), [_("What changed"), _("Deals"), _("CNY")], rows,
        note=_("As it was when the month closed. The contract's page has it beside what it would say today."),
    )


def contract_url(reading, name=""):
    """The page of the contract, or the list behind one of its figures."""
    url = reverse(f"reviews:contract{'_lines' if name else ''}", args=[reading.period.code])
    return f"{url}?scope={reading.scope.code}" + (f"&of={name}" if name else "")


def month_columns(*, paid):
    columns = [(_("Payments"), lambda line: Cell(line["paid"], "money", {"of": "payments"}), True)] if paid else []
    return [
        (_("Opening"), lambda line: Cell(line["opening"], behind={"of": "opening"}), True),
        (_("New deals"), lambda line: Cell(line["new"], behind={"of": "new"}), True),
        (_("Deals won"), lambda line: Cell(line["won"], behind={"of": "won"}), True),
        (_("Deals lost"), lambda line: Cell(line["lost"], behind={"of": "lost"}), True),
        (_("Closing"), lambda line: Cell(line["closing"], behind={"of": "closing"}), True),
        (_("New customers"), lambda line: Cell(line["customers"], behind={"of": "new_customers"}), True),
        (_("Won amount"), lambda line: Cell(line["value"], "money", {"of": "won"}), True),
        (_("Target"), lambda line: Cell(line["target"], "money"), True),
        (_("Attained"), lambda line: Cell(line["share"], "share", strong=True), True),
        *columns,
    ]
