"""A row that went out and came back is compared three ways: as it left, as it stands here now, as the file has it (M1).

A cell the file did not touch takes what is here now, so that nobody's work of the meantime is put back. A cell that was
changed on both sides is a conflict: it stays as it is here until the person accepts it. What no import may change, and
a cell that was emptied, is said beside it. All by the very rows an export would hold for this person now: nothing is
read that he may not see.
"""

from django.conf import settings
from django.utils.translation import get_language, override

from exchange import keys
from exchange.problems import Wrong, gettext_noop
from exchange.reading import cell_text
from exchange.records import Record
from exchange.sheets import KEY

COPIED = gettext_noop("The hidden key of row %(row)s again: this row was copied. Delete its key to add a new row.")
SAME_AS = gettext_noop("The same as row %(row)s: counted once.")
EMPTIED = gettext_noop("An empty cell takes nothing away: empty it on the record's own page.")
FIXED = gettext_noop("An import does not change this of a record that is there: change it on its own page.")
CHUNK = 1000


def compare(records, run):
    """Before the cells are read: which of them the file changed, and against what. Returns the records to go on with;
    a second row of one key is told apart."""
    first, by_sheet = {}, {}
    for record in records:
        record.key = keys.opened(record.row.text_of(KEY), record.sheet.slug) if record.sheet.records else None
        if record.key is None:
            continue
        place = (record.sheet.slug, record.key.letter, record.key.pk)
        if other := first.get(place):
            _copied(record, other)
        else:
            first[place] = record
            by_sheet.setdefault(record.sheet.slug, []).append(record)
    for mine in by_sheet.values():
        sheet = mine[0].sheet
        now = _now(sheet, {record.key.pk for record in mine}, run)
        _in_other_words(sheet, mine, now, run)
        for record in mine:
            if record.key.pk in now:
                _compare(record, *now[record.key.pk])
        _name_who(sheet, [record for record in mine if record.conflicts], run)
    return [record for record in records if not record.copy_of]


def _copied(record, other):
    record.copy_of = other.number
    if record.row.cells.get("v") == other.row.cells.get("v"):
        record.flag(KEY, SAME_AS, row=other.number)
    else:
        record.wrong(KEY, COPIED, row=other.number)


def _now(sheet, pks, run):
    """{pk: (version, {field: text})} as an export of these records would be now, for whoever imports."""
    found, pks = {}, sorted(pks)
    for start in range(0, len(pks), CHUNK):
        rows = sheet.records(run.by).filter(pk__in=pks[start : start + CHUNK])
        for key, values in sheet.rows(run.by, rows):
            pk, version = key[1:].split(".")
            found[int(pk)] = (int(version), {c.field: cell_text(values.get(c.field)) for c in sheet.columns})
    return found


def _in_other_words(sheet, records, now, run):
    """An export in the other language says an option of a list otherwise: what is the same in those words did not
    change here. `now` takes them. Asked only where something differs at all."""
    differ = [
        record
        for record in records
        if record.key.pk in now and not all(record.key.said(*cell) for cell in now[record.key.pk][1].items())
    ]
    for language, _name in settings.LANGUAGES if differ else ():
        if language != get_language():
            with override(language):
                other = _now(sheet, {record.key.pk for record in differ}, run)
            for record in differ:
                cells = now[record.key.pk][1]
                for field, text in other.get(record.key.pk, (0, {}))[1].items():
                    if not record.key.said(field, cells[field]) and record.key.said(field, text):
                        cells[field] = text


def _compare(record, version, now):
    row, key = record.row, record.key
    record.links["moved_on"] = version != key.version
    for column in record.sheet.columns:
        field, stands = column.field, now[column.field]
        if field not in row.columns or row.note_of(field)[0] == "formula_empty":
            continue
        yours = row.raw_of(field)
        changed_here = not key.said(field, stands)
        if key.said(field, yours):
            if changed_here:
                row.read_instead(field, stands)
        elif keys.same(yours) == keys.same(stands):
            continue
        elif field in record.sheet.fixed or not yours.strip():
            row.read_instead(field, stands)
            record.lock(field, stands, yours, FIXED if yours.strip() else EMPTIED)
        else:
            record.edited[field] = stands
            if changed_here:
                record.conflicts[field] = {"now": stands, "before": row.before_of(field)}
                if field not in row.take:
                    row.read_instead(field, stands)


def _name_who(sheet, records, run):
    """Who changed the records of these conflicts last, where they have moved on since the export: one query."""
    history = getattr(sheet.records(run.by).model, "history", None)
    moved = {record.key.pk for record in records if record.links["moved_on"]}
    if history is None or not moved:
        return
    rows = history.filter(id__in=moved).order_by("history_id").select_related("history_user")
    last = {row.id: row.history_user for row in rows}
    for record in records:
        if person := last.get(record.key.pk):
            for clash in record.conflicts.values():
                clash["who"] = person.name


def conclude(records, run):
    """After the parts have looked: conflicts that are not accepted are told as such, and a cell that was changed in the
    file but changes nothing here is said, not dropped."""
    for record in records:
        told = {change["field"] for change in record.changes} | record.told
        told |= {one["field"] for one in (*record.errors, *record.flags)}
        for field, clash in record.conflicts.items():
            if field not in record.row.take:
                yours = record.row.raw_of(field)
                change = {"field": field, "old": clash["now"], "new": yours, "kind": "conflict", "was": clash["now"]}
                record.changes.append(change | clash)
                told.add(field)
        for field in record.edited.keys() - told:
            if not record.is_new and not _reads_the_same(record, field, run):
                record.lock(field, record.edited[field], record.row.raw_of(field), FIXED)


def _reads_the_same(record, field, run):
    """电话+微信 and 微信+电话, 48万 and 480000: other words for what is there."""
    column, found = record.sheet.by_field[field], []
    for text in (record.edited[field], record.row.text_of(field)):
        try:
            value = column.parse(text, run, Record(record.row, record.sheet))
        except Wrong:
            return False
        found.append(set(value) if isinstance(value, tuple | list) else value)
    return found[0] == found[1]
