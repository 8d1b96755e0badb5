"""The words a fresh installation starts with: methods, phrases, and a dozen typical needs and objections."""

from django.db import migrations

METHODS = [  # code, 中文, English, short, icon, synonyms of imported sheets
    ("phone", "电话", "Call", "电话", "phone", "电话沟通,打电话,来电,去电,电联,call,phone,tel"),
    ("wechat", "微信", "WeChat", "微信", "chat", "企业微信,企微,微信沟通,wechat,im,qq"),
    ("visit", "上门拜访", "Visit", "拜访", "door", "拜访,上门,面谈,实地拜访,客户拜访,visit,on site"),
    ("email", "邮件", "Email", "邮件", "mail", "电子邮件,邮箱,mail,email,e-mail"),
    ("meeting", "会议", "Meeting", "会议", "people", "视频会议,线上会议,开会,电话会议,meeting,video"),
    ("other", "其他", "Other", "其他", "dots", "其它,other"),
]
PHRASES = [  # code, 中文, English, outcome, working days to the next step, its text
    ("no_answer", "未接通", "No answer", "no_answer", 1, "再次联系"),
    ("sent", "已发资料", "Sent materials", "sent", 3, "跟进资料反馈"),
    ("approval", "等内部审批", "Waiting for approval", "talked", 5, "跟进审批进度"),
]
NEEDS = [
    ("cut_cost", "降低成本", "Cut costs"), ("real_time", "数据实时同步", "Real-time data"),
    ("integrate", "对接现有系统", "Fit existing systems"), ("custom", "定制开发", "Custom work"),
    ("mobile", "移动端使用", "Use on the phone"), ("reports", "报表与统计", "Reports"),
    ("training", "培训与上线支持", "Training and launch"), ("delivery", "交货期", "Delivery date"),
]
OBJECTIONS = [
    ("price", "价格偏高", "Too expensive"), ("instalments", "分期付款", "Instalments"),
    ("budget", "预算未批", "Budget not approved"), ("competitor", "已有供应商", "Has a supplier"),
    ("security", "数据安全", "Data security"), ("timing", "时机不合适", "Bad timing"),
    ("decision", "需领导决定", "Boss decides"), ("effort", "担心使用复杂", "Seems complex"),
]


def seed(apps, schema_editor):
    Method, Phrase, Topic = (apps.get_model("customers", name) for name in ("Method", "Phrase", "Topic"))
    for position, (code, label, label_en, short, icon, synonyms) in enumerate(METHODS, 1):
        Method.objects.create(
            code=code, label=label, label_en=label_en, short=short, icon=icon, synonyms=synonyms, position=position
        )
    for position, (code, label, label_en, outcome, days, text) in enumerate(PHRASES, 1):
        Phrase.objects.create(
            code=code, label=label, label_en=label_en, outcome=outcome, next_days=days, next_text=text,
            position=position,
        )
    for kind, rows in (("need", NEEDS), ("objection", OBJECTIONS)):
        for position, (code, label, label_en) in enumerate(rows, 1):
            Topic.objects.create(code=code, label=label, label_en=label_en, kind=kind, position=position)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
