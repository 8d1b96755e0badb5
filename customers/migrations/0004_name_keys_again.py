"""Name keys as core/text.py makes them now: 股份 and Latin suffixes (Co., Ltd) are left out as well."""

from django.db import migrations

from core.text import name_key


def again(apps, schema_editor):
    Customer = apps.get_model("customers", "Customer")
    changed = []
    for row in Customer.objects.only("pk", "name", "name_key").iterator(chunk_size=2000):
        if row.name_key != (key := name_key(row.name)):
            row.name_key = key
            changed.append(row)
    Customer.objects.bulk_update(changed, ["name_key"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_pairs_and_pool")]
    operations = [migrations.RunPython(again, migrations.RunPython.noop)]
