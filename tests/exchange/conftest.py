"""Files as people have them, and an import from file to result in one call."""

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import timezone

from exchange import applying, checking, staging
from exchange.models import ImportBatch

TEMPLATES = Path(__file__).resolve().parents[1] / "data" / "templates"
FOLLOW_UPS = TEMPLATES / "客户跟进记录表-列表.xlsx"
FORM = TEMPLATES / "客户跟进记录表.xlsx"
STAGES = TEMPLATES / "销售阶段进度表.xlsx"
REQUESTS = TEMPLATES / "跨部门协作需求表.xlsx"
PEOPLE = {"李*": "alice", "王*": "bob", "赵*": "charlie"}
LOG_HEAD = ["客户名称", "跟进时间", "跟进方式", "沟通内容", "下一步计划", "状态标签"]


def xlsx(rows, *, sheet="表", merged=(), hidden=(), more=()):
    """An xlsx file of these rows; dates become date cells, {"f": formula, "v": cached} a formula."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False})
    for name, table in [(sheet, rows), *more]:
        page = book.add_worksheet(name)
        if name in hidden:
            page.hide()
        for number, row in enumerate(table):
            for column, value in enumerate(row):
                if isinstance(value, dt.date | dt.datetime):
                    page.write_datetime(number, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))
                elif isinstance(value, dict):
                    page.write_formula(number, column, value["f"], None, value.get("v", 0))
                elif isinstance(value, int | float):
                    page.write_number(number, column, value)
                elif value:
                    page.write_string(number, column, value)
        for area, value in merged if name == sheet else ():
            page.merge_range(area, value)
    book.close()
    return target.getvalue()


def bring(data, by, *, name="表.xlsx", people=None, now=None, text="", wanted="", owner=""):
    """A checked batch: (batch, records)."""
    data = data.read_bytes() if isinstance(data, Path) else data
    now = now or timezone.now()
    batch = staging.bring_in(by=by, now=now, data=data, name=name, text=text, wanted=wanted)
    batch.mapping |= {"people": people or {}, "owner": owner}
    batch.save()
    staging.stage_rows(batch)
    records, _run = checking.check(batch, by=by, now=now)
    return batch, records


def bring_rows(rows, by, **more):
    return bring(xlsx(rows), by, **more)


def take(batch, *, by=None, now=None):
    applying.apply(batch, by=by or batch.owner, now=now or timezone.now())
    return ImportBatch.objects.get(pk=batch.pk)


def fates(records):
    return [record.fate for record in records]


def reasons(records):
    from exchange.problems import tell

    return [tell(e["message"], e["params"]) for record in records for e in record.errors]


@pytest.fixture(autouse=True)
def english():
    from django.utils import translation

    with translation.override("en"):
        yield
