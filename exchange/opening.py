"""Tables that our own headers do not open: exports of other systems, files of a saved profile, and those that a person
matches by hand (M1)."""

from exchange import known
from exchange.matching import Table, header_key, match
from exchange.sheets import sheet_of

HEAD_WITHIN = 20  # lines in which a header is looked for where no words of it are known


def used_in(table):
    """The indexes of the columns that are imported, alone or as a part of another."""
    return set(table.columns) | {index for _rule, found in table.made for index in found}


def profile_fits(profile, header):
    """Whether a saved profile is for a file with this header: all of its columns are there."""
    keys = {header_key(cell) for cell in header}
    return bool(profile.columns) and keys.issuperset(profile.columns) and sheet_of(profile.sheet) is not None


def columns_by(profile, header):
    """{index: field} of a header by a saved profile."""
    fields, found = sheet_of(profile.sheet).by_field, {}
    for index, cell in enumerate(header):
        name = profile.columns.get(header_key(cell), "")
        if name in fields and name not in found.values():
            found[index] = name
    return found


def by_profile(part, profiles):
    for place, line in enumerate(part.lines[:HEAD_WITHIN]):
        if profile := next((one for one in profiles if profile_fits(one, line.cells)), None):
            columns = columns_by(profile, line.cells)
            rows = [line for line in part.lines[place + 1 :] if not line.is_blank]
            return Table(part.name, profile.sheet, line.number, list(line.cells), columns, rows)
    return None


def as_chosen(part, wanted):
    """The first row with two words or more as the header of the chosen table: its columns are matched by hand."""
    sheet = sheet_of(wanted) if wanted else None
    for place, line in enumerate(part.lines[:HEAD_WITHIN] if sheet else ()):
        if sum(1 for cell in line.cells if cell.strip()) >= 2:
            rows = [line for line in part.lines[place + 1 :] if not line.is_blank]
            columns = {}
            for index, name in match(line.cells, sheet).items():
                if name not in columns.values():
                    columns[index] = name
            return Table(part.name, wanted, line.number, list(line.cells), columns, rows, open=True) if rows else None
    return None


def open_known(part, line, other):
    """Its columns, and behind them a cell for each that is made of several."""
    header, width = list(line.cells), len(line.cells)
    columns, made = known.columns_of(other, header)
    rows = _Made(width, [(rule, found) for _name, rule, found in made])
    for number, (name, _rule, found) in enumerate(made):
        header.append(" + ".join(line.cells[index].strip() for index in found if index is not None))
        columns[width + number] = name
    return Table(part.name, other.sheet, line.number, header, columns, rows, known=other.name, made=rows.made)


class _Made(list):
    """Rows of another system's export, each with the cells that are made of several at its right end."""

    def __init__(self, width, made):
        super().__init__()
        self.width, self.made = width, made

    def append(self, line):
        cells = (line.cells + [""] * self.width)[: self.width]
        more = [known.make(rule, ["" if i is None else cells[i] for i in found]) for rule, found in self.made]
        line.cells = cells + more
        super().append(line)
