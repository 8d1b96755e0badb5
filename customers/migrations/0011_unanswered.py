from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_quiet_by_person")]
    operations = [
        migrations.AddIndex(
            "customer",
            models.Index(fields=["made_at"], name="customer_unanswered", condition=models.Q(first_response_at=None)),
        )
    ]
