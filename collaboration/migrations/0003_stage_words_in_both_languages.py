"""Requests keep the words of the stage in both languages; those that are there get the English of their stage."""

from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):
    request_model = apps.get_model("collaboration", "CollaborationRequest")
    past_model = apps.get_model("collaboration", "HistoricalCollaborationRequest")
    english = {
        f"{stage.position} {stage.label}"[:60]: f"{stage.position} {stage.label_en or stage.label}"[:60]
        for stage in apps.get_model("pipeline", "Stage").objects.all()
    }
    for model in (request_model, past_model):
        for words, words_en in english.items():
            model.objects.filter(stage_words=words, stage_words_en="").update(stage_words_en=words_en)
        model.objects.filter(stage_words_en="").update(stage_words_en=F("stage_words"))


class Migration(migrations.Migration):
    dependencies = [("collaboration", "0002_seed_kinds"), ("pipeline", "0002_seed_playbooks")]
    operations = [
        migrations.AddField("collaborationrequest", "stage_words_en", models.CharField(blank=True, max_length=60, default="")),
        migrations.AddField(
            "historicalcollaborationrequest", "stage_words_en", models.CharField(blank=True, max_length=60, default="")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
