"""The seven stages of the method, on from the first start; two more playbooks ready behind a switch (R7, R15, D15)."""

from django.db import migrations
from django.utils import timezone

OPEN, WON, AFTER, LOST = "open", "won", "after", "lost"

# label, English, short, English short, kind, tag, percent, gated, duties, definition, evidence (both languages)
NEW_CUSTOMERS = [
    ("线索获取", "Lead", "线索", "Lead", OPEN, "prospect", 5, False, ["rep"],
     "知道客户是谁、从哪里来，还没有真正聊过。", "We know who they are and where they came from; nobody has really talked yet.",
     "已联系上一位对接人，确认有兴趣聊一聊。", "One contact was reached and is willing to talk."),
    ("初步沟通", "Initial talk", "沟通", "Talk", OPEN, "prospect", 15, False, ["rep"],
     "介绍产品，弄清客户业务和大致需求。", "The product was introduced; their business and rough needs are becoming clear.",
     "记录了至少一条需求，知道谁参与决定。", "At least one need is written down and we know who decides."),
    ("需求分析", "Needs analysis", "需求", "Needs", OPEN, "interested", 30, False, ["rep"],
     "逐条确认需求、预算和时间，判断我们能否满足。", "Needs, budget and timing are confirmed one by one; can we meet them?",
     "需求清单经客户确认，预算范围和决策流程已知。", "The customer confirmed the list of needs; budget range and way of deciding are known."),
    ("方案提交", "Proposal", "方案", "Proposal", OPEN, "interested", 50, False, ["rep", "support"],
     "提交方案和报价，收集反馈并调整。", "Proposal and price are handed in, feedback is gathered and worked in.",
     "客户对方案给出明确反馈，关键异议已有回应。", "The customer gave clear feedback and every key objection has an answer."),
    ("商务谈判", "Negotiation", "谈判", "Deal", OPEN, "hot", 75, False, ["manager"],
     "谈价格、付款和交付条款。", "Price, payment and delivery terms are negotiated.",
     "双方对价格和条款达成一致，合同草稿已定。", "Both sides agree on price and terms, and the contract draft is final."),
    ("合同签订", "Contract", "合同", "Contract", WON, "won", 100, True, ["manager"],
     "合同审批通过并由双方签字。", "The contract passed approval and both sides signed.",
     "签字合同已归档，首付款安排已确认。", "The signed contract is filed and the first payment is arranged."),
    ("售后跟进", "After-sales", "售后", "After", AFTER, "won", 100, False, ["rep"],
     "交付、回访，发现复购和转介绍的机会。", "Delivery, check-ins, and looking for repeat business and referrals.",
     "客户确认交付完成。", "The customer confirmed that delivery is complete."),
    ("丢单", "Deal lost", "丢单", "Lost", LOST, "lost", 0, False, ["rep"], "这个商机不再继续。", "This deal does not go on.", "", ""),
]
REPURCHASE = [
    ("需求唤醒", "Wake up", "唤醒", "Wake", OPEN, "interested", 20, False, ["rep"],
     "联系老客户，了解使用情况和新需求。", "Call on the customer, hear how it goes and what is new.", "客户说出一个新需求。", "The customer named a new need."),
    ("方案报价", "Quote", "报价", "Quote", OPEN, "hot", 50, False, ["rep"],
     "提交复购方案和报价。", "The repeat offer and its price are handed in.", "客户对报价给出明确反馈。", "The customer gave clear feedback on the price."),
    ("商务确认", "Terms", "确认", "Terms", OPEN, "hot", 75, False, ["manager"],
     "确认数量、价格和交付时间。", "Quantity, price and delivery date are settled.", "双方确认订单内容。", "Both sides confirmed the order."),
    ("复购签订", "Reorder", "签订", "Reorder", WON, "won", 100, True, ["manager"],
     "订单或合同由双方签字。", "Order or contract was signed by both sides.", "签字文件已归档。", "The signed paper is filed."),
    ("交付回访", "Check-in", "回访", "Check", AFTER, "won", 100, False, ["rep"],
     "交付并回访。", "Delivery and check-in.", "客户确认交付完成。", "The customer confirmed that delivery is complete."),
    ("丢单", "Deal lost", "丢单", "Lost", LOST, "lost", 0, False, ["rep"], "这个商机不再继续。", "This deal does not go on.", "", ""),
]
KEY_ACCOUNTS = [
    ("客户调研", "Research", "调研", "Research", OPEN, "prospect", 5, False, ["rep"],
     "摸清组织、项目和预算周期。", "Organisation, projects and budget cycle are mapped.", "画出了决策关系图。", "The map of who decides is drawn."),
    ("高层接触", "Top contact", "高层", "Top", OPEN, "interested", 15, False, ["manager"],
     "与决策人建立联系。", "A line to the person who decides is open.", "决策人同意立项或试点。", "The decider agreed to a project or a trial."),
    ("方案共创", "Co-design", "共创", "Co-design", OPEN, "interested", 35, False, ["rep", "support"],
     "与客户一起定制方案。", "The solution is designed together.", "客户书面确认方案范围。", "The customer confirmed the scope in writing."),
    ("试点验证", "Trial", "试点", "Trial", OPEN, "hot", 55, False, ["support"],
     "在一处试用并衡量效果。", "It is tried in one place and measured.", "试点结果达到约定指标。", "The trial reached the agreed figures."),
    ("招投标/谈判", "Tender", "招标", "Tender", OPEN, "hot", 75, False, ["manager"],
     "应标或谈判条款。", "Tender or negotiation of terms.", "条款一致，或已中标。", "Terms are agreed, or the tender is won."),
    ("合同签订", "Contract", "合同", "Contract", WON, "won", 100, True, ["manager"],
     "合同审批通过并由双方签字。", "The contract passed approval and both sides signed.", "签字合同已归档。", "The signed contract is filed."),
    ("交付与增购", "Delivery", "交付", "Deliver", AFTER, "won", 100, False, ["rep"],
     "交付，并寻找增购机会。", "Delivery, and looking for what else helps them.", "客户确认交付完成。", "The customer confirmed that delivery is complete."),
    ("丢单", "Deal lost", "丢单", "Lost", LOST, "lost", 0, False, ["rep"], "这个商机不再继续。", "This deal does not go on.", "", ""),
]
PLAYBOOKS = [
    ("new-customers", "新客户开发", "New customers", True, True, NEW_CUSTOMERS),
    ("repurchase", "老客户复购", "Repeat purchase", False, False, REPURCHASE),
    ("key-accounts", "大客户", "Key accounts", False, False, KEY_ACCOUNTS),
]
LOSS_REASONS = [
    ("price", "价格", "Price"), ("competitor", "竞品", "Competitor"), ("no-budget", "无预算", "No budget"),
    ("timing", "时机不对", "Timing"), ("no-need", "无需求", "No need"), ("no-response", "失联", "No response"),
    ("other", "其他", "Other"),
]
RISK_TYPES = [
    ("budget", "预算", "Budget"), ("competitor", "竞品", "Competitor"), ("approval", "审批", "Approval"),
    ("away", "人不在", "Away"), ("delivery", "交付", "Delivery"), ("other", "其他", "Other"),
]


