"""What the person of the walk-through types, in both languages; the old sheet names people by 李*, 王*, 赵*."""

ZH = {
    "starter": "启动.bat",
    "account": {"company": "启明设备有限公司", "name": "周岚", "username": "zhoulan", "mobile": "13800000001"},
    "people": "姓名\t手机\t部门\t角色\t上级\n"
    "陈静\t13800000002\t销售部/销售一部\t销售经理\t\n"
    "李娜\t13800000003\t销售部/销售一部\t销售\t陈静\n"
    "王强\t13800000004\t销售部/销售一部\t销售\t陈静\n"
    "赵敏\t13800000005\t销售部/销售一部\t销售\t陈静\n"
    "张伟\t13800000006\t财务部\t支持\t\n",
    "team": "销售一部",
    "group": "销售群",
    "joiner": "孙悦",
    "manager": "陈静",
    "rep": "李娜",
    "finance": "张伟",
    "sheet": {"李": "李娜", "王": "王强", "赵": "赵敏"},
    "said": "预算预批已到财务总监，对方问能否分两期付款。",
    "title": "确认能否分两期付款",
    "detail": "客户希望签约付六成、验收付四成，请确认条款。",
}
EN = {
    "starter": "start.sh",
    "account": {"company": "Brightway Devices", "name": "Laura Zhou", "username": "laura", "mobile": "13800000001"},
    "people": "Name\tMobile\tDepartment\tRole\tSuperior\n"
    "Jane Chen\t13800000002\tSales/Sales One\tManager\t\n"
    "Nina Li\t13800000003\tSales/Sales One\tSales\tJane Chen\n"
    "Adam Wang\t13800000004\tSales/Sales One\tSales\tJane Chen\n"
    "Mina Zhao\t13800000005\tSales/Sales One\tSales\tJane Chen\n"
    "Peter Zhang\t13800000006\tFinance\tSupport\t\n",
    "team": "Sales One",
    "group": "Sales chat",
    "joiner": "Sue Sun",
    "manager": "Jane Chen",
    "rep": "Nina Li",
    "finance": "Peter Zhang",
    "sheet": {"李": "Nina Li", "王": "Adam Wang", "赵": "Mina Zhao"},
    "said": "The budget is with their finance director. They ask whether they can pay in two parts.",
    "title": "Can they pay in two parts?",
    "detail": "The customer wants 60% at signing and 40% after acceptance. Please confirm the terms.",
}
WORDS = {"zh": ZH, "en": EN}
