"""The third step of the wizard: every row by what becomes of it, a page at a time, with its cells side by side."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.asked import number
from core.models import Job
from exchange import choosing
from exchange.applying import BROKEN
from exchange.problems import tell
from exchange.sheets import sheet_of
from exchange.wizard import SHOWN, notices

TABS = ("conflict", "new", "changed", "same", "locked", "wrong")
FIRST = ("wrong", "conflict", "changed", "new", "locked", "same")  # what a person should look at first
ALWAYS = ("new", "changed", "same", "wrong")  # tabs that are there with nothing in them
DIGITS = 6  # of a page's number


def checked(request, batch, *, refused=False):
    counts, asked = batch.counts, request.GET
    tab = asked.get("tab")
    if tab not in TABS:
        tab = next((name for name in FIRST if counts.get(name)), "new")
    total = counts.get(tab, 0)
    pages = max(-(-total // SHOWN), 1)
    page = min(max(number(asked.get("page", ""), digits=DIGITS) or 1, 1), pages)
    start = (page - 1) * SHOWN
    rows = batch.rows.filter(fate=tab)[start : start + SHOWN] if batch.state == "ready" else []
    job = Job.objects.filter(name__in=["check_import", "apply_import"], args__batch=batch.pk).order_by("-pk").first()
    lost = job is not None and job.state == "failed" and batch.state in ("checking", "importing")
    mine = batch.owner_id == request.user.pk
    return {
        "batch": batch,
        "tab": tab,
        "rows": [Row(row, batch) for row in rows],
        "counts": counts,
        "job": job,
        "lost": lost,
        "step": 3,
        "refused": refused,
        "notices": notices(batch),
        "mine": mine,
        "choosing": tab in ("conflict", "changed"),
        "columns": _columns(batch, tab) if mine else [],
        "first": start + 1,
        "last": min(start + SHOWN, total),
        "total": total,
        "page": page,
        "pages": pages,
        "previous": page - 1 if page > 1 else None,
        "next": page + 1 if page < pages else None,
        "failure": tell(batch.error or BROKEN),
        "tabs": _tabs(counts, tab),
    }


def _tabs(counts, current):
    titles = {
        "conflict": _("Conflicts"),
        "new": _("New"),
        "changed": _("Changes"),
        "same": _("Same"),
        "locked": pgettext("cells of an import", "Not editable"),
        "wrong": _("Errors"),
    }
    return [
        {"label": titles[name], "url": f"?tab={name}", "n": counts.get(name, 0), "current": name == current}
        for name in TABS
        if name in ALWAYS or counts.get(name) or name == current
    ]


def _columns(batch, tab):
    """The columns that have cells to decide on: [{"field", "label", "n"}]."""
    found = []
    for field, n in batch.mapping.get("touched", {}).get(tab, {}).items():
        known = (sheet_of(table["slug"]).by_field.get(field) for table in batch.tables)
        column = next(filter(None, known), None)
        found.append({"field": field, "label": column.label if column else field, "n": n})
    return found


class Row:
    """One row as the check page shows it: what it is, what changes, what is wrong, in words."""

    def __init__(self, row, batch):
        table = next(table for table in batch.tables if table["part"] == row.part)
        self.sheet = sheet_of(table["slug"])
        self.columns = {name: int(index) for index, name in table["columns"].items()}
        self.row = row.read_with(self.columns, {})
        self.number, self.part, self.pk = row.number, row.part, row.pk

    def label(self, field):
        column = self.sheet.by_field.get(field)
        return column.label if column else field

    @property
    def name(self):
        found = (self.row.text_of(field) for field in ("customer", "place", "reference", "description"))
        return next((words[:200] for words in found if words), "")[:200]

    @property
    def cells(self):
        shown = [column for column in self.sheet.columns if column.field in self.columns and column.field != "customer"]
        return [(c.label, self.row.text_of(c.field)[:80]) for c in shown if self.row.text_of(c.field).strip()]

    @property
    def changes(self):
        """Cell by cell: the file's, what is here now and was at the export, the choice or why there is none."""
        return [
            {
                "label": self.label(change["field"]),
                "yours": change["new"],
                "now": change["old"],
                "before": change.get("before"),
                "who": change.get("who"),
                "conflict": change.get("kind") == "conflict",
                "name": f"take-{self.pk}-{change['field']}",
                "taken": choosing.is_taken(self.row, change),
                "why": tell(change["message"], change["params"]) if change.get("kind") == "locked" else "",
            }
            for change in self.row.changes
        ]

    @property
    def choices(self):
        return len(choosing.offered(self.row))

    @property
    def errors(self):
        return [
            {
                "label": self.label(e["field"]),
                "value": self.row.text_of(e["field"]),
                "field": e["field"],
                "message": tell(e["message"], e["params"]),
                "name": f"cell-{self.pk}-{e['field']}",
                "editable": e["field"] in self.columns,
            }
            for e in self.row.errors
        ]

    @property
    def flags(self):
        return [f"{self.label(f['field'])}: {tell(f['message'], f['params'])}" for f in self.row.flags]
