"""Proposals for a sheet of targets: a parent split among its parts, or the parts taken together. Nothing is saved: the
numbers are put into the cells, and the person saves them (S17)."""

from decimal import Decimal

from reviews.aiming import WHOLE

HOWS = ("equal", "share", "sum", "months")


def propose(sheet, how, name, *, before=None):
    """Put a proposal into the cells for one cell: "equal" and "share" split it among the parts below it (share: by
    what they attained the period before, `before(column, scope)` → number), "months" a quarter among its months,
    "sum" takes what the parts aim at. Returns the cells it filled; none when there is nothing to split."""
    row, place = find(sheet, name)
    if row is None or not row.cells[place].column.summed:
        return []
    cell = row.cells[place]
    if how == "sum":
        below = [wanted(part.cells[place]) or Decimal(0) for part in row.parts]
        return fill([cell], [sum(below, Decimal(0))]) if below else []
    whole = wanted(cell)
    parts = row.cells[1:] if how == "months" else [part.cells[place] for part in row.parts]
    if how == "months" and (place or sheet.period.kind != "quarter"):
        return []
    parts = [part for part in parts if part.editable]
    if whole is None or not parts:
        return []
    shares = [before(cell.column, part.scope) for part in parts] if how == "share" and before else []
    return fill(parts, split(whole, shares if any(shares) else [1] * len(parts), step=step_of(cell.column)))


def find(sheet, name):
    for row in sheet.rows:
        for place, cell in enumerate(row.cells):
            if cell.name == name and cell.editable:
                return row, place
    return None, 0


def wanted(cell):
    """What stands in a cell: as typed when it can be read, else what is saved."""
    try:
        return cell.column.read(cell.shown)
    except ValueError:
        return None


def fill(cells, values):
    for cell, value in zip(cells, values, strict=True):
        if value != cell.value:
            cell.text = cell.column.typed(value)
    return cells


def step_of(column):
    """The smallest part: one customer or deal, one yuan."""
    return Decimal(1) if column.metric in WHOLE or column.is_money else Decimal("0.01")


def split(whole, shares, *, step):
    """`whole` in parts by shares, each a multiple of `step`, what is left over to the largest remainders; the parts add
    up to the whole exactly (what is smaller than a step goes to the first)."""
    total = Decimal(sum(Decimal(share) for share in shares))
    units = int(whole / step)
    exact = [units * Decimal(share) / total for share in shares]
    parts = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: units - sum(parts)]:
        parts[n] += 1
    found = [part * step for part in parts]
    found[0] += whole - sum(found)
    return found
