"""Words that say more than the customer's tag: the log then asks "raise it?", and somebody answers (S3, R22).

A fixed list, never a guess beyond it; only upwards, since a customer is lowered by a person who says so.
"""

from customers.models import Customer

ORDER = ["prospect", "interested", "hot"]
WORDS = {
    "interested": [
        "感兴趣", "有兴趣", "报价", "方案", "演示", "试用", "interested", "quote", "proposal", "demo", "trial",
    ],
    "hot": [
        "合同", "签约", "签单", "下单", "议价", "谈价", "付款方式", "分期", "预算已批", "预算批", "采购流程",
        "商务谈判",
        "contract", "purchase order", "negotiat", "discount", "instalment", "budget is approved", "budget approved",
    ],
}
VIEWS = {"approval": "hot"}  # a customer's view that implies it as well


def offers(tag):
    """[(tag, its label, words between bars, views)] of the tags above this one, the highest first."""
    above = ORDER[ORDER.index(tag) + 1 :] if tag in ORDER else []
    return [
        (name, Customer.Tag(name).label, "|".join(WORDS[name]), "|".join(v for v, to in VIEWS.items() if to == name))
        for name in reversed(above)
    ]
