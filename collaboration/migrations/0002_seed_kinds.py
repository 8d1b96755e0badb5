from django.db import migrations

KINDS = [
    {
        "code": "technical", "label": "技术评估", "label_en": "Technical review", "synonyms": "方案调整,方案评估,技术支持,定制评估",
        "department_words": "技术,研发,产品,tech", "due_days": 3,
        "template": "评估内容：\n客户现状与约束：\n需要的结论（可行 / 需调整 / 不可行）：",
        "template_en": "To be reviewed:\nThe customer's set-up and limits:\nConclusion needed (feasible / to adjust / not feasible):",
        "standard": "书面结论，写明工作量和前提",
    },
    {
        "code": "contract", "label": "合同审批", "label_en": "Contract approval", "synonyms": "合同评审,合同会签,法务审核",
        "department_words": "法务,legal", "is_approval": True, "in_oa": True, "due_days": 3,
        "template": "合同类型与金额：\n与标准条款的差异：\n付款方式：\n客户要求的签约日期：",
        "template_en": "Type and amount of the contract:\nWhere it differs from our standard terms:\nPayment:\nSigning date the customer asks for:",
        "standard": "各方同意，合同文本定稿",
    },
    {
        "code": "price", "label": "价格审批", "label_en": "Price approval", "synonyms": "预算审批,折扣审批,特价申请,报价审批",
        "department_words": "财务,finance", "is_approval": True, "in_oa": True, "due_days": 2,
        "template": "标准价与申请价：\n申请折扣的理由：\n竞品报价：\n报价有效期：",
        "template_en": "List price and price asked for:\nWhy a discount:\nCompetitor's offer:\nValid until:",
        "standard": "同意的价格和有效期",
    },
    {
        "code": "delivery", "label": "交付排产", "label_en": "Delivery scheduling", "synonyms": "排产协调,交期确认,生产排期",
        "department_words": "生产,交付,供应链,production", "due_days": 3,
        "template": "产品与数量：\n客户要求的交期：\n能否分批：\n特殊工艺或包装：",
        "template_en": "Product and quantity:\nDelivery date the customer asks for:\nPartial deliveries possible?\nSpecial process or packing:",
        "standard": "可承诺的交期",
    },
    {
        "code": "finance", "label": "财务对接", "label_en": "Finance", "synonyms": "开票,付款对接,财务支持,回款核对",
        "department_words": "财务,finance", "due_days": 3,
        "template": "事项（开票 / 付款方式 / 账期 / 对账）：\n金额：\n客户财务联系人：",
        "template_en": "About (invoice / payment / terms / reconciliation):\nAmount:\nContact in the customer's finance:",
        "standard": "",
    },
    {
        "code": "material", "label": "物料支持", "label_en": "Materials", "synonyms": "资料支持,样品,宣传物料,样品寄送",
        "department_words": "市场,marketing,技术", "due_days": 3,
        "template": "需要的物料与数量：\n用途与场合：\n寄送地址与收件人：",
        "template_en": "Materials and quantity:\nWhat for:\nAddress and recipient:",
        "standard": "",
    },
    {
        "code": "lead", "label": "线索移交", "label_en": "Lead hand-over", "synonyms": "线索交接,客户移交",
        "department_words": "销售,sales", "makes_customer": True, "due_days": 1,
        "template": "线索来源与日期：\n对方说了什么：\n感兴趣的产品：\n约定的下一步：",
        "template_en": "Where and when the lead came up:\nWhat they said:\nProduct they care about:\nNext step agreed:",
        "standard": "24 小时内首次联系",
    },
    {
        "code": "other", "label": "其他", "label_en": "Other", "synonyms": "", "department_words": "", "due_days": 3,
        "template": "", "template_en": "", "standard": "",
    },
]


def seed(apps, schema_editor):
    kind_model = apps.get_model("collaboration", "RequestKind")
    step_model = apps.get_model("collaboration", "KindStep")
    for position, row in enumerate(KINDS, 1):
        kind, made = kind_model.objects.get_or_create(code=row["code"], defaults=row | {"position": position})
        if made and kind.is_approval:
            step_model.objects.create(kind=kind, position=1, role="manager")
            step_model.objects.create(kind=kind, position=2, role="department")


class Migration(migrations.Migration):
    dependencies = [("collaboration", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
