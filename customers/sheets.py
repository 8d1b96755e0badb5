"""The customers' sheets: follow-ups (flat list, one-customer form, dated lines in a cell) and the list (D46–D48)."""

from django.utils.translation import gettext_lazy as _

from customers import cells, custom, rowkeeping, tablesheets
from customers.custom import OF
from customers.exporting import customer_rows, customers_of, follow_up_rows, follow_ups_of
from customers.importing import CustomerPart, TagPart
from customers.importing_contacts import ContactPart
from customers.importing_logs import FollowUpPart
from customers.models import Customer, FollowUp
from exchange import parsing
from exchange.holding import holder
from exchange.owncolumns import columns_of
from exchange.problems import gettext_noop
from exchange.sheets import KEY, Column, Sheet, grow, make, register

LEAD = gettext_noop("The text before the first date is kept as a note of the customer.")

CUSTOMER = Column(
    "customer",
    ("客户名称", "Customer"),
    cells.customer_name,
    required=True,
    width=22,
    synonyms=("客户", "公司", "公司名称", "客户全称", "企业名称", "单位名称", "customer name", "company", "account"),
)
INDUSTRY = Column("industry", ("所属行业", "Industry"), cells.words(60), synonyms=("行业", "sector"))
SIZE = Column(
    "size_text",
    ("客户规模", "Size"),
    cells.words(60),
    width=20,
    synonyms=("规模", "公司规模", "人数", "员工数", "company size", "employees"),
)
CONTACT = Column(
    "contact",
    ("联系人", "Contact"),
    cells.contact,
    synonyms=("客户联系人", "联系人姓名", "姓名", "联系人及电话", "联系人电话", "联系人/电话", "contact name"),
)
POSITION = Column("position", ("职位", "Position"), cells.words(60), synonyms=("职务", "岗位", "title", "job title"))
PHONE = Column(
    "phone",
    ("联系方式", "Phone"),
    cells.phone,
    width=18,
    synonyms=("电话", "手机", "手机号", "联系电话", "电话号码", "手机号码", "mobile", "telephone", "tel"),
)
TAG = Column(
    "tag",
    ("状态标签", "Tag"),
    cells.tag,
    synonyms=("标签", "客户标签", "客户状态", "意向", "意向度", "status tag"),
    choices=cells.tag_choices,
)
REP = Column(
    "rep",
    ("销售代表", "Sales rep"),
    cells.person,
    person=True,
    fill=False,
    synonyms=("销售", "业务员", "跟进人", "负责人", "责任人", "owner", "rep", "salesperson"),
)
NOTES = Column("notes", ("备注", "Notes"), cells.full_text(20_000), width=30, synonyms=("说明", "remark", "remarks"))


def lines(value, run, record):
    """Many dated lines in one cell; the text before the first date is a note of the customer, nothing is dropped. A row
    that has a day of its own and no other words tells of that one conversation."""
    lead, said = parsing.dated_lines(parsing.text(value, 20_000))
    if lead and not said and record.values.get("happened") and not record.values.get("text"):
        record.values["text"] = lead
    elif lead:
        record.values["lead"] = lead
        record.flag("log_lines", LEAD)
    return [(words, parsing.text(text, 20_000)) for words, text in said]


LOG_LINES = Column(
    "log_lines",
    ("跟进情况", "Log"),
    lines,
    width=60,
    exported=False,
    synonyms=(
        "进展",
        "跟进进展",
        "跟进明细",
        "跟进内容",
        "跟进历史",
        "进展情况",
        "最新进展",
        "沟通记录",
        "progress",
        "history",
        "updates",
        "follow ups",
    ),
)

NEXT_ON = Column(
    "next_on",
    ("下次跟进", "Next follow-up"),
    cells.words(300),
    fill=False,
    exported=False,
    synonyms=(
        "下次跟进时间",
        "下次跟进日期",
        "下次跟进计划",
        "下次联系",
        "下次联系时间",
        "下次联系日期",
        "下次沟通",
        "下次沟通时间",
        "下次拜访",
        "下次拜访时间",
        "next contact",
        "next contact date",
        "next date",
    ),
)

