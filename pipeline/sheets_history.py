"""The table of opportunities as another CRM exports it: identifier, rep, account, stage, engage and close date."""

from django.utils.translation import gettext_lazy as _

from core.asked import number
from customers import cells
from customers import sheets as base
from exchange import parsing
from exchange.sheets import Column, Sheet, register
from pipeline import sheets
from pipeline.importing_history import OpportunityPart, order_of_days

DAYS = ("engaged", "closed")


def stage(value, run, record):
    """One of our stages; words of the other system stand for one as the person who imports has settled."""
    found = sheets.stage(value, run, record)
    for name in ("tag", "stage_words"):
        record.values.pop(name, None)  # a deal of many says nothing of its customer's tag
    return found


def day(field):
    """A day as every table has it, and days such as 10/20/2016 where the rows of the file show which number is the
    month."""

    def parse(value, run, record):
        if not value.strip() or value.count("/") != 2 or value.strip()[:4].isdigit():
            found = parsing.date(value, today=run.today)
            return found.day if found else None
        first, second, year = value.strip().split("/")
        order = run.once("order of days", lambda: order_of_days(days_of(run, record)))
        if order and all(number(part) is not None for part in (first, second, year)) and len(year) == 4:
            month, date = (first, second) if order == "mdy" else (second, first)
            return parsing.date(f"{year}-{month}-{date}", today=run.today).day
        found = parsing.date(value, today=run.today)
        return found.day if found else None

    return parse


def days_of(run, record):
    """The texts of both columns of days in every row of the batch."""
    columns = [index for name, index in record.row.columns.items() if name in DAYS]
    for cells_ in run.batch.rows.values_list("cells", flat=True):
        texts = cells_.get("v", [])
        yield from (texts[index] for index in columns if index < len(texts))


opportunities = Sheet(
    slug="opportunities",
    title=_("Opportunities of another system"),
    name=("其他系统的商机", "Opportunities"),
    columns=[
        Column(
            "opportunity", ("商机编号", "Opportunity ID"), cells.words(60), required=True,
            synonyms=("opportunity", "deal id", "record id", "商机ID", "商机号"),
        ),
        Column(
            "rep", ("销售代表", "Sales rep"), cells.person, person=True, fill=False, required=True,
            synonyms=("sales agent", "opportunity owner", "deal owner", "owner", "rep", "负责人", "销售"),
        ),
        Column("product", ("产品", "Product"), cells.words(60), synonyms=("product name", "产品名称")),
        base.CUSTOMER,
        Column(
            "stage", ("所属阶段", "Stage"), stage, width=22, required=True, choices=sheets.stage_choices,
            synonyms=("deal stage", "opportunity stage", "阶段", "商机阶段", "销售阶段"),
        ),
        Column(
            "engaged", ("开始日期", "Engaged on"), day("engaged"), fill=False, kind="date",
            synonyms=("engage date", "opened on", "created date", "创建日期"),
        ),
        Column(
            "closed", ("结束日期", "Closed on"), day("closed"), fill=False, kind="date",
            synonyms=("close date", "closed date", "关闭日期"),
        ),
        Column(
            "amount", ("成交金额", "Close value"), cells.money, kind="money",
            synonyms=("amount", "value", "deal value", "金额"),
        ),
    ],
    parts=[base.CUSTOMER_PART, OpportunityPart()],
    marks=frozenset({"opportunity", "engaged", "closed"}),
    list_url="pipeline:table",
)  # fmt: skip


def plug():
    """From apps.py. It comes in only: what stands here is exported as stage progress."""
    register(opportunities)
