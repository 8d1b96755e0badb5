from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.RemoveField("formuse", "user"),
        migrations.AlterField("formuse", "seconds", models.PositiveSmallIntegerField()),
    ]
