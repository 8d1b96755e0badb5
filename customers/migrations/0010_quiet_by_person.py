from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('customers', '0009_tagged')]

    operations = [
        migrations.RemoveIndex(model_name='customer', name='customer_quiet'),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(
                condition=models.Q(('archived_at', None), ('merged_into', None)),
                fields=[
                    'tag', 'limit_days', 'quiet_since', 'open_deals', 'waiting_until', 'grade', 'next_step_on',
                    'pooled_at', 'owner', 'team', 'id',
                ],
                name='customer_quiet',
            ),
        ),
    ]
