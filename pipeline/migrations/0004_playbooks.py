"""Playbooks keep a history, ask what is theirs, and say what is due after a win (R7, R8, R19)."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

OWN = {
    "repurchase": {
        "own": [
            {"code": "last_order", "label": "上次购买", "label_en": "Last order"},
            {"code": "wanted", "label": "这次要什么", "label_en": "Wanted this time"},
        ],
        "after_win": [
            {"days": 7, "text": "确认交付和使用情况", "text_en": "Check delivery and first use"},
            {"days": 30, "text": "满意度回访，记下问题", "text_en": "Satisfaction call: write down what is wrong"},
            {"days": 90, "text": "了解新需求，谈复购", "text_en": "Ask for new needs, offer a repeat order"},
        ],
    },
    "key-accounts": {
        "own": [
            {"code": "decider", "label": "决策人", "label_en": "Who decides"},
            {"code": "budget_cycle", "label": "预算周期", "label_en": "Budget cycle"},
            {"code": "tender_on", "label": "招标时间", "label_en": "Tender date"},
        ],
    },
}
# playbook, position: what a form at this stage does not ask, or only while it is empty (R19)
ASKS = {
    ("repurchase", 1): {"amount": "no", "competitor": "no", "risk_type": "no"},
    ("repurchase", 2): {"competitor": "if_empty", "own_last_order": "if_empty"},
    ("repurchase", 3): {"competitor": "no", "own_last_order": "no", "own_wanted": "if_empty"},
    ("key-accounts", 1): {"amount": "no", "expected_close": "no", "risk_type": "no", "own_tender_on": "no"},
    ("key-accounts", 2): {"amount": "if_empty", "expected_close": "if_empty", "own_tender_on": "no"},
    ("key-accounts", 3): {"own_decider": "if_empty", "own_budget_cycle": "if_empty"},
    ("key-accounts", 4): {"own_decider": "if_empty", "own_budget_cycle": "no"},
    ("key-accounts", 5): {"own_decider": "no", "own_budget_cycle": "no", "own_tender_on": "if_empty"},
}
LIMITS = {"repurchase": 7, "key-accounts": 10}  # quiet after days in their open stages, where nobody set another


def seed(apps, schema_editor):
    names = ("Playbook", "HistoricalPlaybook", "Stage", "HistoricalStage")
    models_ = {name: apps.get_model("pipeline", name) for name in names}
    now = timezone.now()
    for playbook in models_["Playbook"].objects.order_by("pk"):
        if playbook.code in OWN and not playbook.fields:
            playbook.fields = OWN[playbook.code]
            playbook.save()
            fill_stages(models_, playbook, now)
        models_["HistoricalPlaybook"].objects.create(
            id=playbook.pk, version=playbook.version, code=playbook.code, label=playbook.label,
            label_en=playbook.label_en, is_default=playbook.is_default, is_active=playbook.is_active,
            position=playbook.position, fields=playbook.fields, history_date=now, history_type="+",
        )


def fill_stages(models_, playbook, now):
    """Only stages nobody has touched: their first version, in a playbook that was never on."""
    for stage in models_["Stage"].objects.filter(playbook=playbook, version=1, retired_at=None):
        if playbook.is_active or stage.asks:
            continue
        stage.asks = ASKS.get((playbook.code, stage.position), {})
        if stage.kind == "open" and stage.stale_days is None:
            stage.stale_days = LIMITS[playbook.code]
        stage.version = 2
        stage.save()
        names = [field.attname for field in models_["Stage"]._meta.concrete_fields]
        models_["HistoricalStage"].objects.create(
            **{name: getattr(stage, name) for name in names}, history_date=now, history_type="~"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0003_stage_advised"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='HistoricalPlaybook',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.SlugField(max_length=40)),
                ('label', models.CharField(max_length=60)),
                ('label_en', models.CharField(blank=True, max_length=60)),
                ('is_default', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('fields', models.JSONField(blank=True, default=dict)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical playbook',
                'verbose_name_plural': 'historical playbooks',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
