"""Tables that are ready to be switched on with one press (R41): their fields are those of the sales method, each of its
five core elements among them (R20)."""

KEY_ACCOUNTS = "key-accounts"


def _options(*pairs):
    return [{"code": f"o{n}", "label": zh, "label_en": en} for n, (zh, en) in enumerate(pairs, 1)]


PROPOSALS = {
    KEY_ACCOUNTS: (
        {"label": "大客户定制化需求跟踪表", "label_en": "Key accounts' requirements"},
        [
            {"label": "需求内容", "label_en": "What is needed", "kind": "text", "required": True, "element": "todo"},
            {
                "label": "需求优先级",
                "label_en": "Priority",
                "kind": "choice",
                "choices": _options(("低", "Low"), ("中", "Normal"), ("高", "High"), ("紧急", "Urgent")),
            },
            {
                "label": "对接部门",
                "label_en": "Department",
                "kind": "choice",
                "choices": _options(
                    ("技术部", "Tech"),
                    ("法务部", "Legal"),
                    ("财务部", "Finance"),
                    ("生产部", "Production"),
                    ("市场部", "Marketing"),
                ),
            },
            {"label": "需求责任人", "label_en": "Person responsible", "kind": "person", "element": "owner"},
            {"label": "要求完成日期", "label_en": "Needed by", "kind": "date", "element": "time"},
            {
                "label": "处理状态",
                "label_en": "State",
                "kind": "choice",
                "element": "progress",
                "choices": _options(
                    ("待处理", "To do"),
                    ("处理中", "In progress"),
                    ("待验收", "To be confirmed"),
                    ("已完成", "Done"),
                    ("已取消", "Dropped"),
                ),
            },
            {"label": "预计金额", "label_en": "Expected amount", "kind": "money"},
            {"label": "商机", "label_en": "Deal", "kind": "record", "target": "deal", "asked": "edit"},
            {"label": "处理结果", "label_en": "Result", "kind": "long", "asked": "edit"},
        ],
    ),
}
