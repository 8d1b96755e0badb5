from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_names_by_sound")]
    operations = [
        migrations.AddIndex(
            "customer",
            models.Index(fields=["made_at"], name="customer_unanswered", condition=models.Q(first_response_at=None)),
        )
    ]