follow_ups = Sheet(
    slug="follow-ups",
    title=_("Follow-ups"),
    name=("客户跟进记录", "Follow-ups"),
    columns=[
        CUSTOMER,
        INDUSTRY,
        SIZE,
        CONTACT,
        POSITION,
        PHONE,
        Column("purpose", ("跟进记录", "Purpose"), cells.words(60), synonyms=("跟进目的", "跟进阶段", "step")),
        Column(
            "happened",
            ("跟进时间", "Followed up on"),
            cells.happened,
            fill=False,
            kind="date",
            width=18,
            synonyms=("跟进日期", "沟通时间", "拜访时间", "日期", "date", "time"),
        ),
        Column(
            "methods",
            ("跟进方式", "Method"),
            cells.methods,
            choices=cells.method_choices,
            synonyms=("沟通方式", "方式", "channel", "methods"),
        ),
        Column(
            "text",
            ("沟通内容", "What was said"),
            cells.full_text(20_000),
            width=44,
            synonyms=("沟通记录内容", "沟通情况", "内容", "content", "conversation"),
        ),
        Column(
            "need",
            ("客户需求/痛点", "Needs"),
            cells.full_text(3_000),
            width=36,
            synonyms=("客户需求", "需求", "痛点", "需求痛点", "need", "pain points"),
        ),
        Column(
            "next_text",
            ("下一步计划", "Next step"),
            cells.words(300),
            width=36,
            synonyms=("下步计划", "下一步", "后续计划", "计划", "next steps", "plan"),
        ),
        TAG,
        REP,
    ],
    extra=[NOTES, Column(KEY, (KEY, KEY), cells.row_key("F", "follow_up_key")), LOG_LINES, NEXT_ON],
    parts=[CustomerPart(), ContactPart(), FollowUpPart(), TagPart()],
    marks=frozenset({"happened", "text", "methods", "next_text", "next_on", "log_lines", "need"}),
    rows=follow_up_rows,
    queryset=follow_ups_of,
    records=lambda user: FollowUp.objects.visible_to(user).filter(voided_at=None),
    fixed=frozenset({"customer", "rep"}),
    list_url="customers:list",
)
CUSTOMER_PART, CONTACT_PART, FOLLOW_UP_PART, TAG_PART = follow_ups.parts

customers = Sheet(
    slug="customers",
    title=_("Customers"),
    name=("客户", "Customers"),
    columns=[
        CUSTOMER,
        INDUSTRY,
        SIZE,
        Column("revenue", ("营收", "Revenue"), cells.money, kind="money", synonyms=("年营收", "营业额", "年收入")),
        Column("source", ("客户来源", "Source"), cells.words(40), synonyms=("来源", "线索来源", "渠道", "lead source")),
        CONTACT,
        POSITION,
        PHONE,
        Column("email", ("邮箱", "Email"), cells.email, width=24, synonyms=("电子邮箱", "邮件", "e-mail", "mail")),
        Column("wechat", ("微信", "WeChat"), cells.words(60), synonyms=("微信号", "wechat id")),
        Column(
            "address", ("地址", "Address"), cells.words(200), width=30,
            synonyms=("公司地址", "详细地址", "office location"),
        ),
        Column("website", ("网址", "Website"), cells.words(200), width=24, synonyms=("网站", "官网", "url")),
        TAG,
        Column(
            "grade",
            ("客户级别", "Class"),
            cells.grade,
            synonyms=("级别", "等级", "客户等级", "分类", "grade"),
            choices=lambda: ["A", "B", "C"],
        ),
        Column(
            "owner",
            ("责任人", "Owner"),
            cells.person,
            person=True,
            fill=False,
            synonyms=("负责人", "销售代表", "销售", "业务员", "归属人", "跟进人", "sales rep", "rep"),
        ),
        NOTES,
    ],
    extra=[Column(KEY, (KEY, KEY), cells.row_key("C", "customer_key"))],
    parts=[CUSTOMER_PART, CONTACT_PART, TAG_PART],
    marks=frozenset({"industry", "size_text", "phone", "source", "address", "grade", "contact", "email", "owner"}),
    rows=customer_rows,
    queryset=customers_of,
    records=lambda user: Customer.objects.visible_to(user),
    list_url="customers:list",
)


def plug():
    """From apps.py: both sheets, follow-ups first."""
    register(follow_ups)
    register(customers)
    grow(customers.slug, lambda known: columns_of(known.fields(OF)))
    holder(OF, _("Customers"), has_value=custom.has_value, counts=custom.counts, values=custom.values,
           rewrite=custom.rewrite, columns=lambda: customers.all_columns)  # fmt: skip
    make(tablesheets.sheets_of)
    holder("table", _("Tables"), has_value=rowkeeping.has_value, counts=rowkeeping.counts, values=rowkeeping.values,
           rewrite=rowkeeping.rewrite, columns=lambda: [tablesheets.CUSTOMER], total=rowkeeping.total)  # fmt: skip
