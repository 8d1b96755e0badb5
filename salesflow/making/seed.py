"""The method's own example rows, brought in by the real importer with their dates moved to now (D51)."""

import datetime as dt
import re

from core.periods import today
from exchange.applying import apply
from exchange.checking import check
from exchange.staging import bring_in, stage_rows

WRITTEN = dt.date(2024, 3, 8)  # the day the examples are told from
FOLLOW_UPS = [
    ("客户名称", "所属行业", "客户规模", "联系人", "职位", "联系方式", "跟进记录", "跟进时间", "跟进方式", "沟通内容", "客户需求/痛点",
     "下一步计划", "状态标签", "销售代表"),
    ("星澜数据", "互联网", "500-1000人", "张敏", "采购经理", "13812345678", "首次接触", "{2024-03-01}", "电话+微信", "介绍公司产品案例",
     "需要降低客户管理成本", "{3月3日}上门演示系统功能", "高意向", "李强"),
    ("星澜数据", "互联网", "500-1000人", "张敏", "采购经理", "13812345678", "需求确认", "{2024-03-03}", "上门拜访",
     "客户提出“数据实时同步”需求", "希望多部门数据实时共享", "{3月5日}提交定制化方案", "高意向", "李强"),
    ("星澜数据", "互联网", "500-1000人", "张敏", "采购经理", "13812345678", "方案反馈", "{2024-03-06}", "邮件",
     "客户对方案功能满意，但预算需审批", "预算流程周期约1周", "每周跟进审批进度，{3月15日}前再沟通", "高意向", "李强"),
    ("远扬重工", "制造业", "1000人以上", "周航", "生产总监", "13987650021", "方案反馈", "{2024-03-03}", "邮件", "客户反馈方案需调整技术参数",
     "接口要对上老系统", "{3月7日}发参数修改", "意向客户", "王敏"),
    ("中驰进出口", "贸易", "100-500人", "梁静", "总经理", "13711112222", "签约", "{2024-03-04}", "上门拜访", "已签订合同，{3月10日}启动交付",
     "交付要赶在月底前", "{3月10日}启动交付", "成交", "赵磊"),
]
STAGES = [
    ("销售代表", "客户名称", "所属阶段", "阶段进入时间", "预计成交时间", "关键动作", "当前风险", "责任人"),
    ("李强", "星澜数据", "高意向(商务谈判)", "{2024-03-06}", "{2024-03-20}", "等客户内部预算审批", "预批流程延迟，需对接财务部张琳跟进", "李强"),
    ("王敏", "远扬重工", "意向客户(方案提交)", "{2024-03-02}", "{2024-03-25}", "客户反馈方案需调整技术参数",
     "技术部对接人出差，方案修改延迟3天", "王敏"),
    ("赵磊", "中驰进出口", "成交(合同签订)", "{2024-02-28}", "-", "已签订合同，{3月10日}启动交付", "交付资源紧张，需协调生产部优先排产", "赵磊"),
]
REQUESTS = [
    ("需求编号", "客户名称", "发起人", "发起部门", "协作部门", "需求类型", "需求描述", "交付标准", "优先级", "提出时间", "期望完成时间",
     "责任人", "状态", "处理结果"),
    ("XQ-2024-001", "星澜数据", "李强", "销售部", "财务部", "预算审批", "客户预批流程延迟，需财务部配合跟进付款条款确认", "给出可接受的付款条款",
     "高", "{2024-03-06}", "{2024-03-13}", "张琳", "处理中", ""),
    ("XQ-2024-002", "远扬重工", "王敏", "销售部", "技术部", "方案调整", "按客户反馈调整方案技术参数", "提交修改后的方案", "中",
     "{2024-03-04}", "{2024-03-08}", "", "待受理", ""),
    ("XQ-2024-003", "中驰进出口", "赵磊", "销售部", "生产部", "排产协调", "交付资源紧张，{3月10日}启动交付，需优先排产", "确认排产日期", "紧急",
     "{2024-02-29}", "{2024-03-08}", "", "已完成", "已排入下月第二周生产计划"),
]


def import_seed(people, now):
    """Paste the three tables as an admin would, one after the other. Raises when a row is refused: a demo that does
    not import its own method would be a lie."""
    shift = today(now) - WRITTEN
    for table in (FOLLOW_UPS, STAGES, REQUESTS):
        text = "\n".join("\t".join(moved(cell, shift) for cell in row) for row in table)
        batch = bring_in(by=people["ada"], now=now, text=text)
        stage_rows(batch)
        check(batch, by=people["ada"], now=now)
        apply(batch, by=people["ada"], now=now)


def moved(cell, shift):
    """A cell with every {date} moved: {2024-03-06} as a whole date, {3月3日} as month and day."""
    def replace(match):
        text = match[1]
        if "月" in text:
            month, day = text.rstrip("日").split("月")
            on = dt.date(WRITTEN.year, int(month), int(day)) + shift
            return f"{on.month}月{on.day}日"
        return (dt.date.fromisoformat(text) + shift).isoformat()

    return re.sub(r"\{([^}]+)\}", replace, cell)
