"""The list of key actions, with a first few, known in the lines there are (R56)."""

import re

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("company-introduced", "已发公司介绍", "Company introduction sent"),
    ("demo-arranged", "演示已安排", "Demo arranged"),
    ("sample-sent", "样品已寄送", "Sample sent"),
    ("proposal-sent", "方案已提交", "Proposal sent"),
    ("quote-sent", "报价已发出", "Quote sent"),
    ("awaiting-customer", "等待客户反馈", "Waiting for the customer"),
    ("budget-approval", "等客户内部预算审批", "Customer's budget being approved"),
    ("contract-approval", "合同待审批", "Contract awaiting approval"),
    ("contract-sent", "合同已寄出", "Contract sent out"),
    ("first-payment", "首付款已到账", "First payment received"),
]
BETWEEN = re.compile(r"[：:，,。；;、·|()（）\n\t“”\"]+")


def seed(apps, schema_editor):
    kind_model, deal_model, line_model = (
        apps.get_model("pipeline", name) for name in ("ActionKind", "Deal", "KeyAction")
    )
    kinds = kind_model.objects.bulk_create(
        [kind_model(code=code, label=zh, label_en=en, position=n) for n, (code, zh, en) in enumerate(KINDS)]
    )
    names = {name: kind for kind in kind_model.objects.all() for name in (kind.label, kind.label_en)} if kinds else {}
    for model, text, field in ((deal_model, "key_action", "key_action_kind"), (line_model, "text", "kind")):
        said = []
        for row in model.objects.exclude(**{text: ""}).only("pk", text).iterator(chunk_size=2000):
            found = next((names[p.strip()] for p in BETWEEN.split(getattr(row, text)) if p.strip() in names), None)
            if found:
                setattr(row, field, found)
                said.append(row)
        model.objects.bulk_update(said, [field], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0006_meeting")]

    operations = [
        migrations.CreateModel(
            name="ActionKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=60, verbose_name="Chinese label")),
                ("label_en", models.CharField(blank=True, max_length=60, verbose_name="English label")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ["position", "id"], "abstract": False},
        ),
        migrations.AddField(
            model_name="deal",
            name="key_action_kind",
            field=models.ForeignKey(
                editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="pipeline.actionkind",
            ),
        ),
        migrations.AddField(
            model_name="keyaction",
            name="kind",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="pipeline.actionkind",
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
