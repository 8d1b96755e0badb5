"""The one row of working hours (9:00–12:00, 13:00–18:00, Monday to Friday)."""

from django.db import migrations


def seed(apps, schema_editor):
    apps.get_model("accounts", "WorkingHours").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
