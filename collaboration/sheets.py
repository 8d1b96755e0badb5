"""The request table (跨部门协作需求表): template columns, and what departments call a state (D20)."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from collaboration import own
from collaboration.exporting import request_rows, requests_of
from collaboration.importing import RequestPart
from collaboration.models import CollaborationRequest, RequestKind
from core.text import plain
from customers import cells
from exchange import parsing
from exchange.holding import holder
from exchange.owncolumns import columns_of
from exchange.sheets import KEY, Column, Sheet, grow, register
from pipeline.sheets import day

STATES = {
    "submitted": ("待接收", "To accept", "待受理", "待处理", "已提交", "新建", "未处理", "submitted", "open"),
    "countered": ("待确认改期", "Date to confirm"),
    "waiting": ("待补充", "Needs more", "需要补充"),
    "accepted": ("处理中", "In progress", "进行中", "已受理", "已接收", "accepted"),
    "delivered": ("待验收", "To confirm", "已交付", "delivered"),
    "done": ("已完成", "Done", "完成", "已验收", "已办结", "closed won"),
    "refused": ("已拒绝", "Refused", "拒绝", "已驳回"),
    "withdrawn": ("已撤回", "Withdrawn", "已取消", "撤回"),
    "closed": ("已关闭", "Closed", "关闭"),
}
PRIORITIES = {
    "low": ("低", "Low"),
    "normal": ("中", "Normal", "普通", "一般", "medium"),
    "high": ("高", "High", "重要"),
    "urgent": ("紧急", "Urgent", "特急", "加急", "非常紧急"),
}


def one_of(words):
    known = {plain(word): code for code, spelled in words.items() for word in spelled}
    allowed = [spelled[0] for spelled in words.values()]

    def parse(value, run, record):
        return None if parsing.is_nothing(value) else parsing.choose(value, known, allowed)

    return parse


def kinds():
    return [kind.label for kind in RequestKind.objects.filter(retired_at=None)]


def departments():
    return [department.name for department in Department.objects.filter(is_active=True, serves=True)]


requests = Sheet(
    slug="requests",
    title=_("Requests"),
    name=("跨部门协作需求表", "Requests"),
    columns=[
        Column(
            "reference",
            ("需求编号", "Number"),
            cells.words(60),
            synonyms=("编号", "单号", "request number", "no", "id"),
        ),
        Column(
            "customer",
            ("客户名称", "Customer"),
            cells.words(200),
            width=22,
            synonyms=("客户", "关联客户", "公司名称", "customer name"),
        ),
        Column(
            "asker",
            ("发起人", "Asked by"),
            cells.person,
            person=True,
            fill=False,
            synonyms=("提出人", "申请人", "需求人", "requester"),
        ),
        Column(
            "asker_department",
            ("发起部门", "Asking department"),
            cells.words(60),
            synonyms=("提出部门", "申请部门", "需求部门"),
        ),
        Column(
            "department",
            ("协作部门", "Department"),
            cells.words(60),
            required=True,
            choices=departments,
            synonyms=("接收部门", "受理部门", "责任部门", "配合部门", "对接部门"),
        ),
        Column(
            "kind",
            ("需求类型", "Kind"),
            cells.words(60),
            choices=kinds,
            synonyms=("类型", "协作类型", "事项类型", "type"),
        ),
        Column(
            "description",
            ("需求描述", "What is needed"),
            cells.full_text(20_000),
            required=True,
            width=48,
            synonyms=("协作事项", "需求内容", "事项", "描述", "需求说明", "description"),
        ),
        Column(
            "standard",
            ("交付标准", "What counts as done"),
            cells.full_text(5_000),
            width=36,
            synonyms=("验收标准", "完成标准", "acceptance"),
        ),
        Column(
            "priority",
            ("优先级", "Priority"),
            one_of(PRIORITIES),
            synonyms=("紧急程度",),
            choices=lambda: [words[0] for words in PRIORITIES.values()],
        ),
        Column(
            "asked",
            ("提出时间", "Asked on"),
            day("asked"),
            fill=False,
            kind="date",
            synonyms=("提出日期", "发起时间", "申请时间", "发起日期"),
        ),
        Column(
            "needed_by",
            ("期望完成时间", "Needed by"),
            day("needed_by", plan=True),
            fill=False,
            kind="date",
            synonyms=("期望完成日期", "要求完成时间", "期望时间", "截止时间", "due", "due date"),
        ),
        Column(
            "person",
            ("责任人", "Owner"),
            cells.person,
            person=True,
            fill=False,
            synonyms=("对接人", "处理人", "承办人", "受理人"),
        ),
        Column(
            "state",
            ("状态", "State"),
            one_of(STATES),
            synonyms=("处理状态", "进度", "处理进度", "status"),
            choices=lambda: [words[0] for words in STATES.values()],
        ),
        Column(
            "result", ("处理结果", "Result"), cells.full_text(5_000), width=36, synonyms=("结果", "反馈", "处理反馈")
        ),
    ],
    extra=[Column(KEY, (KEY, KEY), cells.row_key("R", "request_key"))],
    parts=[RequestPart()],
    marks=frozenset({"department", "kind", "description", "standard", "priority", "asked", "needed_by", "reference"}),
    rows=request_rows,
    queryset=requests_of,
    records=lambda user: CollaborationRequest.objects.visible_to(user),
    fixed=frozenset({"reference", "customer", "asker", "asker_department", "department", "kind", "asked", "person"}),
    list_url="collaboration:queue",
)


def plug():
    register(requests)
    grow(requests.slug, lambda known: columns_of(known.fields(own.OF)))
    holder(own.OF, _("Requests"), has_value=own.has_value, counts=own.counts, values=own.values, rewrite=own.rewrite,
           columns=lambda: requests.all_columns)  # fmt: skip
