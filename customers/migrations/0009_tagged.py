from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('customers', '0008_lean_indexes')]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(
                condition=models.Q(('archived_at', None), ('merged_into', None)),
                fields=['tag', 'owner', 'team'], name='customer_tagged',
            ),
        ),
        migrations.RemoveIndex(model_name='customer', name='customer_quiet'),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(
                condition=models.Q(('archived_at', None), ('merged_into', None), ('pooled_at', None)),
                fields=['tag', 'limit_days', 'quiet_since', 'open_deals', 'waiting_until', 'grade'],
                name='customer_quiet',
            ),
        ),
    ]
