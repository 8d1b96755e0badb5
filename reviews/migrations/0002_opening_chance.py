"""The opening pipeline keeps the chance of its stages, so that a later change in Setup is told apart."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, _schema_editor):
    stages = apps.get_model("pipeline", "Stage").objects.filter(pk=OuterRef("stage_id"))
    apps.get_model("reviews", "OpeningDeal").objects.update(chance=Subquery(stages.values("probability")[:1]))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("pipeline", "0001_initial")]

    operations = [
        migrations.AddField("openingdeal", "chance", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
