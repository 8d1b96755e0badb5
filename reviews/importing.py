"""Targets coming back from a workbook: which cells were changed in it, what stands against them, one write (R9, M1).

A cell counts as changed when it differs from what its row's key says was exported; a row without a key (typed by hand,
or from a csv that lost it) is compared with what is there. An empty cell says nothing; 0 takes a target away. A cell
that was changed in the file and here is a conflict, told with what stands here now.
"""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from core.periods import read_period
from core.text import plain
from exchange.problems import Wrong, gettext_noop
from exchange.sheets import KEY, Part
from exchange.taking_back import was_set
from reviews.aiming import aim_many, is_late, may_aim
from reviews.columns import columns_of, offered
from reviews.exporting import CELLS, read_key, targets_of
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.scopes import Scope, survey
from reviews.sheet import rows_of

UNKNOWN = gettext_noop("“%(value)s” was not found among the places you read targets of.")
SEVERAL = gettext_noop("“%(value)s” is the name of several: export the sheet and keep its hidden last column.")
NOT_YOURS = gettext_noop("You may read this target, not set it.")
OTHER_ROW = gettext_noop("The hidden key of this row belongs to another target. Export the sheet anew.")
TWICE = gettext_noop("Row %(row)s already sets this target.")
CLASH = gettext_noop("Changed meanwhile to %(now)s by %(who)s; you exported %(seen)s. Export it anew.")
WHY = gettext_noop("Say why the target changes")
LEVELS = {"公司": "company", "部门": "department", "团队": "team", "成员": "person", "个人": "person",
          "销售代表": "person", "person": "person", "rep": "person"}  # besides the words of the export


def level_words():
    """{words in either language: scope kind}."""
    words = dict(LEVELS)
    for language in ("zh-hans", "en"):
        with override(language):
            words |= {plain(str(kind.label)): str(kind) for kind in Kind}
    return words


def metric_words(stages):
    """{words in either language: [(metric, detail)…]}: two playbooks may have stages of one name."""
    words = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for _key, label, metric, detail, _stage in offered(stages):
                found = words.setdefault(plain(label), [])
                if (str(metric), detail) not in found:
                    found.append((str(metric), detail))
    return words


class TargetPart(Part):
    def check(self, records, run):
        known = run.once("survey", survey)
        rows = [row.scope for row in rows_of(run.by, known)]
        run.once("may aim", lambda: {scope.code for scope in rows if may_aim(run.by, scope, known)})
        for record in records:
            self._place(record, rows, known)
        quarters = {r.values["period"] for r in records if r.values.get("period")}
        targets = {}
        for quarter in quarters:
            targets |= targets_of(rows, quarter)
        seen = {}
        for record in records:
            if not record.errors:
                self._compare(record, targets, seen, run)
        self._tell_clashes(records)

    def _place(self, record, rows, known):
        """Find whose target and which one a row is: by its key, and what it says must agree; else by its words."""
        if record.errors:
            return
        level, place, named = record.values["level"], record.values["place"], record.values["metric"]
        fits = [scope for scope in rows if str(scope.kind) == level and named_so(scope, place)]
        key = record.values.get(KEY)
        if key:
            scope = next((one for one in rows if one.code == key.scope), None)
            same = scope in fits and (key.metric, key.detail) in named and key.period == record.values["period"].code
            if not same:
                record.wrong("place", OTHER_ROW if scope else UNKNOWN, value=place)
                return
            metric, detail = key.metric, key.detail
        elif len(fits) != 1:
            record.wrong("place", SEVERAL if fits else UNKNOWN, value=place)
            return
        elif len(named) != 1:
            record.wrong("metric", SEVERAL, value=record.row.text_of("metric"))
            return
        else:
            scope, (metric, detail) = fits[0], named[0]
        view = next(one[0] for one in offered(known.stages) if (str(one[2]), one[3]) == (metric, detail))
        columns = columns_of(record.values["period"], view, known.stages)
        record.links |= {"scope": scope, "columns": dict(zip(CELLS, columns, strict=True)), "key": key}

    def _compare(self, record, targets, seen, run):
        scope, aims = record.links["scope"], record.links.setdefault("aims", [])
        for field, column in record.links["columns"].items():
            try:
                value = column.take(record.values.get(field) or "")
            except Wrong as wrong:
                record.wrong(field, wrong.message, **wrong.values)
                continue
            place = (column.period.code, str(column.metric), column.detail, str(scope.kind), scope.id)
            target, key, why = targets.get(place), record.links["key"], record.get("reason", "")
            version, shown = key.seen[field] if key else (None, None)
            if value is None or (target and target.value == value) or (key and column.typed(value) == shown):
                continue
            if place in seen:
                record.wrong(field, TWICE, row=seen[place])
            elif scope.code not in run.shared["may aim"]:
                record.wrong(field, NOT_YOURS)
            elif key and version != (target.version if target else 0):
                record.links.setdefault("clashes", []).append((field, column, target, shown))
            elif not why and (target or is_late(column.period, run.now)):
                record.wrong("reason", WHY)
            elif record.change(field, None, None, shown=(column.said(target and target.value), column.said(value))):
                aims.append((column.period, scope, column.metric, column.detail, target, value, why))
            seen.setdefault(place, record.number)

    def _tell_clashes(self, records):
        """Each conflict with who changed it last: one query for all."""
        clashes = [(record, *clash) for record in records for clash in record.links.get("clashes", ())]
        keys = {target.pk for _r, _f, _c, target, _s in clashes if target}
        rows = Target.history.filter(id__in=keys).select_related("history_user").order_by("history_id")
        last = {row.id: row.history_user for row in rows}
        for record, field, column, target, shown in clashes:
            who = last.get(target.pk) if target else None
            record.wrong(field, CLASH, now=column.said(target and target.value), who=str(who or "–"), seen=shown or "–")

    def write(self, records, run):
        told = [(record, one) for record in records for one in record.links.get("aims", ())]
        before = [one[4].value if one[4] else None for _record, one in told]
        made = aim_many([one for _record, one in told], by=run.by, now=run.now)
        for (record, _one), old, target in zip(told, before, made, strict=True):
            record.set.append(["reviews.target", target.pk, "value", None if old is None else str(old),
                               str(target.value)])

    def take_back(self, batch, run):
        """Back to what was there, a target that was none to 0: its first value stays beside it (R36). Whoever changed
        one since keeps his."""
        wanted, back, known = was_set(run, "reviews.target"), [], survey()
        mine = {row.scope.code for row in rows_of(run.by, known) if may_aim(run.by, row.scope, known)}
        reason = (_("Import of %(name)s undone") % {"name": batch.name})[:200]
        for target in Target.objects.filter(pk__in=wanted).select_for_update():
            old, new = wanted[target.pk]["value"]
            scope = Scope(target.scope, target.scope_id)
            if target.value != Decimal(new) or scope.code not in mine:
                run.keep(f"{target.period} {target.get_metric_display()}")
                continue
            period = read_period(target.period)
            back.append((period, scope, target.metric, target.detail, target, Decimal(old or 0), reason))
        aim_many(back, by=run.by, now=run.now)


def named_so(scope, words):
    """Whether a place is called so, in either language; the company always is."""
    if scope.kind == "company":
        return True
    return plain(words) in {plain(name) for name in (scope.name, scope.name_en) if name}


def key_cell(text, run, record):
    """The hidden key of a row. Raises Wrong for one that was typed over."""
    try:
        return read_key(text)
    except ValueError as broken:
        raise Wrong(OTHER_ROW) from broken