def seed(apps, schema_editor):
    models = {name: apps.get_model("pipeline", name) for name in (
        "Playbook", "Stage", "HistoricalStage", "StageVersion", "StageDuty", "LossReason", "RiskType")}
    now = timezone.now()
    for position, (code, label, label_en, default, active, stages) in enumerate(PLAYBOOKS):
        playbook = models["Playbook"].objects.create(
            code=code, label=label, label_en=label_en, is_default=default, is_active=active, position=position
        )
        for number, row in enumerate(stages, 1):
            add_stage(models, playbook, number, row, now)
    for name, rows in (("LossReason", LOSS_REASONS), ("RiskType", RISK_TYPES)):
        models[name].objects.bulk_create(
            [models[name](code=code, label=zh, label_en=en, position=n) for n, (code, zh, en) in enumerate(rows)]
        )


def add_stage(models, playbook, number, row, now):
    label, label_en, short, short_en, kind, tag, percent, gated, duties, defined, defined_en, proof, proof_en = row
    fields = {
        "playbook": playbook, "position": number, "kind": kind, "label": label, "label_en": label_en, "short": short,
        "short_en": short_en[:8], "default_tag": tag, "probability": percent, "gated": gated,
    }
    stage = models["Stage"].objects.create(**fields)
    models["HistoricalStage"].objects.create(
        **fields, id=stage.pk, version=1, history_date=now, history_type="+", asks={}, raises={}
    )
    models["StageVersion"].objects.create(
        stage=stage, label=label, label_en=label_en, definition=defined, definition_en=defined_en, evidence=proof,
        evidence_en=proof_en, since=now,
    )
    for place, role in enumerate(duties):
        models["StageDuty"].objects.create(stage=stage, role=role, position=place, approves=gated and role == "manager")


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
