from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('pipeline', '0009_stage_agreement')]

    operations = [
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(condition=models.Q(('name', ''), _negated=True), fields=['id'], name='deal_named'),
        ),
    ]
